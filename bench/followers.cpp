#include "followers.hpp"

#include <fmt/core.h>
#include <httplib.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdlib>

#include "revocation/snapshot.hpp"

namespace bench {

namespace asio = boost::asio;
using Tcp      = asio::ip::tcp;
using signet::revocation::Delta;
using signet::revocation::Heartbeat;
using signet::revocation::Message;

void allow_many_descriptors()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void fail(std::string const& why)
{
    fmt::print(stderr, "bench: {}\n", why);
    std::_Exit(1);
}

// What all verifiers share since it is the same for each: the keys, and what a message says.
class Reader {
public:
    Reader(jose::KeySet keys, std::string issuer) : keys_(std::move(keys)), issuer_(std::move(issuer)) {}

    std::shared_ptr<Message const> read(std::string_view text)
    {
        if (text == last_text_) return last_;
        auto message = signet::revocation::read_message(text, {keys_, issuer_});
        if (!message) fail("a message is refused: " + message.error().detail);
        last_      = std::make_shared<Message const>(*std::move(message));
        last_text_ = text;
        return last_;
    }

private:
    jose::KeySet                   keys_;
    std::string                    issuer_;
    std::string                    last_text_;
    std::shared_ptr<Message const> last_;
};

using Socket = asio::ssl::stream<Tcp::socket>;

class Follower {
public:
    Follower(asio::io_context& io, asio::ssl::context& tls, Place const& place, Reader& reader,
             Followers::Applied const& applied, signet::revocation::Position const& at)
        : place_(place), reader_(reader), applied_(applied), at_(at), stream_(io, tls), acks_(io, tls)
    {
    }

    void connect(Tcp::endpoint const& server)
    {
        for (auto* socket : {&stream_, &acks_}) {
            socket->lowest_layer().connect(server);
            socket->lowest_layer().set_option(Tcp::no_delay{true});
            socket->handshake(asio::ssl::stream_base::client);
        }
        std::string const nonce(22, 'A');
        auto const        request = fmt::format(
            "GET /revocations/stream?after={}&nonce={} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
            at_.sequence, nonce, place_.host, place_.credential);
        asio::write(stream_, asio::buffer(request));
        read();
        drain_acks();
    }

    [[nodiscard]] bool has_begun() const { return !name_.empty(); }
    // From any thread.
    [[nodiscard]] bool refuses(signet::revocation::TokenKeys const& token) const
    {
        return set_.find(token).has_value();
    }

private:
    void read()
    {
        stream_.async_read_some(asio::buffer(room_), [this](boost::system::error_code ec, std::size_t size) {
            if (ec) return;
            text_.append(room_.data(), size);
            take_events();
            read();
        });
    }

    void take_events()
    {
        if (!has_head_) {
            auto const end = text_.find("\r\n\r\n");
            if (end == std::string::npos) return;
            if (!text_.starts_with("HTTP/1.1 200")) fail("a stream is refused: " + text_);
            text_.erase(0, end + 4);
            has_head_ = true;
        }
        for (auto end = text_.find("\n\n"); end != std::string::npos; end = text_.find("\n\n")) {
            auto const data = text_.find("data: ");
            take(*reader_.read(std::string_view{text_}.substr(data + 6, end - data - 6)));
            text_.erase(0, end + 2);
        }
    }

    void take(Message const& message)
    {
        if (auto const* beat = std::get_if<Heartbeat>(&message)) {
            if (!beat->stream.empty()) name_ = beat->stream;
            return;
        }
        auto const& delta = std::get<Delta>(message);
        if (delta.before != at_.hash) fail("the chain is broken");
        for (auto const& entry : delta.entries) set_.add(entry);
        at_ = delta.after;
        applied_(delta);
        confirm();
    }

    // Joined while one is under way.
    void confirm()
    {
        if (confirming_) return;
        confirming_     = true;
        confirmed_      = at_.sequence;
        auto const body = fmt::format(R"({{"stream":"{}","seq":{}}})", name_, at_.sequence);
        ack_            = fmt::format(
            "POST /revocations/ack HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Type: "
                       "application/json\r\nContent-Length: {}\r\n\r\n{}",
            place_.host, place_.credential, body.size(), body);
        asio::async_write(acks_, asio::buffer(ack_), [](boost::system::error_code, std::size_t) {});
    }

    void drain_acks()
    {
        acks_.async_read_some(asio::buffer(ack_room_), [this](boost::system::error_code ec, std::size_t size) {
            if (ec) return;
            ack_text_.append(ack_room_.data(), size);
            if (auto const end = ack_text_.find("\r\n\r\n"); end != std::string::npos) {
                if (!ack_text_.starts_with("HTTP/1.1 204")) fail("a confirmation is refused: " + ack_text_);
                ack_text_.erase(0, end + 4);
                confirming_ = false;
                if (confirmed_ < at_.sequence) confirm();
            }
            drain_acks();
        });
    }

    Place const&                      place_;
    Reader&                           reader_;
    Followers::Applied const&         applied_;
    signet::revocation::Position      at_;
    signet::revocation::RevocationSet set_;
    Socket                            stream_;
    Socket                            acks_;
    std::array<char, 64UL * 1024>     room_{};
    std::array<char, 512>             ack_room_{};
    std::string                       text_;
    std::string                       ack_text_;
    std::string                       ack_;
    std::string                       name_;
    bool                              has_head_   = false;
    bool                              confirming_ = false;
    signet::revocation::Sequence      confirmed_  = 0;
};

namespace {

jose::KeySet fetch_keys(httplib::SSLClient& client)
{
    auto const answer = client.Get("/revocations/keys");
    if (!answer || answer->status != 200) fail("no keys");
    auto keys = jose::KeySet::parse(answer->body);
    if (!keys) fail("keys that cannot be read");
    return *std::move(keys);
}

signet::revocation::Position fetch_position(httplib::SSLClient& client, Place const& place, jose::KeySet const& keys)
{
    auto const answer = client.Get("/revocations", {{"Authorization", "Bearer " + place.credential}});
    if (!answer || answer->status != 200) fail("no snapshot");
    signet::revocation::SnapshotReader reader{keys, place.issuer};
    auto const                         taken = reader.take(answer->body);
    auto const                         whole = reader.finish();
    if (!taken || !whole) fail("a snapshot that does not hold");
    return whole->head.at;
}

}  // namespace

signet::revocation::Position fetch_position(Place const& place)
{
    httplib::SSLClient client(place.host, place.port);
    client.set_ca_cert_path(place.ca.c_str());
    return fetch_position(client, place, fetch_keys(client));
}

Followers::Followers(Place place, std::size_t count, Applied applied)
    : place_(std::move(place)), applied_(std::move(applied))
{
    allow_many_descriptors();
    tls_.load_verify_file(place_.ca);
    tls_.set_verify_mode(asio::ssl::verify_peer);
    httplib::SSLClient client(place_.host, place_.port);
    client.set_ca_cert_path(place_.ca.c_str());
    auto const keys = fetch_keys(client);
    auto const at   = fetch_position(client, place_, keys);
    reader_         = std::make_unique<Reader>(keys, place_.issuer);

    Tcp::resolver resolver{io_};
    auto const    server = resolver.resolve(place_.host, std::to_string(place_.port)).begin()->endpoint();
    while (all_.size() < count) {
        all_.push_back(std::make_unique<Follower>(io_, tls_, place_, *reader_, applied_, at));
        all_.back()->connect(server);
        io_.poll();
    }
    while (!std::ranges::all_of(all_, [](auto const& each) { return each->has_begun(); })) io_.run_one();
    thread_ = std::jthread{[this](std::stop_token const& stop) {
        while (!stop.stop_requested()) io_.run_for(std::chrono::milliseconds{100});
    }};
}

Followers::~Followers() = default;

std::size_t Followers::count_refusals(signet::revocation::TokenKeys const& token) const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(all_, [&](auto const& each) { return each->refuses(token); }));
}

}  // namespace bench
