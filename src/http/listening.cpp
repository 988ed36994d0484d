#include "http/listening.hpp"

#include <boost/system/system_error.hpp>
#include <expected>
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

std::expected<tcp::acceptor, error_code> open(asio::io_context& io, tcp::endpoint const& endpoint)
try {
    tcp::acceptor acceptor{io};
    acceptor.open(endpoint.protocol());
    acceptor.set_option(asio::socket_base::reuse_address{true});
    // Accepted sockets inherit it: an answer is one write, and must not wait for the next.
    acceptor.set_option(tcp::no_delay{true});
    acceptor.bind(endpoint);
    acceptor.listen(asio::socket_base::max_listen_connections);
    acceptor.non_blocking(true);
    return acceptor;
} catch (boost::system::system_error const& error) {
    return std::unexpected(error.code());
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
            auto acceptor = open(io, {address, port});
            if (!acceptor && is_absent(acceptor.error()) && addresses.size() > 1) continue;
            if (!acceptor) {
                problem = acceptor.error();
                break;
            }
            port = acceptor->local_endpoint().port();
            acceptors.push_back(std::move(*acceptor));
        }
        if (!problem && !acceptors.empty()) return acceptors;
        // A free port of the first address may be taken on the second.
        bool const again = problem == asio::error::address_in_use && listener.port == 0 && attempt < kPortTries;
        if (!again) fail(listener, problem ? problem : error_code{asio::error::address_family_not_supported});
    }
}

}  // namespace signet::http
