// jose/algorithm.hpp - the signature algorithms of RFC 7518 and RFC 8037 served here.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace jose {

enum class Algorithm : std::uint8_t {
    hs256,  // HMAC with SHA-256, RFC 7518 3.2
    rs256,  // RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 3.3
    es256,  // ECDSA with P-256 and SHA-256, RFC 7518 3.4
    eddsa,  // Ed25519, RFC 8037 3.1
};

// "HS256", "RS256", "ES256", "EdDSA": the value of the "alg" header.
[[nodiscard]] std::string_view name(Algorithm algorithm);

// Exact match, case included. "none" is not an algorithm.
[[nodiscard]] std::optional<Algorithm> find_algorithm(std::string_view name);

}  // namespace jose
