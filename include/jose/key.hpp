// jose/key.hpp - keys, each bound to one algorithm when it is loaded.
//
// A token never chooses the algorithm (RFC 8725 3.1): a key knows its own, and a
// token that names another is refused. An HMAC key cannot be built from
// asymmetric material: the types of JWK and PEM forbid it.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "jose/algorithm.hpp"
#include "jose/result.hpp"

namespace jose {

namespace detail {
struct KeyMaterial;
}

// What checks signatures. Immutable; copying shares; safe to use from many
// threads. For HS256 this holds the secret: it is wiped when the last copy goes.
class VerificationKey {
public:
    // A JWK (RFC 7517). The algorithm comes from "alg"; a key without "alg" needs
    // `algorithm`, or a curve that serves one algorithm only; one with both must
    // agree (Errc::algorithm_mismatch). Asymmetric private members are refused
    // (Errc::key_not_for_this_use), as are "use" other than "sig" and "key_ops"
    // without "verify".
    [[nodiscard]] static Result<VerificationKey> parse_jwk(std::string_view         json,
                                                           std::optional<Algorithm> algorithm = std::nullopt);
    // A PEM SubjectPublicKeyInfo ("BEGIN PUBLIC KEY"). Asymmetric algorithms only.
    [[nodiscard]] static Result<VerificationKey> parse_pem(std::string_view pem, Algorithm algorithm,
                                                           std::string_view kid = {});

    [[nodiscard]] Algorithm        algorithm() const;
    [[nodiscard]] std::string_view kid() const;  // empty when the key has none

    // The public JWK with kty, kid, use, alg. Refused for a symmetric key.
    [[nodiscard]] Result<std::string> to_jwk() const;
    // RFC 7638, SHA-256, base64url: 43 characters.
    [[nodiscard]] std::string         thumbprint() const;

private:
    friend struct KeyAccess;
    VerificationKey() = default;
    std::shared_ptr<detail::KeyMaterial const> material_;  // never null outside KeyAccess
};

// What makes signatures. Move-only; wiped on destruction; prints nothing.
// sign() may be called from many threads.
class SigningKey {
public:
    // A new key from OpenSSL's or libsodium's generator. Without `kid` its
    // thumbprint is its kid.
    [[nodiscard]] static Result<SigningKey> generate(Algorithm algorithm, std::string_view kid = {});
    // A private JWK, or a symmetric one ("oct"). Signs and verifies once with the
    // key before accepting it.
    [[nodiscard]] static Result<SigningKey> parse_jwk(std::string_view         json,
                                                      std::optional<Algorithm> algorithm = std::nullopt);

    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;
    ~SigningKey();

    [[nodiscard]] Algorithm        algorithm() const;
    [[nodiscard]] std::string_view kid() const;
    [[nodiscard]] VerificationKey  verification_key() const;

    // The private JWK: whoever holds this text is the signer. The caller wipes it.
    [[nodiscard]] std::string reveal_jwk() const;

private:
    friend struct KeyAccess;
    explicit SigningKey(std::shared_ptr<detail::KeyMaterial const> material);
    std::shared_ptr<detail::KeyMaterial const> material_;
};

}  // namespace jose
