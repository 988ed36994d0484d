// http/acceptor.hpp - lets clients in, or not, and gives each to a core.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
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
    void let_in(boost::asio::ip::tcp::socket socket, boost::asio::ip::tcp::endpoint const& peer, IoCore& core);

    boost::asio::ip::tcp::acceptor socket_;
    Engine&                        engine_;
    Cores const&                   cores_;
    boost::asio::steady_timer      pause_;
    std::uint16_t                  port_;
};

}  // namespace signet::http
