#include "http/numeric_address.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace signet::http {

namespace ip = boost::asio::ip;

std::optional<std::string> canonical_address(std::string_view text)
{
    boost::system::error_code ec;
    auto const                address = ip::make_address(text, ec);
    if (ec) return std::nullopt;
    if (address.is_v4()) return address.to_string();
    auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6).to_string();
    v6.scope_id(0);
    return v6.to_string();
}

AddressBytes address_bytes(std::string_view text)
{
    boost::system::error_code ec;
    auto const                address = ip::make_address(text, ec);
    AddressBytes              found;
    if (ec) return found;
    auto const take = [&](auto const& bytes) {
        std::ranges::copy(bytes, found.bytes.begin());
        found.size = bytes.size();
    };
    if (address.is_v4())
        take(address.to_v4().to_bytes());
    else
        take(address.to_v6().to_bytes());
    return found;
}

}  // namespace signet::http
