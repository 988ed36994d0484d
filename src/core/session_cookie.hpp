// core/session_cookie.hpp - what keeps a browser signed in where it holds no tokens: not stored, impossible to forge.
//
// "sst_" + base64url(session id ‖ HMAC-SHA256). It is the same for as long as its session lasts; what it opens is in
// the session's row alone (DESIGN 6, 7).
#pragma once
#include <optional>
#include <string_view>

#include "base/secret.hpp"
#include "core/ids.hpp"
#include "core/token_secret.hpp"

namespace signet::core {

[[nodiscard]] SecretString make_session_cookie(TokenSecret const& secret, SessionId session);

// nullopt for anything not made by make_session_cookie with this key. Reaches no storage.
[[nodiscard]] std::optional<SessionId> parse_session_cookie(TokenSecret const& secret, std::string_view text);

// Whether it has the form of one: what else comes need not be asked about. Says nothing of its MAC.
[[nodiscard]] bool is_like_session_cookie(std::string_view text);

}  // namespace signet::core
