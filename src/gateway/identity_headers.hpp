// gateway/identity_headers.hpp - what the service behind a proxy is told of who asks.
#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace signet::gateway {

// Who asks; empty where there is nobody, or nothing.
struct Identity {
    std::string_view             user      = {};
    std::string_view             session   = {};
    std::string_view             email     = {};
    std::string_view             name      = {};
    std::span<std::string const> roles     = {};
    std::span<std::string const> scopes    = {};
    std::string_view             client_id = {};
};

inline constexpr auto kIdentityHeaders =
    std::to_array<std::string_view>({"X-Signet-User", "X-Signet-Session", "X-Signet-Email", "X-Signet-Name",
                                     "X-Signet-Roles", "X-Signet-Scopes", "X-Signet-Client"});

// Adds every one of them, empty or not: a proxy that copies those it finds then overwrites whatever its client sent.
// Values are header_text(); lists have a space between their items.
void add_identity(http::Response& response, Identity const& identity);

// Visible ASCII but '%' as it is; every other byte as '%' and two hexadecimal digits. "Ann Ü" gives "Ann%20%C3%9C".
[[nodiscard]] std::string header_text(std::string_view text);

}  // namespace signet::gateway
