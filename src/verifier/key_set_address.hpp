// verifier/key_set_address.hpp - where an issuer's key set is, and what it revokes, if it may be asked at all.
#pragma once
#include <expected>
#include <string>
#include <string_view>

namespace signet {

struct KeySetAddress {
    std::string url;
    bool        plain_http;  // then the host is a loopback one
};

// The address of /.well-known/jwks.json under `issuer`, or why there is none:
// the issuer must be an https URL without user, query, or fragment (CHECKS A40).
// Plain http is allowed by `plain_http_on_loopback` alone, and then only to
// localhost, 127.0.0.0/8, or [::1]. Names are not resolved here.
[[nodiscard]] std::expected<KeySetAddress, std::string> key_set_address(std::string const& issuer,
                                                                        bool               plain_http_on_loopback);

// Likewise that of /revocations, from which the other addresses of the feed go on.
[[nodiscard]] std::expected<KeySetAddress, std::string> revocations_address(std::string const& issuer,
                                                                            bool               plain_http_on_loopback);

// Likewise that of /api/v1/session-token, where a session cookie is exchanged for an access token.
[[nodiscard]] std::expected<KeySetAddress, std::string> session_token_address(std::string const& issuer,
                                                                              bool plain_http_on_loopback);

// The key set at exactly this URL, by the same rules; plain http to a loopback host is allowed.
[[nodiscard]] std::expected<KeySetAddress, std::string> key_set_url(std::string const& url);

}  // namespace signet
