// http/io_core.hpp - one I/O thread: its event loop, deadlines, and connections.
#pragma once
#include <array>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
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

// Always in a shared_ptr, since an answer may come back after the server has gone. All but io(), load(), adopt(),
// drain(), and stop() is for the core's own thread.
class IoCore : public std::enable_shared_from_this<IoCore> {
public:
    explicit IoCore(Engine& engine) : engine_(engine) {}
    ~IoCore();

    void start();
    void adopt(Arrival arrival);
    // Closes what is idle; the rest goes on.
    void drain();
    // Closes everything and joins the thread.
    void stop();

    [[nodiscard]] boost::asio::io_context& io() { return io_; }
    // Connections, those on their way included.
    [[nodiscard]] std::size_t              load() const { return load_; }
    [[nodiscard]] bool                     in_own_thread() { return io_.get_executor().running_in_this_thread(); }

    void                           set_deadline(Timed& timed, std::chrono::milliseconds from_now);
    void                           set_deadline(Timed& timed, DeadlineWheel::Time at);
    void                           clear_deadline(Timed& timed) { wheel_.clear(timed); }
    void                           forget(Connection& connection);
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
