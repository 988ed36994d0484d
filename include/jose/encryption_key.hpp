// jose/encryption_key.hpp - keys of JWE, each bound to one algorithm when it is loaded.
//
// None of them can sign or verify, and no signature key can encrypt: the types
// keep them apart.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "jose/encryption_algorithm.hpp"
#include "jose/result.hpp"

namespace jose {

namespace detail {
struct JweKey;
}

// What encrypts: a public key, or a shared one. Immutable; copying shares; safe
// to use from many threads. A shared key is wiped when its last copy goes.
class EncryptionKey {
public:
    // A JWK (RFC 7517). The algorithm comes from "alg", which may also be an "enc"
    // name: that is a key for "dir" and this encryption alone. A key without "alg"
    // needs `algorithm`; one with both must agree (Errc::algorithm_mismatch).
    //
    // Refuses private members, a "use" other than "enc", and "key_ops" without the
    // operation (Errc::key_not_for_this_use); a shared key that is too short, RSA
    // under 2048 bits, points of small order (Errc::weak_key); points off the
    // curve and every other wrong form (Errc::malformed_key); a kty, crv, or alg that
    // is not served (Errc::unsupported_key). Cost: one pass over the text and the
    // checks of the key, under a millisecond.
    [[nodiscard]] static Result<EncryptionKey> parse_jwk(std::string_view             json,
                                                         std::optional<KeyManagement> algorithm = std::nullopt);

    // Never refused, no cost.
    [[nodiscard]] KeyManagement    algorithm() const;
    [[nodiscard]] std::string_view kid() const;  // empty when the key has none

    // The public JWK with kty, kid, use, alg. Refused for a shared key
    // (Errc::key_not_for_this_use).
    [[nodiscard]] Result<std::string> to_jwk() const;
    // RFC 7638, SHA-256, base64url: 43 characters. Of a shared key it is a hash of the
    // secret: do not publish it (RFC 7638 7).
    [[nodiscard]] std::string         thumbprint() const;

private:
    friend struct JweKeyAccess;
    EncryptionKey() = default;
    std::shared_ptr<detail::JweKey const> key_;  // never null outside JweKeyAccess
};

// What a new key looks like where its algorithm leaves a choice.
struct NewDecryptionKey {
    std::string_view                 kid{};         // empty: the thumbprint; of a shared key, a random one
    std::string_view                 curve{};       // ECDH-ES must name it: "P-256", "P-384", "P-521", "X25519"
    std::optional<ContentEncryption> encryption{};  // "dir" must name the one it serves
};

// What decrypts: a private key, or a shared one. Move-only; wiped on destruction;
// prints nothing. decrypt() may be called with it from many threads.
class DecryptionKey {
public:
    // A new key from OpenSSL's or the system's generator; RSA has 3072 bits and takes
    // some 100 ms, anything else under 1 ms. Errc::unsupported_key when a choice is
    // missing or makes no sense, malformed_key for a kid of more than 128 bytes or not in UTF-8.
    [[nodiscard]] static Result<DecryptionKey> generate(KeyManagement algorithm, NewDecryptionKey const& choices = {});
    // A private JWK, or a shared one ("oct"). Refuses what EncryptionKey refuses,
    // and a public key, or private members that do not belong to the public ones. The
    // cost is the same.
    [[nodiscard]] static Result<DecryptionKey> parse_jwk(std::string_view             json,
                                                         std::optional<KeyManagement> algorithm = std::nullopt);

    DecryptionKey(DecryptionKey&&) noexcept;
    DecryptionKey& operator=(DecryptionKey&&) noexcept;
    ~DecryptionKey();

    // Never refused, no cost.
    [[nodiscard]] KeyManagement    algorithm() const;
    [[nodiscard]] std::string_view kid() const;  // empty when the key has none
    // The public half; for a shared key, the key.
    [[nodiscard]] EncryptionKey    encryption_key() const;

    // The private JWK: whoever holds this text can decrypt. The caller wipes it.
    [[nodiscard]] std::string reveal_jwk() const;

private:
    friend struct JweKeyAccess;
    explicit DecryptionKey(std::shared_ptr<detail::JweKey const> key);
    std::shared_ptr<detail::JweKey const> key_;
};

}  // namespace jose
