// verifier/refusal.hpp - why a request is refused, in words a client may read. RFC 6750 3.
#pragma once
#include <string_view>

#include "jose/result.hpp"
#include "signet/verifier.hpp"

namespace signet {

[[nodiscard]] Refusal no_token(std::string_view realm);
[[nodiscard]] Refusal invalid_token(jose::Errc cause, std::string_view realm);
[[nodiscard]] Refusal no_keys_yet(std::string_view realm);
// What was revoked of a token that held before.
[[nodiscard]] Refusal is_revoked(Revoked what, std::string_view realm);
// While nothing is known of what is revoked, and while that is too old.
[[nodiscard]] Refusal no_news_yet(std::string_view realm);
[[nodiscard]] Refusal news_too_old(std::string_view realm);
// Takes no memory: its words fit into a std::string, and there is no realm in a 503's answer.
[[nodiscard]] Refusal no_memory();

}  // namespace signet
