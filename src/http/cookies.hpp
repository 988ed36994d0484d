// http/cookies.hpp - the cookies this server keeps in a browser (CHECKS D1).
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace signet::http {

// The refresh token. Scripts never see it; it goes to this host alone, and only from pages of its own site.
inline constexpr std::string_view     kRefreshCookie    = "__Host-signet_refresh";
// Instead of it, where a site wants one cookie and no tokens (core/session_cookie.hpp). It comes with links from other
// sites too, since pages are opened by it: whatever changes something looks where it was sent from.
inline constexpr std::string_view     kSessionCookie    = "__Host-signet_session";
// That somebody signed in on this device before (CHECKS C9). Opens nothing; outlives a sign-out.
inline constexpr std::string_view     kDeviceCookie     = "__Host-signet_device";
// The longest a browser keeps one.
inline constexpr std::chrono::seconds kDeviceCookieLife = std::chrono::days{400};

// nullopt when absent, empty, over 4096 bytes, or sent twice: of two, one was planted, and nothing says which.
[[nodiscard]] std::optional<std::string_view> find_cookie(Request const& request, std::string_view name);

// Values of Set-Cookie, SameSite=Lax for kSessionCookie and Strict for others. Secure also over plain HTTP on loopback:
// browsers accept that there.
[[nodiscard]] std::string keep_cookie(std::string_view name, std::string_view value, std::chrono::seconds life);
[[nodiscard]] std::string drop_cookie(std::string_view name);

}  // namespace signet::http
