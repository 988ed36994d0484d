#include "http/proxy_header.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "http/numeric_address.hpp"

namespace signet::http {
namespace {

namespace ip = boost::asio::ip;
using namespace std::string_view_literals;

constexpr auto        kSignature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kFixedPart = 16;  // signature, version and command, family, length
constexpr std::size_t kPorts     = 4;

std::size_t number_at(std::string_view bytes, std::size_t at)
{
    return static_cast<std::size_t>(static_cast<std::uint8_t>(bytes[at])) << 8 |
           static_cast<std::uint8_t>(bytes[at + 1]);
}

// The first address of a pair, then both ports, then nothing but whole additions.
template <class Address>
std::expected<std::string, ProxyFault> source_address(std::string_view block)
{
    typename Address::bytes_type bytes{};
    if (block.size() < 2 * bytes.size() + kPorts) return std::unexpected(ProxyFault::malformed);
    std::ranges::copy(block.substr(0, bytes.size()), bytes.begin());
    for (block.remove_prefix(2 * bytes.size() + kPorts); !block.empty();) {
        if (block.size() < 3 || block.size() - 3 < number_at(block, 1)) return std::unexpected(ProxyFault::malformed);
        block.remove_prefix(3 + number_at(block, 1));
    }
    return canonical_address(Address{bytes}.to_string()).value_or("");
}

std::expected<std::string, ProxyFault> client_of(std::string_view header)
{
    constexpr std::uint8_t kLocal = 0x20;
    constexpr std::uint8_t kProxy = 0x21;
    auto const             what   = static_cast<std::uint8_t>(header[12]);
    auto const             block  = header.substr(kFixedPart);
    // The proxy itself, asking how this server is; whatever follows is to be passed over.
    if (what == kLocal) return "";
    if (what != kProxy) return std::unexpected(ProxyFault::malformed);
    switch (static_cast<std::uint8_t>(header[13])) {
        case 0x00:  // unspecified
        case 0x31:  // a Unix socket
            return "";
        case 0x11:
            return source_address<ip::address_v4>(block);
        case 0x21:
            return source_address<ip::address_v6>(block);
        default:
            return std::unexpected(ProxyFault::malformed);
    }
}

}  // namespace

std::string_view describe(ProxyFault fault)
{
    switch (fault) {
        case ProxyFault::other_protocol:
            return "it does not begin with a header of the PROXY protocol, version 2";
        case ProxyFault::malformed:
            return "its PROXY protocol header is malformed";
        case ProxyFault::too_long:
            return "its PROXY protocol header is longer than 4096 bytes";
    }
    return "";
}

std::expected<ProxyHeader, ProxyFault> read_proxy_header(std::string_view bytes)
{
    auto const signature = bytes.substr(0, kSignature.size());
    if (signature != kSignature.substr(0, signature.size())) return std::unexpected(ProxyFault::other_protocol);
    if (bytes.size() < kFixedPart) return ProxyHeader{.missing = kFixedPart - bytes.size()};
    auto const size = kFixedPart + number_at(bytes, 14);
    if (size > kLongestProxyHeader) return std::unexpected(ProxyFault::too_long);
    if (bytes.size() < size) return ProxyHeader{.missing = size - bytes.size()};
    auto client = client_of(bytes.substr(0, size));
    if (!client) return std::unexpected(client.error());
    return ProxyHeader{.client = *std::move(client)};
}

}  // namespace signet::http
