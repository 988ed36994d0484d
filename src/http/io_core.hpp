// http/io_core.hpp - one I/O thread: its event loop, deadlines, and connections.
#pragma once
#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "http/admission.hpp"
#include "http/date_line.hpp"
#include "http/deadline_wheel.hpp"
#include "http/engine.hpp"

namespace signet::http {

class Connection;

// A client that the acceptor has let in.
struct Arrival {
    boost::asio::ip::tcp::socket socket;  // of the core's io()
    Admission                    admission;
    std::string                  address;  // canonical
};

// A connection's place among those that wait for a request. Its node goes in and out of the core's list: nothing is
// allocated for a request.
class IdlePlace {
public:
    explicit IdlePlace(Connection& connection) : connection_(connection) {}

private:
    friend class IoCore;
    Connection&                     connection_;
    std::list<IdlePlace*>           node_{this};  // empty while it is in the core's list
    std::list<IdlePlace*>::iterator at_ = node_.begin();
};

// Always in a shared_ptr, since an answer may come back after the server has gone. All but io(), load(), idle(),
// adopt(), yield_idle(), drain(), and stop() is for the core's own thread.
class IoCore : public std::enable_shared_from_this<IoCore> {
public:
    explicit IoCore(Engine& engine) : engine_(engine) {}
    ~IoCore();

    void start();
    void adopt(Arrival arrival);
    // Closes the connection that has waited longest for a request, if one does, then calls `done` on the core's thread.
    void yield_idle(std::function<void()> done);
    // Closes what is idle; the rest goes on.
    void drain();
    // Closes everything and joins the thread.
    void stop();

    [[nodiscard]] boost::asio::io_context& io() { return io_; }
    // Connections, those on their way included.
    [[nodiscard]] std::size_t              load() const { return load_; }
    // Connections that have sent nothing, or nothing since their last answer.
    [[nodiscard]] std::size_t              idle() const { return idle_count_; }
    [[nodiscard]] bool                     in_own_thread() { return io_.get_executor().running_in_this_thread(); }

    void                           set_deadline(Timed& timed, std::chrono::milliseconds from_now);
    void                           set_deadline(Timed& timed, DeadlineWheel::Time at);
    void                           clear_deadline(Timed& timed) { wheel_.clear(timed); }
    void                           forget(Connection& connection);
    void                           begin_idle(IdlePlace& place);
    void                           end_idle(IdlePlace& place);
    [[nodiscard]] std::string_view date_line();
    // For bytes that nobody will look at.
    [[nodiscard]] std::span<char>  scratch() { return scratch_; }

private:
    void run();
    void begin(Arrival arrival);
    void turn_wheel();
    void close_all();

    Engine&                                                                  engine_;
    std::unordered_map<Connection*, std::shared_ptr<Connection>>             connections_;
    std::atomic<std::size_t>                                                 load_ = 0;
    std::list<IdlePlace*>                                                    idle_;  // longest first
    std::atomic<std::size_t>                                                 idle_count_ = 0;
    DeadlineWheel                                                            wheel_;
    bool                                                                     wheel_turns_ = false;
    DateLine                                                                 date_;
    std::array<char, 32UL * 1024>                                            scratch_{};
    boost::asio::io_context                                                  io_{1};
    boost::asio::steady_timer                                                tick_{io_};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    std::thread                                                              thread_;
};

}  // namespace signet::http
