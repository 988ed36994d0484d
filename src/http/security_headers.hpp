// http/security_headers.hpp - what every answer tells a browser not to do (CHECKS D7, D8).
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "http/message.hpp"
#include "http/origins.hpp"

namespace signet::http {

struct SecurityNeeds {
    Pages pages  = Pages::allowed;
    bool  strict = false;  // Strict-Transport-Security: is_strict_transport() of the settings
};

// Adds what is the same on every answer, and Cache-Control and Content-Security-Policy where the endpoint has not set
// its own. Without a Cache-Control an answer is never stored. Call once.
void add_security_headers(Response& response, SecurityNeeds const& needs);

// HTTPS under a real name. Not for localhost and addresses: there the promise would bind every other server on the
// machine.
[[nodiscard]] bool is_strict_transport(ApiSettings const& settings);

// The Content-Security-Policy of a hosted page. `form_targets` are the origins a form's redirect may end at.
[[nodiscard]] std::string page_policy(std::string_view nonce, std::span<std::string const> form_targets);

// 16 random bytes in base64url, new for every answer.
[[nodiscard]] std::string make_nonce(Random& random);

}  // namespace signet::http
