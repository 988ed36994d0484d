// gateway/answers.hpp - what a proxy is told, and hands on to its client when it is a no.
//
// Only 200, 302, 401, 403, and 503: nginx takes any other for a failure of the gateway. Refusals have the house's one
// body, {"error","error_description"}, and codes of their own.
#pragma once
#include <string>
#include <string_view>

#include "gateway/identity_headers.hpp"
#include "http/message.hpp"
#include "signet/verifier.hpp"

namespace signet::gateway {

// Where a proxy that reads the status alone finds the sign-in page.
inline constexpr std::string_view kSignInHeader = "X-Signet-Sign-In";

[[nodiscard]] http::Response allow(Identity const& identity);

// The same with Authorization, for the service; empty where there is nobody, so that the proxy overwrites its client's.
[[nodiscard]] http::Response allow(Identity const& identity, std::string_view authorization);

// 403 unclear_request. `sentence` holds nothing of the request.
[[nodiscard]] http::Response refuse_unclear(std::string_view sentence);

// 401 missing_token or invalid_token, 403 insufficient_scope, or 503 unavailable, with its header for it.
[[nodiscard]] http::Response refuse(Refusal const& refusal);

// 401 invalid_session: a session cookie came that is no session's, or of one that is over.
[[nodiscard]] http::Response refuse_session();

// 403 origin_not_allowed: a session cookie came with what no page of the service's own has sent.
[[nodiscard]] http::Response refuse_foreign_page();

// 503 unavailable, where the issuer could not be asked.
[[nodiscard]] http::Response refuse_unasked();

// 302.
[[nodiscard]] http::Response send_to(std::string_view address);

// 404: no question of a proxy.
[[nodiscard]] http::Response not_asked();

}  // namespace signet::gateway
