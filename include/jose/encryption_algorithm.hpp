// jose/encryption_algorithm.hpp - the encryption algorithms of RFC 7518 4 and 5 served here.
//
// Not served, and never will be: RSA1_5, PBES2-*, RSA-OAEP with SHA-1, "zip".
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace jose {

// How the content encryption key comes to the recipient: the "alg" header.
enum class KeyManagement : std::uint8_t {
    dir,     // the shared key is the content key, RFC 7518 4.5
    a128kw,  // AES key wrap, RFC 7518 4.4
    a256kw,
    ecdh_es,         // P-256, P-384, P-521, X25519; RFC 7518 4.6, RFC 8037 3.2
    ecdh_es_a128kw,  // the same, then AES key wrap
    ecdh_es_a256kw,
    rsa_oaep_256,  // RSAES-OAEP with SHA-256, RFC 7518 4.3
};

// How the content is encrypted and authenticated: the "enc" header.
enum class ContentEncryption : std::uint8_t {
    a128gcm,  // RFC 7518 5.3
    a256gcm,
    a128cbc_hs256,  // RFC 7518 5.2
    a256cbc_hs512,
};

// "ECDH-ES+A128KW", "A256GCM": the values of "alg" and "enc" (RFC 7516 4.1.1, 4.1.2).
// No cost; thread-safe, as all of this header.
[[nodiscard]] std::string_view name(KeyManagement algorithm);
[[nodiscard]] std::string_view name(ContentEncryption encryption);

// Exact match, case included; nullopt for "RSA1_5", "a256gcm", or "".
[[nodiscard]] std::optional<KeyManagement>     find_key_management(std::string_view name);
[[nodiscard]] std::optional<ContentEncryption> find_content_encryption(std::string_view name);

}  // namespace jose
