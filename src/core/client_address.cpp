#include "core/client_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace signet::core {
namespace {

std::string text_of(in6_addr const& address)
{
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    inet_ntop(AF_INET6, &address, buffer.data(), buffer.size());
    return buffer.data();
}

std::string text_of(in_addr const& address)
{
    std::array<char, INET_ADDRSTRLEN> buffer{};
    inet_ntop(AF_INET, &address, buffer.data(), buffer.size());
    return buffer.data();
}

// inet_pton takes no length and stops at a NUL.
bool is_plain(std::string_view text)
{
    return text.find('\0') == std::string_view::npos;
}

std::optional<in6_addr> parse_v6(std::string const& text)
{
    in6_addr address{};
    if (inet_pton(AF_INET6, text.c_str(), &address) != 1) return std::nullopt;
    return address;
}

}  // namespace

std::optional<ClientAddress> ClientAddress::parse(std::string_view text)
{
    if (!is_plain(text)) return std::nullopt;
    std::string const terminated{text};

    in_addr v4{};
    if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1) return ClientAddress{text_of(v4)};

    auto const v6 = parse_v6(terminated);
    if (!v6) return std::nullopt;
    if (!IN6_IS_ADDR_V4MAPPED(&*v6)) return ClientAddress{text_of(*v6)};

    // One host, one counter: ::ffff:192.0.2.1 is 192.0.2.1.
    std::memcpy(&v4, v6->s6_addr + 12, sizeof v4);
    return ClientAddress{text_of(v4)};
}

std::string ClientAddress::network() const
{
    auto address = parse_v6(text);
    if (!address) return text;
    std::fill(address->s6_addr + 8, address->s6_addr + 16, std::uint8_t{0});
    return text_of(*address) + "/64";
}

bool ClientAddress::is_loopback() const
{
    return text == "::1" || (text.starts_with("127.") && text.find(':') == std::string::npos);
}

}  // namespace signet::core
