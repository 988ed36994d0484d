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
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "followers.hpp"

namespace {

namespace asio = boost::asio;
using asio::use_awaitable;
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

class Verifier {
public:
    Verifier(asio::io_context& io, Crowd& crowd) : crowd_(crowd), socket_(io, crowd.tls) {}

    asio::awaitable<void> run()
    {
        co_await socket_.lowest_layer().async_connect(crowd_.server, use_awaitable);
        co_await socket_.async_handshake(asio::ssl::stream_base::client, use_awaitable);
        static_cast<void>(co_await fetch("/.well-known/jwks.json"));
        static_cast<void>(co_await fetch("/revocations/keys"));
        crowd_.snapshot_bytes = co_await fetch("/revocations");
        co_await ask(crowd_.stream);
        static_cast<void>(co_await read_head());
        auto const event = co_await asio::async_read_until(socket_, asio::dynamic_buffer(text_), "\n\n", use_awaitable);
        if (event == 0) fail("a stream says nothing");
        crowd_.took.push_back(std::chrono::duration<double, std::milli>(Steady::now() - crowd_.began).count());
    }

private:
    asio::awaitable<void> ask(std::string_view target)
    {
        auto const request =
            fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nAccept-Encoding: gzip\r\n\r\n",
                        target, crowd_.place.host, crowd_.place.credential);
        co_await asio::async_write(socket_, asio::buffer(request), use_awaitable);
    }

    asio::awaitable<std::string> read_head()
    {
        auto const size =
            co_await asio::async_read_until(socket_, asio::dynamic_buffer(text_), "\r\n\r\n", use_awaitable);
        auto head = text_.substr(0, size);
        text_.erase(0, size);
        if (!head.starts_with("HTTP/1.1 200")) fail("an answer that is none: " + head);
        co_return head;
    }

    // The size of the body.
    asio::awaitable<std::size_t> fetch(std::string_view target)
    {
        co_await ask(target);
        auto head = co_await read_head();
        std::ranges::transform(head, head.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        constexpr std::string_view kName  = "\r\ncontent-length: ";
        auto const                 at     = head.find(kName);
        auto const                 length = std::strtoul(head.c_str() + at + kName.size(), nullptr, 10);
        if (at == std::string::npos) fail("an answer without a length: " + head);
        if (text_.size() < length)
            co_await asio::async_read(socket_, asio::dynamic_buffer(text_),
                                      asio::transfer_exactly(length - text_.size()), use_awaitable);
        text_.erase(0, length);
        co_return length;
    }

    Crowd&      crowd_;
    Socket      socket_;
    std::string text_;
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
    for (auto const& verifier : all)
        asio::co_spawn(io, verifier->run(), [](std::exception_ptr const& thrown) {
            if (!thrown) return;
            try {
                std::rethrow_exception(thrown);
            } catch (std::exception const& error) {
                fail(error.what());
            }
        });
    io.run();
    std::ranges::sort(crowd.took);
    fmt::print(R"({{"verifiers":{},"p50":{:.1f},"p99":{:.1f},"worst":{:.1f},"snapshot_bytes":{}}})"
               "\n",
               crowd.took.size(), percentile(crowd.took, 0.5), percentile(crowd.took, 0.99), percentile(crowd.took, 1),
               crowd.snapshot_bytes);
    std::fflush(stdout);
    std::_Exit(0);
}
