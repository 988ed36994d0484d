// bench/returning.cpp - many verifiers that start in the same moment, as after a power cut.
//
//     bench_returning ISSUER PORT CA CREDENTIAL VERIFIERS
//
// Each, on a connection of its own, fetches both key sets and the snapshot, and then follows the stream from where that
// ends; none waits for another. Where it ends is read once for all of them, before they start. Prints one JSON object:
// milliseconds from the common start until a verifier's stream has begun.
#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "followers.hpp"

namespace {

namespace asio = boost::asio;
using bench::fail;
using bench::Place;
using Steady = std::chrono::steady_clock;
using Socket = asio::ssl::stream<asio::ip::tcp::socket>;

struct Crowd {
    Place                   place;
    asio::ip::tcp::endpoint server;
    std::string             stream{};  // what each asks for in the end
    asio::ssl::context      tls{asio::ssl::context::tls_client};
    Steady::time_point      began{};
    std::vector<double>     took{};  // milliseconds
    std::size_t             snapshot_bytes = 0;
};

constexpr std::array<std::string_view, 3> kFetched{"/.well-known/jwks.json", "/revocations/keys", "/revocations"};

void must(boost::system::error_code const& error)
{
    if (error) fail(error.message());
}

std::size_t content_length(std::string head)
{
    std::ranges::transform(head, head.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::string_view kName = "\r\ncontent-length: ";
    auto const                 at    = head.find(kName);
    if (at == std::string::npos) fail("an answer without a length: " + head);
    return std::strtoul(head.c_str() + at + kName.size(), nullptr, 10);
}

class Verifier {
public:
    Verifier(asio::io_context& io, Crowd& crowd) : crowd_(crowd), socket_(io, crowd.tls) {}

    void begin()
    {
        socket_.lowest_layer().async_connect(crowd_.server, [this](auto const& error) {
            must(error);
            socket_.async_handshake(asio::ssl::stream_base::client, [this](auto const& failure) {
                must(failure);
                fetch_next();
            });
        });
    }

private:
    using Then = std::function<void()>;

    void fetch_next()
    {
        if (fetched_ == kFetched.size()) return follow();
        ask(kFetched[fetched_++], [this] { read_body(); });
    }

    // `then`, with the head of the answer in head_.
    void ask(std::string_view target, Then then)
    {
        request_ =
            fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nAccept-Encoding: gzip\r\n\r\n",
                        target, crowd_.place.host, crowd_.place.credential);
        asio::async_write(socket_, asio::buffer(request_),
                          [this, then = std::move(then)](auto const& error, std::size_t) {
                              must(error);
                              read_head(then);
                          });
    }

    void read_head(Then then)
    {
        auto const take = [this, then = std::move(then)](auto const& error, std::size_t size) {
            must(error);
            head_ = text_.substr(0, size);
            text_.erase(0, size);
            if (!head_.starts_with("HTTP/1.1 200")) fail("an answer that is none: " + head_);
            then();
        };
        asio::async_read_until(socket_, asio::dynamic_buffer(text_), "\r\n\r\n", take);
    }

    void read_body()
    {
        auto const length  = content_length(head_);
        auto const missing = length - std::min(length, text_.size());
        auto const take    = [this, length](auto const& error, std::size_t) {
            must(error);
            text_.erase(0, length);
            crowd_.snapshot_bytes = length;  // the last is the snapshot
            fetch_next();
        };
        asio::async_read(socket_, asio::dynamic_buffer(text_), asio::transfer_exactly(missing), take);
    }

    void follow()
    {
        ask(crowd_.stream, [this] {
            asio::async_read_until(
                socket_, asio::dynamic_buffer(text_), "\n\n", [this](auto const& error, std::size_t) {
                    must(error);
                    std::chrono::duration<double, std::milli> const took = Steady::now() - crowd_.began;
                    crowd_.took.push_back(took.count());
                });
        });
    }

    Crowd&      crowd_;
    Socket      socket_;
    std::string request_;
    std::string text_;  // come, and not taken yet
    std::string head_;
    std::size_t fetched_ = 0;
};

double percentile(std::vector<double> const& sorted, double share)
{
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(static_cast<double>(sorted.size()) * share))];
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 6) fail("wants ISSUER PORT CA CREDENTIAL VERIFIERS");
    bench::allow_many_descriptors();
    asio::io_context io{1};
    Crowd            crowd{.place  = {.issuer     = argv[1],
                                      .host       = "localhost",
                                      .port       = std::atoi(argv[2]),
                                      .ca         = argv[3],
                                      .credential = argv[4]},
                           .server = asio::ip::tcp::resolver{io}.resolve("localhost", argv[2]).begin()->endpoint()};
    auto const       held = bench::fetch_position(crowd.place).sequence;
    crowd.stream          = fmt::format("/revocations/stream?after={}&nonce=AAAAAAAAAAAAAAAAAAAAAA", held);
    crowd.tls.load_verify_file(crowd.place.ca);
    crowd.tls.set_verify_mode(asio::ssl::verify_peer);

    std::vector<std::unique_ptr<Verifier>> all;
    for (int i = 0; i < std::atoi(argv[5]); ++i) all.push_back(std::make_unique<Verifier>(io, crowd));
    crowd.began = Steady::now();
    for (auto const& verifier : all) verifier->begin();
    io.run();
    std::ranges::sort(crowd.took);
    fmt::print(R"({{"verifiers":{},"p50":{:.1f},"p99":{:.1f},"worst":{:.1f},"snapshot_bytes":{}}})"
               "\n",
               crowd.took.size(), percentile(crowd.took, 0.5), percentile(crowd.took, 0.99), percentile(crowd.took, 1),
               crowd.snapshot_bytes);
    static_cast<void>(std::fflush(stdout));
    std::_Exit(0);
}
