// jose/algorithm.hpp - the signature algorithms served here. RFC 7518 3, 8037, 8812, 9864.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace jose {

// "none" is not an algorithm. Spelled like the "alg" header, in small letters.
enum class Algorithm : std::uint8_t {
    hs256,    // HMAC with SHA-256, RFC 7518 3.2
    hs384,    // HMAC with SHA-384
    hs512,    // HMAC with SHA-512
    rs256,    // RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 3.3
    rs384,    // RSASSA-PKCS1-v1_5 with SHA-384
    rs512,    // RSASSA-PKCS1-v1_5 with SHA-512
    ps256,    // RSASSA-PSS with SHA-256, MGF1 of it, and a salt of its length, RFC 7518 3.5
    ps384,    // RSASSA-PSS with SHA-384
    ps512,    // RSASSA-PSS with SHA-512
    es256,    // ECDSA with P-256 and SHA-256, RFC 7518 3.4
    es384,    // ECDSA with P-384 and SHA-384
    es512,    // ECDSA with P-521 and SHA-512
    es256k,   // ECDSA with secp256k1 and SHA-256, RFC 8812 3.2
    eddsa,    // Ed25519 or Ed448, as the key's curve says, RFC 8037 3.1
    ed25519,  // Ed25519 under its own name, RFC 9864 2.2
    ed448,    // Ed448 under its own name
};

// All of them, in the order above. No cost; thread-safe, as all of this header.
[[nodiscard]] std::span<Algorithm const> all_algorithms();

// "HS256", "EdDSA", "Ed25519", ...: the value of the "alg" header (RFC 7515 4.1.1).
[[nodiscard]] std::string_view name(Algorithm algorithm);

// Exact match, case included; nullopt for "none", "hs256", or "ES521".
[[nodiscard]] std::optional<Algorithm> find_algorithm(std::string_view name);

// True where who verifies can also sign: HS256, HS384, HS512.
[[nodiscard]] bool is_symmetric(Algorithm algorithm);

}  // namespace jose
