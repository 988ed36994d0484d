#include "http/listening.hpp"

#include <boost/asio/ip/v6_only.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace signet::http {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// Tries for one port that is free for all addresses.
constexpr int kPortTries = 16;

[[noreturn]] void fail(Listener const& listener, error_code ec)
{
    auto const host = listener.host.contains(':') ? "[" + listener.host + "]" : listener.host;
    auto       text = "cannot listen on " + host + ":" + std::to_string(listener.port) + ": " + ec.message();
    if (ec == asio::error::address_in_use) text += " (is another signet running?)";
    throw std::runtime_error(text);
}

std::vector<asio::ip::address> addresses_of(asio::io_context& io, Listener const& listener)
{
    if (listener.host == "localhost") return {asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
    error_code ec;
    if (auto const numeric = asio::ip::make_address(listener.host, ec); !ec) return {numeric};

    auto const found = tcp::resolver{io}.resolve(listener.host, "", tcp::resolver::passive, ec);
    if (ec) fail(listener, ec);
    std::vector<asio::ip::address> addresses;
    for (auto const& entry : found) addresses.push_back(entry.endpoint().address());
    return addresses;
}

bool is_absent(error_code ec)
{
    return ec == asio::error::address_family_not_supported || ec == boost::system::errc::address_not_available;
}

std::pair<tcp::acceptor, error_code> open(asio::io_context& io, tcp::endpoint const& endpoint)
{
    tcp::acceptor acceptor{io};
    error_code    ec;
    auto const    then = [&](auto&& step) {
        if (!ec) step();
    };
    then([&] { acceptor.open(endpoint.protocol(), ec); });
    then([&] { acceptor.set_option(asio::socket_base::reuse_address{true}, ec); });
    // Accepted sockets inherit it: an answer is one write, and must not wait for the next.
    then([&] { acceptor.set_option(tcp::no_delay{true}, ec); });
    then([&] { acceptor.bind(endpoint, ec); });
    then([&] { acceptor.listen(asio::socket_base::max_listen_connections, ec); });
    then([&] { acceptor.non_blocking(true, ec); });
    return {std::move(acceptor), ec};
}

}  // namespace

std::vector<tcp::acceptor> listen(asio::io_context& io, Listener const& listener)
{
    auto const addresses = addresses_of(io, listener);
    for (int attempt = 1;; ++attempt) {
        std::vector<tcp::acceptor> acceptors;
        error_code                 problem;
        auto                       port = listener.port;
        for (auto const& address : addresses) {
            auto [acceptor, ec] = open(io, {address, port});
            if (is_absent(ec) && addresses.size() > 1) continue;
            if ((problem = ec)) break;
            port = acceptor.local_endpoint().port();
            acceptors.push_back(std::move(acceptor));
        }
        if (!problem && !acceptors.empty()) return acceptors;
        // A free port of the first address may be taken on the second.
        bool const again = problem == asio::error::address_in_use && listener.port == 0 && attempt < kPortTries;
        if (!again) fail(listener, problem ? problem : error_code{asio::error::address_family_not_supported});
    }
}

}  // namespace signet::http
