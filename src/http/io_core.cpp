#include "http/io_core.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <csignal>
#include <ctime>
#include <exception>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "http/connection.hpp"

namespace signet::http {

namespace asio = boost::asio;

namespace {

// SIGPIPE: OpenSSL writes to sockets without MSG_NOSIGNAL. The others are for the thread that waits for them.
void block_signals()
{
    sigset_t set;
    sigemptyset(&set);
    for (int const signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

}  // namespace

IoCore::~IoCore() = default;

void IoCore::start()
{
    thread_ = std::thread{[this] {
        block_signals();
        pthread_setname_np(pthread_self(), "signet-io");
        run();
    }};
}

// What a connection's own care has missed (no memory, most likely) costs that one event, not the server.
void IoCore::run()
{
    for (;;) {
        try {
            io_.run();
            return;
        } catch (std::exception const& error) {
            log::error("an event failed", {{"why", error.what()}});
        }
    }
}

void IoCore::adopt(Arrival arrival)
{
    ++load_;
    asio::post(io_, [this, arrival = std::move(arrival)]() mutable { begin(std::move(arrival)); });
}

void IoCore::begin(Arrival arrival)
{
    try {
        auto const connection = std::make_shared<Connection>(*this, engine_, std::move(arrival));
        connections_.emplace(connection.get(), connection);
        connection->start();
    } catch (std::exception const& error) {
        log::error("a connection could not begin", {{"why", error.what()}});
        --load_;
    }
}

void IoCore::forget(Connection& connection)
{
    if (connections_.erase(&connection) != 0) --load_;
}

void IoCore::begin_idle(IdlePlace& place)
{
    if (place.node_.empty()) return;
    idle_.splice(idle_.end(), place.node_);
    ++idle_count_;
}

void IoCore::end_idle(IdlePlace& place)
{
    if (!place.node_.empty()) return;
    place.node_.splice(place.node_.begin(), idle_, place.at_);
    --idle_count_;
}

void IoCore::yield_idle(std::function<void()> done)
{
    asio::post(io_, [this, done = std::move(done)] {
        if (!idle_.empty()) idle_.front()->connection_.yield();
        done();
    });
}

void IoCore::drain()
{
    asio::post(io_, [this] {
        auto const all = connections_;
        for (auto const& [_, connection] : all) connection->drain();
    });
}

void IoCore::stop()
{
    asio::post(io_, [this] {
        close_all();
        tick_.cancel();
        work_.reset();
    });
    if (thread_.joinable()) thread_.join();
}

void IoCore::close_all()
{
    auto const all = connections_;
    for (auto const& [_, connection] : all) connection->cut_off();
}

void IoCore::set_deadline(Timed& timed, std::chrono::milliseconds from_now)
{
    set_deadline(timed, std::chrono::steady_clock::now() + from_now);
}

void IoCore::set_deadline(Timed& timed, DeadlineWheel::Time at)
{
    wheel_.set(timed, at);
    if (!wheel_turns_) turn_wheel();
}

void IoCore::turn_wheel()
{
    wheel_turns_ = !wheel_.empty();
    if (!wheel_turns_) return;
    tick_.expires_after(DeadlineWheel::kTick);
    tick_.async_wait([this](boost::system::error_code ec) {
        if (ec) return;
        wheel_.turn(std::chrono::steady_clock::now());
        turn_wheel();
    });
}

std::string_view IoCore::date_line()
{
    return date_.at(std::time(nullptr));
}

}  // namespace signet::http
