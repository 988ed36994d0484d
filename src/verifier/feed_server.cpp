#include "verifier/feed_server.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "base/json.hpp"

namespace signet {
namespace {

using namespace revocation;
using std::chrono::steady_clock;

struct Request {
    std::string head;
    std::string body;
};

std::size_t content_length(std::string const& head)
{
    auto const at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : static_cast<std::size_t>(std::stoul(head.substr(at + 16)));
}

// Empty when the connection has ended.
Request read_request(int connection)
{
    std::string text;
    char        bytes[4096];
    for (;;) {
        auto const end = text.find("\r\n\r\n");
        if (end != std::string::npos && text.size() >= end + 4 + content_length(text))
            return {.head = text.substr(0, end + 4), .body = text.substr(end + 4)};
        auto const count = recv(connection, bytes, sizeof bytes, 0);
        if (count <= 0) return {};
        text.append(bytes, static_cast<std::size_t>(count));
    }
}

// Stops early when the client has heard enough.
void send_all(int connection, std::string_view text)
{
    while (!text.empty()) {
        auto const count = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
        if (count <= 0) return;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

void send_answer(int connection, int status, std::string const& body)
{
    send_all(connection, "HTTP/1.1 " + std::to_string(status) +
                             " Status\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

// The value of `name` in the query; empty when there is none.
std::string query(std::string const& head, std::string const& name)
{
    auto const line = head.substr(0, head.find(" HTTP/1.1"));
    auto const at   = line.find(name + "=");
    if (at == std::string::npos) return {};
    auto const begin = at + name.size() + 1;
    return line.substr(begin, line.find('&', begin) - begin);
}

}  // namespace

struct FeedServer::Stream {
    int         connection;
    std::string name;
};

FeedServer::FeedServer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    socklen_t   size        = sizeof address;
    address.sin_family      = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any         = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, any, size) != 0 || listen(listener_, 64) != 0 || getsockname(listener_, any, &size) != 0)
        throw std::runtime_error("no loopback port for the test's issuer");
    issuer_name_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    feed_        = test::Issuer{issuer_name_};
    beating_     = std::jthread{[this](std::stop_token const& stop) { beat_on(stop); }};
    accepting_   = std::thread{[this] { accept_all(); }};
}

FeedServer::~FeedServer()
{
    freeze(std::chrono::milliseconds{0});
    shutdown(listener_, SHUT_RDWR);
    accepting_.join();
    close(listener_);
    beating_ = {};
    {
        std::scoped_lock const lock{mutex_};
        for (int const connection : connections_) shutdown(connection, SHUT_RDWR);
    }
    for (auto& thread : serving_) thread.join();
    for (int const connection : connections_) close(connection);
}

void FeedServer::accept_all()
{
    for (;;) {
        int const connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;
        // Else a message would wait until the one before it was acknowledged, and that is done late.
        int const yes = 1;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        std::scoped_lock const lock{mutex_};
        connections_.push_back(connection);
        serving_.emplace_back([this, connection] { serve(connection); });
    }
}

void FeedServer::serve(int connection)
{
    for (auto request = read_request(connection); !request.head.empty(); request = read_request(connection)) {
        {
            std::unique_lock lock{mutex_};
            while (steady_clock::now() < frozen_until_) changed_.wait_until(lock, frozen_until_);
        }
        if (!answer(connection, request.head, request.body)) return;
    }
}

// Whether the connection is good for another request.
bool FeedServer::answer(int connection, std::string const& head, std::string const& body)
{
    if (head.starts_with("GET /revocations/stream?")) {
        serve_stream(connection, head);
        return true;
    }
    std::scoped_lock const lock{mutex_};
    if (head.starts_with("GET /.well-known/jwks.json ")) {
        send_answer(connection, 200, jwks_);
        return true;
    }
    if (head.starts_with("GET /revocations/keys ")) {
        key_count_ += 1;
        send_answer(connection, 200, *feed_.keys().to_json());
        return true;
    }
    bool const known = head.contains(std::string{"Authorization: Bearer "} + kCredential + "\r\n");
    strangers_ += known ? 0 : 1;
    if (status_ != 0 || !known) {
        send_answer(connection, known ? status_ : 401, "{}");
        return true;
    }
    if (head.starts_with("GET /revocations ")) {
        snapshot_count_ += 1;
        send_answer(connection, 200, snapshot());
        return true;
    }
    if (head.starts_with("POST /revocations/ack ")) {
        auto const said = json::parse_object(body);
        confirmed_.push_back(static_cast<Sequence>(*said->find("seq")->integer()));
        send_answer(connection, 204, "");
        changed_.notify_all();
        return true;
    }
    send_answer(connection, 404, "");
    return true;
}

void FeedServer::serve_stream(int connection, std::string const& head)
{
    std::scoped_lock const lock{mutex_};
    bool const             known = head.contains(std::string{"Authorization: Bearer "} + kCredential + "\r\n");
    strangers_ += known ? 0 : 1;
    stream_count_ += 1;
    changed_.notify_all();
    auto const after = static_cast<Sequence>(std::stoull(query(head, "after")));
    if (status_ != 0 || !known || after < oldest_)
        return send_answer(connection, !known ? 401 : status_ != 0 ? status_ : 410, R"({"error":"too_old"})");

    send_all(connection, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
    auto const stream =
        std::make_shared<Stream>(Stream{.connection = connection, .name = "stream-" + std::to_string(stream_count_)});
    auto first   = heartbeat();
    first.stream = stream->name;
    first.nonce  = query(head, "nonce");
    write(*stream, feed_.sign(first));
    for (auto at = after; at < log_.end().sequence;) {
        auto const to = std::min(at + kMostEntries, log_.end().sequence);
        write(*stream, feed_.sign(log_.delta(at, to)));
        at = to;
    }
    streams_.push_back(stream);
}

void FeedServer::write(Stream& stream, std::string const& message)
{
    auto const messages = middle_man_ ? middle_man_(message) : std::vector{message};
    for (auto const& each : messages) send_all(stream.connection, "event: message\ndata: " + each + "\n\n");
}

TimePoint FeedServer::now() const
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()) + clock_off_;
}

Heartbeat FeedServer::heartbeat() const
{
    auto const up = std::chrono::steady_clock::now() - began_;
    return {.at   = log_.end(),
            .time = now(),
            .run  = "run-number-" + std::to_string(100'000 + run_count_),
            .up   = std::chrono::floor<std::chrono::milliseconds>(up)};
}

std::string FeedServer::snapshot()
{
    return snapshot_text_.empty() ? feed_.snapshot(log_, now()) : snapshot_text_;
}

void FeedServer::publish(std::string jwks)
{
    std::scoped_lock const lock{mutex_};
    jwks_ = std::move(jwks);
}

Entry FeedServer::revoke(Kind kind, std::string subject)
{
    std::scoped_lock const lock{mutex_};
    auto const             entry   = log_.add(kind, std::move(subject), now());
    auto const             message = feed_.sign(log_.delta(entry.sequence - 1));
    for (auto const& stream : streams_) write(*stream, message);
    return entry;
}

void FeedServer::beat_every(std::chrono::milliseconds often)
{
    std::scoped_lock const lock{mutex_};
    beat_every_ = often;
    changed_.notify_all();
}

void FeedServer::beat()
{
    std::scoped_lock const lock{mutex_};
    if (steady_clock::now() < frozen_until_) return;
    auto const message = feed_.sign(heartbeat());
    for (auto const& stream : streams_) write(*stream, message);
}

void FeedServer::beat_on(std::stop_token const& stop)
{
    std::stop_callback const wake{stop, [this] {
                                      std::scoped_lock const lock{mutex_};
                                      changed_.notify_all();
                                  }};
    while (!stop.stop_requested()) {
        {
            std::unique_lock lock{mutex_};
            if (beat_every_.count() == 0)
                changed_.wait(lock, [&] { return stop.stop_requested() || beat_every_.count() > 0; });
            changed_.wait_for(lock, beat_every_, [&] { return stop.stop_requested() || beat_every_.count() == 0; });
            if (stop.stop_requested() || beat_every_.count() == 0) continue;
        }
        beat();
    }
}

void FeedServer::replace_log(test::Log log)
{
    std::scoped_lock const lock{mutex_};
    log_ = std::move(log);
}

test::Log FeedServer::log() const
{
    std::scoped_lock const lock{mutex_};
    return log_;
}

void FeedServer::rotate_feed_key(std::string_view kid)
{
    std::scoped_lock const lock{mutex_};
    feed_ = test::Issuer{issuer_name_, kid};
}

void FeedServer::set_clock(std::chrono::milliseconds off)
{
    std::scoped_lock const lock{mutex_};
    clock_off_ = off;
}

void FeedServer::end_streams()
{
    std::scoped_lock const lock{mutex_};
    for (auto const& stream : streams_) shutdown(stream->connection, SHUT_RDWR);
    streams_.clear();
}

void FeedServer::answer_with(int status)
{
    std::scoped_lock const lock{mutex_};
    status_ = status;
}

void FeedServer::freeze(std::chrono::milliseconds for_as_long)
{
    std::scoped_lock const lock{mutex_};
    frozen_until_ = steady_clock::now() + for_as_long;
    changed_.notify_all();
}

void FeedServer::forget_before(Sequence sequence)
{
    std::scoped_lock const lock{mutex_};
    oldest_ = sequence;
}

void FeedServer::answer_snapshots_with(std::string text)
{
    std::scoped_lock const lock{mutex_};
    snapshot_text_ = std::move(text);
}

void FeedServer::set_middle_man(MiddleMan middle_man)
{
    std::scoped_lock const lock{mutex_};
    middle_man_ = std::move(middle_man);
}

void FeedServer::send(std::string const& message)
{
    std::scoped_lock const lock{mutex_};
    for (auto const& stream : streams_) send_all(stream->connection, "data: " + message + "\n\n");
}

std::string FeedServer::signed_heartbeat(std::chrono::milliseconds later)
{
    std::scoped_lock const lock{mutex_};
    auto                   heartbeat_then = heartbeat();
    heartbeat_then.up += later;
    return feed_.sign(heartbeat_then);
}

void FeedServer::restart()
{
    std::scoped_lock const lock{mutex_};
    run_count_ += 1;
    began_ = std::chrono::steady_clock::now();
}

std::string FeedServer::signed_snapshot()
{
    std::scoped_lock const lock{mutex_};
    return feed_.snapshot(log_, now());
}

void FeedServer::wait_for_confirmation(Sequence sequence)
{
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return std::ranges::find(confirmed_, sequence) != confirmed_.end(); });
}

std::size_t FeedServer::streams() const
{
    std::scoped_lock const lock{mutex_};
    return stream_count_;
}

std::size_t FeedServer::snapshots() const
{
    std::scoped_lock const lock{mutex_};
    return snapshot_count_;
}

std::size_t FeedServer::key_fetches() const
{
    std::scoped_lock const lock{mutex_};
    return key_count_;
}

std::size_t FeedServer::strangers() const
{
    std::scoped_lock const lock{mutex_};
    return strangers_;
}

std::vector<Sequence> FeedServer::confirmations() const
{
    std::scoped_lock const lock{mutex_};
    return confirmed_;
}

}  // namespace signet
