// A connection whose answer goes on: pieces as they come, until the stream or the client ends.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "http/connection.hpp"
#include "http/stream.hpp"

namespace signet::http {

using Outcome = Transport::Outcome;

namespace {

constexpr std::size_t  kOneRecord = 16UL * 1024;  // of TLS
constexpr unsigned int kVanished  = 30'000;       // milliseconds without a sign of what was sent having come

}  // namespace

void Connection::attach_stream()
{
    // A machine that has vanished counts among those who follow no longer than it would believe what it knows.
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kVanished, sizeof kVanished);
    if (engine_.draining) stream_->stream().finish();
    // Only the core's own thread may hold a connection, if only for a moment: it must end there.
    stream_->stream().attach([core = core_.shared_from_this(), connection = weak_from_this()] {
        boost::asio::post(core->io(), [connection] {
            if (auto const alive = connection.lock()) alive->resume_stream();
        });
    });
    watch_peer(Next::wait_read);
}

// There is more of it, or its end has come.
void Connection::resume_stream()
{
    if (phase_ == Phase::streaming) run();
    // Its client has left too much unread.
    if (phase_ == Phase::writing && stream_ && stream_->stream().is_broken()) break_off();
}

Connection::Next Connection::stream()
{
    std::string bytes;
    auto const  ending = stream_->stream().take(bytes, kOneRecord);
    if (!bytes.empty()) {
        writer_.write_raw(bytes);
        write_deadline_ = false;
        phase_          = Phase::writing;
        return Next::go_on;
    }
    if (ending == Stream::Ending::finished) return begin_lingering();
    if (ending == Stream::Ending::broken) return break_off();
    // What was set while the client did not read.
    core_.clear_deadline(*this);
    return Next::wait_answer;
}

void Connection::end_stream()
{
    // Between two turns of its core, one that writes waits for its client to read.
    if (phase_ == Phase::writing)
        break_off();
    else
        stream_->stream().finish();
}

// Nobody reads while an answer is written. But a stream may be silent for long, and its client go unnoticed.
void Connection::watch_peer(Next for_what)
{
    if (std::exchange(watches_peer_, true)) return;
    using Socket = boost::asio::ip::tcp::socket;
    socket_.async_wait(for_what == Next::wait_write ? Socket::wait_write : Socket::wait_read,
                       [self = shared_from_this()](boost::system::error_code) {
                           self->watches_peer_ = false;
                           if (self->stream_) self->hear_peer();
                       });
}

void Connection::hear_peer()
{
    // TLS may speak for itself. A request would wait for an answer that never ends.
    auto const progress = transport_.read(core_.scratch());
    if (progress.outcome == Outcome::wait_read) return watch_peer(Next::wait_read);
    if (progress.outcome == Outcome::wait_write) return watch_peer(Next::wait_write);
    close();
}

}  // namespace signet::http
