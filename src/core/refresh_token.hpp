// core/refresh_token.hpp - refresh tokens: not stored, made again at will, impossible to forge.
//
// "srt_" + base64url(version ‖ session id ‖ generation ‖ HMAC-SHA256) (DESIGN 6).
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/secret.hpp"
#include "core/ids.hpp"
#include "core/token_secret.hpp"

namespace signet::core {

struct RefreshTokenContent {
    SessionId     session;
    std::uint64_t generation;
};

[[nodiscard]] SecretString make_refresh_token(TokenSecret const& secret, RefreshTokenContent const& content);

// nullopt for anything not made by make_refresh_token with this key. Reaches no storage.
[[nodiscard]] std::optional<RefreshTokenContent> parse_refresh_token(TokenSecret const& secret, std::string_view text);

}  // namespace signet::core
