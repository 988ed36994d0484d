// http/acceptor.hpp - lets clients in, or not, and gives each to a core.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/engine.hpp"
#include "http/io_core.hpp"

namespace signet::http {

using Cores = std::vector<std::shared_ptr<IoCore>>;

// Lives on the first core's thread.
class Acceptor {
public:
    Acceptor(boost::asio::ip::tcp::acceptor socket, Engine& engine, Cores const& cores);

    void start();
    void stop();

    [[nodiscard]] std::uint16_t port() const { return port_; }

private:
    void wait();
    void accept_all();
    // False when nobody else is waiting to be let in.
    bool accept_one();
    void pause(std::string_view why);
    struct Newcomer {
        boost::asio::ip::tcp::socket socket;  // of `core`
        std::string                  address;
        IoCore*                      core;
        bool                         asked = false;  // for room already
    };
    void let_in(Newcomer newcomer);
    void ask_for_room(Newcomer newcomer);

    boost::asio::ip::tcp::acceptor socket_;
    Engine&                        engine_;
    Cores const&                   cores_;
    boost::asio::steady_timer      pause_;
    std::uint16_t                  port_;
    std::deque<Newcomer>           waiting_;  // for an idle connection to make room
};

}  // namespace signet::http
