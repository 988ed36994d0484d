// http/proxy_header.hpp - the PROXY protocol, version 2: what a proxy says of a connection before its first byte.
//
// Source:  haproxy.org, doc/proxy-protocol.txt, section 2.2.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace signet::http {

struct ProxyHeader {
    std::size_t missing = 0;   // so many bytes must come before more can be said; 0: it is all here
    std::string client  = {};  // canonical address; empty where the proxy speaks for itself or knows none
};

enum class ProxyFault : std::uint8_t {
    other_protocol,  // another signature: TLS, HTTP, or version 1, which is not spoken here
    malformed,       // an unknown version, command, or family; a length that does not fit
    too_long,        // more than kLongestProxyHeader
};
[[nodiscard]] std::string_view describe(ProxyFault fault);

inline constexpr std::size_t kLongestProxyHeader = 4096;

// Looks at the first bytes of a connection, at most as many as earlier calls said were missing: none belongs to what
// comes behind the header. What cannot become one is refused at its first wrong byte. Additions (TLV) are passed over,
// a checksum among them unlooked at: TCP and a declared sender vouch for the bytes.
[[nodiscard]] std::expected<ProxyHeader, ProxyFault> read_proxy_header(std::string_view bytes);

}  // namespace signet::http
