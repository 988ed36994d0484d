#include "http/forwarded.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <optional>
#include <ranges>
#include <stdexcept>

#include "http/header_value.hpp"
#include "http/numeric_address.hpp"

namespace signet::http {

namespace ip = boost::asio::ip;

struct TrustedProxies::Networks {
    std::vector<ip::network_v4> v4;
    std::vector<ip::network_v6> v6;

    // False for what is neither an address nor a network.
    bool add(std::string const& text);
};

namespace {

std::string_view name_of(ForwardedHeader header)
{
    return header == ForwardedHeader::forwarded ? "forwarded" : "x-forwarded-for";
}

// What a line names, empty for what is no address.
std::vector<std::string> split_addresses(std::string_view line)
{
    std::vector<std::string> addresses;
    for (auto const& part : line | std::views::split(','))
        addresses.push_back(canonical_address(trim(std::string_view{part})).value_or(""));
    return addresses;
}

std::optional<std::vector<std::string>> addresses_in(std::string_view line, ForwardedHeader header)
{
    return header == ForwardedHeader::forwarded ? parse_forwarded(line) : split_addresses(line);
}

template <class Network>
bool contains(std::vector<Network> const& networks, auto const& address)
{
    return std::ranges::any_of(networks, [&](Network const& network) {
        auto const bits = network.prefix_length();
        return Network{address, bits}.canonical() == network.canonical();
    });
}

}  // namespace

bool TrustedProxies::Networks::add(std::string const& text)
{
    boost::system::error_code ec;
    bool const                network = text.contains('/');
    if (text.contains(':'))
        v6.push_back(ip::make_network_v6(network ? text : text + "/128", ec));
    else
        v4.push_back(ip::make_network_v4(network ? text : text + "/32", ec));
    return !ec;
}

bool TrustedProxies::takes(std::string const& text)
{
    return Networks{}.add(text);
}

TrustedProxies::TrustedProxies(std::vector<std::string> const& addresses) : networks_(std::make_unique<Networks>())
{
    for (auto const& text : addresses)
        if (!networks_->add(text)) throw std::runtime_error("'" + text + "' is not the address or network of a proxy");
}

TrustedProxies::~TrustedProxies()                         = default;
TrustedProxies::TrustedProxies(TrustedProxies&&) noexcept = default;

bool TrustedProxies::contain(std::string_view address) const
{
    boost::system::error_code ec;
    auto const                parsed = ip::make_address(address, ec);
    if (ec) return false;
    return parsed.is_v4() ? contains(networks_->v4, parsed.to_v4()) : contains(networks_->v6, parsed.to_v6());
}

std::string TrustedProxies::client(std::string_view peer, Request const& request, ForwardedHeader named) const
{
    std::string client{peer};
    if (!contain(peer)) return client;
    for (auto const& header : request.headers | std::views::reverse) {
        if (!same_name(header.name, name_of(named))) continue;
        auto const addresses = addresses_in(header.value, named);
        if (!addresses) return std::string{peer};
        for (auto const& address : *addresses | std::views::reverse) {
            if (address.empty()) return std::string{peer};
            client = address;
            if (!contain(client)) return client;
        }
    }
    return client;
}

}  // namespace signet::http
