// jose/jws.hpp - JSON Web Signature over any bytes, compact form. RFC 7515.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "jose/key_set.hpp"

namespace jose {

// A payload whose signature was checked. Says nothing of claims or times, and
// nothing turns it into a VerifiedToken. Copyable; safe to read from many threads.
// The views live as long as this object, and no longer when it is moved.
class VerifiedPayload {
public:
    [[nodiscard]] std::string_view bytes() const { return payload_; }
    [[nodiscard]] std::string_view header_json() const { return header_; }

private:
    friend struct TokenAccess;
    VerifiedPayload() = default;
    std::string header_;
    std::string payload_;
};

// Signs `payload`, any bytes or none, with the header {"alg","kid"[,"typ"]}.
// Errc::bad_signature should the key fail to sign. Cost: one signature. Thread-safe.
[[nodiscard]] Result<std::string> sign_payload(std::string_view payload, SigningKey const& key,
                                               std::string_view type = {});

// Checks the signature only, RFC 7515 5.2. `max_bytes` bounds the whole text.
//
// Errc::token_too_large, malformed_token (not three base64url parts), or
// malformed_header; unsupported_critical for "crit" or "b64"; algorithm_not_allowed
// for an "alg" that is not served, "none" among them; unknown_key when no key has
// the "kid"; algorithm_mismatch when that key serves another "alg"; bad_signature.
// Cost: one signature check. Thread-safe.
[[nodiscard]] Result<VerifiedPayload> verify_payload(std::string_view compact, KeySet const& keys,
                                                     std::size_t max_bytes = 8UL * 1024);

}  // namespace jose
