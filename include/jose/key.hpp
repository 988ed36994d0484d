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

// What checks signatures. Immutable; copying shares and costs one count; safe to
// use from many threads. For HS256 and its kin this holds the secret: it is wiped
// when the last copy goes. Every parse_ costs one pass over the text and, for RSA
// and EC, the checks of the key: 50 to 500 microseconds. Load once, then keep.
//
// What no parse_ takes, and the code it gives:
//   weak_key              RSA under 2048 bits, with an even exponent or 1, or of the
//                         broken generator (ROCA); a secret shorter than its hash,
//                         guessable (of bytes that nobody can type, only before it
//                         signs), or somebody's public key; an Edwards point of small
//                         order
//   malformed_key         a point off its curve, a number of the wrong length, a
//                         member of another kind of key, a kty or crv that is not
//                         the algorithm's, a kid of more than 128 bytes or not in UTF-8
//   unsupported_key       a kty, crv, or alg that is not served; more than 8192 bits;
//                         no alg where the key's kind leaves a choice
//   algorithm_mismatch    another algorithm than the key's own
//   key_not_for_this_use  the other half of a key; "use" other than "sig"; "key_ops"
//                         without the operation wanted
class VerificationKey {
public:
    // A JWK (RFC 7517 4, RFC 7518 6, RFC 8037 2). The algorithm comes from "alg"; a
    // key without "alg" needs `algorithm`, or a curve (RFC 8037's and 7518's name
    // for it: Ed25519 means EdDSA); one with both must agree. A key whose "alg" is
    // "Ed25519" or "Ed448" serves tokens of that name only (RFC 9864).
    [[nodiscard]] static Result<VerificationKey> parse_jwk(std::string_view         json,
                                                           std::optional<Algorithm> algorithm = std::nullopt);
    // PEM (RFC 7468): one "PUBLIC KEY" (SubjectPublicKeyInfo) or "RSA PUBLIC KEY"
    // (PKCS#1), at most 32 KiB. Asymmetric algorithms only, so that a public key can
    // never become a secret. A certificate is refused (unsupported_key): nothing here
    // checks who signed it, or until when; give the key in it. A key under
    // id-RSASSA-PSS (RFC 4055) serves PS256, PS384, and PS512 only, and with
    // parameters only the one that they describe.
    [[nodiscard]] static Result<VerificationKey> parse_pem(std::string_view pem, Algorithm algorithm,
                                                           std::string_view kid = {});
    // The DER of the same two structures, at most 16 KiB and nothing behind them.
    [[nodiscard]] static Result<VerificationKey> parse_der(std::string_view der, Algorithm algorithm,
                                                           std::string_view kid = {});

    // Never refused, no cost.
    [[nodiscard]] Algorithm        algorithm() const;
    [[nodiscard]] std::string_view kid() const;  // empty when the key has none

    // The public JWK with kty, kid, use, alg. A symmetric key is refused, here and
    // below (Errc::key_not_for_this_use). Each copies the key's numbers, and the hash
    // below is one of them: microseconds, nothing for a request's way.
    [[nodiscard]] Result<std::string> to_jwk() const;
    // A SubjectPublicKeyInfo (RFC 5280 4.1.2.7), as PEM or DER. It holds no kid and
    // no algorithm: RSA keys are written under rsaEncryption, PS256's too.
    [[nodiscard]] Result<std::string> to_pem() const;
    [[nodiscard]] Result<std::string> to_der() const;

    // RFC 7638, SHA-256, base64url: 43 characters. Of a secret it is a hash of the
    // secret: do not publish it (RFC 7638 7).
    [[nodiscard]] std::string thumbprint() const;
    // RFC 9278: "urn:ietf:params:oauth:jwk-thumbprint:sha-256:" and the above.
    [[nodiscard]] std::string thumbprint_uri() const;

private:
    friend struct KeyAccess;
    VerificationKey() = default;
    std::shared_ptr<detail::KeyMaterial const> material_;  // never null outside KeyAccess
};

// What a new key is to be like.
struct NewKey {
    std::string_view kid{};            // empty: its thumbprint; of a shared secret, a random one
    int              rsa_bits = 2048;  // of RSA keys: 2048 to 4096, whole bytes
};

// What makes signatures. Move-only; wiped on destruction; prints nothing.
// sign() may be called from many threads. Every way to make one signs and verifies
// once with the key before accepting it, and refuses what VerificationKey refuses.
class SigningKey {
public:
    // A new key from OpenSSL's or libsodium's generator. EdDSA gives Ed25519. RSA
    // takes some 100 ms, anything else under 1 ms. Errc::weak_key or unsupported_key
    // for a size out of range, malformed_key for a kid of more than 128 bytes or not in UTF-8.
    [[nodiscard]] static Result<SigningKey> generate(Algorithm algorithm, std::string_view kid = {});
    [[nodiscard]] static Result<SigningKey> generate(Algorithm algorithm, NewKey const& wanted);

    // A private JWK, or a symmetric one ("oct"). RSA needs all of its members (RFC
    // 7518 6.3.2), which must agree: faults are found by them.
    [[nodiscard]] static Result<SigningKey> parse_jwk(std::string_view         json,
                                                      std::optional<Algorithm> algorithm = std::nullopt);
    // PEM: one "PRIVATE KEY" (PKCS#8), "RSA PRIVATE KEY" (PKCS#1), or "EC PRIVATE
    // KEY" (SEC 1). An encrypted key is refused (Errc::unsupported_key): decrypt it
    // first, for example with `openssl pkey`.
    [[nodiscard]] static Result<SigningKey> parse_pem(std::string_view pem, Algorithm algorithm,
                                                      std::string_view kid = {});
    // The DER of the same three structures, at most 16 KiB and nothing behind them.
    [[nodiscard]] static Result<SigningKey> parse_der(std::string_view der, Algorithm algorithm,
                                                      std::string_view kid = {});

    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;
    ~SigningKey();

    // Never refused, no cost.
    [[nodiscard]] Algorithm        algorithm() const;
    [[nodiscard]] std::string_view kid() const;  // empty when the key has none
    // The public half; for HS256 and its kin, the secret.
    [[nodiscard]] VerificationKey  verification_key() const;

    // The private JWK: whoever holds this text is the signer. The caller wipes it.
    [[nodiscard]] std::string         reveal_jwk() const;
    // PKCS#8 (RFC 5958), not encrypted, without kid and algorithm; refused for a
    // symmetric key (Errc::key_not_for_this_use). The caller wipes it.
    [[nodiscard]] Result<std::string> reveal_pem() const;
    [[nodiscard]] Result<std::string> reveal_der() const;

private:
    friend struct KeyAccess;
    explicit SigningKey(std::shared_ptr<detail::KeyMaterial const> material);
    std::shared_ptr<detail::KeyMaterial const> material_;
};

}  // namespace jose
