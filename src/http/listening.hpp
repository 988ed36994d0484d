// http/listening.hpp - the sockets that a listener's name stands for.
#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <vector>

#include "http/server.hpp"

namespace signet::http {

// Binds and listens. "localhost" is 127.0.0.1 and, where there is IPv6, ::1, on one port; another name is every address
// that it resolves to. Throws std::runtime_error with a sentence for the operator.
[[nodiscard]] std::vector<boost::asio::ip::tcp::acceptor> listen(boost::asio::io_context& io, Listener const& listener);

}  // namespace signet::http
