// jose/key_material.hpp - what every kind of key can do, and how each is made.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jose/algorithms.hpp"
#include "jose/jwk.hpp"
#include "jose/key.hpp"

namespace jose {
namespace detail {

// Immutable once loaded; every const member may be called from many threads.
struct KeyMaterial {
    KeyMaterial(AlgorithmRow const& the_row, std::string the_kid) : row(the_row), kid(std::move(the_kid)) {}
    virtual ~KeyMaterial()                     = default;
    KeyMaterial(KeyMaterial const&)            = delete;
    KeyMaterial& operator=(KeyMaterial const&) = delete;

    [[nodiscard]] virtual bool        verifies(std::string_view input, std::string_view signature) const = 0;
    // The raw signature; empty when the cryptography failed or the key is public.
    [[nodiscard]] virtual std::string sign(std::string_view input) const                                 = 0;
    // The members RFC 7638 3.2 hashes, in its order. For "oct" that is the secret.
    [[nodiscard]] virtual Members     identity() const                                                   = 0;
    // The private members beside them, of a private key.
    [[nodiscard]] virtual Members     secrets() const                                                    = 0;
    // DER: a SubjectPublicKeyInfo (RFC 5280 4.1.2.7), and a PKCS#8 PrivateKeyInfo
    // (RFC 5958 2). Empty where the key has none.
    [[nodiscard]] virtual std::string public_der() const { return {}; }
    [[nodiscard]] virtual std::string private_der() const { return {}; }

    AlgorithmRow const&                row;
    std::string                        kid;
    // What verifies; the key itself where it is symmetric or public.
    std::shared_ptr<KeyMaterial const> public_half;
};

using Loaded = Result<std::unique_ptr<KeyMaterial>>;

[[nodiscard]] Loaded load_hmac(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose);
[[nodiscard]] Loaded load_rsa(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose);
[[nodiscard]] Loaded load_ec(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose);
[[nodiscard]] Loaded load_ed25519(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose);
[[nodiscard]] Loaded load_ed448(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose);

[[nodiscard]] Jwk generate_hmac(AlgorithmRow const& row);
[[nodiscard]] Jwk generate_rsa(AlgorithmRow const& row, NewKey const& wanted);
[[nodiscard]] Jwk generate_ec(AlgorithmRow const& row, NewKey const& wanted);
[[nodiscard]] Jwk generate_ed25519(AlgorithmRow const& row, NewKey const& wanted);
[[nodiscard]] Jwk generate_ed448(AlgorithmRow const& row, NewKey const& wanted);

// What a signing key must show before it is used (CHECKS A27): that its public
// half accepts what it signs.
[[nodiscard]] Result<std::shared_ptr<KeyMaterial const>> finish_signer(std::unique_ptr<KeyMaterial> key);

// All checks of a JWK that do not depend on its kind, then the kind's own.
[[nodiscard]] Loaded load_key(Jwk const& jwk, std::optional<Algorithm> algorithm, Purpose purpose);

}  // namespace detail

// The way from the public types to their material.
struct KeyAccess {
    static VerificationKey wrap(std::shared_ptr<detail::KeyMaterial const> material)
    {
        VerificationKey key;
        key.material_ = std::move(material);
        return key;
    }
    static SigningKey wrap_signer(std::shared_ptr<detail::KeyMaterial const> material)
    {
        return SigningKey{std::move(material)};
    }
    static detail::KeyMaterial const& of(VerificationKey const& key) { return *key.material_; }
    static detail::KeyMaterial const& of(SigningKey const& key) { return *key.material_; }
};

}  // namespace jose
