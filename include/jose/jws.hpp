// jose/jws.hpp - JSON Web Signature over any bytes, compact form. RFC 7515.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "jose/key_set.hpp"

namespace jose {

// A payload whose signature was checked. Says nothing of claims or times.
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

// Signs `payload` with the header {"alg","kid"[,"typ"]}. Thread-safe.
[[nodiscard]] Result<std::string> sign_payload(std::string_view payload, SigningKey const& key,
                                               std::string_view type = {});

// Checks the signature only. The header's "alg" must be the key's. `max_bytes`
// bounds the whole text. Thread-safe.
[[nodiscard]] Result<VerifiedPayload> verify_payload(std::string_view compact, KeySet const& keys,
                                                     std::size_t max_bytes = 8UL * 1024);

}  // namespace jose
