// jose/detached.hpp - signatures whose payload travels apart. RFC 7515 appendix F, RFC 7797.
//
// The text has an empty middle part: header..signature. Nothing here is a JWT:
// RFC 7797 7 forbids "b64":false there, and everywhere else in this library it
// is refused.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "jose/jws.hpp"

namespace jose {

// Signs `payload`, any bytes, with the header {"alg","kid"[,"typ"]} and leaves it
// out of the text. RFC 7515 appendix F. Refuses what sign_payload() refuses. Cost:
// one signature, and base64url of the payload. Thread-safe.
[[nodiscard]] Result<std::string> sign_detached(std::string_view payload, SigningKey const& key,
                                                std::string_view type = {});

// Checks that `compact` is a signature over `payload`. The bytes given back are a
// copy of those that were checked.
//
// Refuses what verify_payload() refuses, "b64" and "crit" among it, and
// Errc::malformed_token when the text brings a payload of its own. `max_bytes`
// bounds the text, not the payload, which the caller holds already. Cost: one
// signature check, and base64url of the payload. Thread-safe.
[[nodiscard]] Result<VerifiedPayload> verify_detached(std::string_view compact, std::string_view payload,
                                                      KeySet const& keys, std::size_t max_bytes = 8UL * 1024);

// The same over the payload's bytes as they are, with
// {"alg","kid"[,"typ"],"b64":false,"crit":["b64"]}. RFC 7797 3. Cost: one signature
// and a copy of the payload. Thread-safe.
[[nodiscard]] Result<std::string> sign_detached_unencoded(std::string_view payload, SigningKey const& key,
                                                          std::string_view type = {});

// Accepts only what says so: Errc::unsupported_critical unless "b64" is false and
// "crit" is exactly ["b64"] (RFC 7797 6). Otherwise as verify_detached(); its cost
// is one signature check and two copies of the payload. Thread-safe.
[[nodiscard]] Result<VerifiedPayload> verify_detached_unencoded(std::string_view compact, std::string_view payload,
                                                                KeySet const& keys, std::size_t max_bytes = 8UL * 1024);

}  // namespace jose
