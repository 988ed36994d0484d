// jose/jwe_key.hpp - what an encryption key holds, and how the content key travels.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "jose/encryption_key.hpp"
#include "jose/jwe_algorithms.hpp"
#include "jose/jwk.hpp"
#include "jose/openssl.hpp"
#include "jose/pkey_numbers.hpp"
#include "jose/secret_bytes.hpp"

namespace jose {
namespace detail {

// Immutable once loaded; safe to use from many threads.
struct JweKey {
    JweKey(KeyManagementRow const& the_row, Jwk the_jwk) : row(the_row), jwk(std::move(the_jwk)) {}

    KeyManagementRow const&       row;
    Jwk                           jwk;                   // its own members, checked; wiped with it
    ContentRow const*             encryption = nullptr;  // the only one it serves, or any
    CurveRow const*               curve      = nullptr;  // of an agreement's key
    Pkey                          pkey       = nullptr;  // of an asymmetric key
    std::shared_ptr<JweKey const> public_half{};         // of a private key

    // The bytes of a shared key.
    [[nodiscard]] std::string_view secret() const { return jwk.numbers.find("k")->second.reveal(); }
};

enum class JwePurpose { encrypt, decrypt };

[[nodiscard]] inline Half half_for(JwePurpose purpose)
{
    return purpose == JwePurpose::decrypt ? Half::private_half : Half::public_half;
}

// All checks of a JWK for encryption.
[[nodiscard]] Result<std::shared_ptr<JweKey>> load_jwe_key(Jwk jwk, std::optional<KeyManagement> algorithm,
                                                           JwePurpose purpose);

// An RSA key whose numbers were checked as for signing: CHECKS A22.
[[nodiscard]] Result<Pkey> load_transport_key(Jwk const& jwk, JwePurpose purpose);
// A key of this curve: on it, not of small order, d belonging to the point.
[[nodiscard]] Result<Pkey> load_agreement_key(CurveRow const& curve, Jwk const& jwk, JwePurpose purpose);
// The other party's key of one text, likewise; but that it is not of small order is
// for agree() to find, which costs nothing more.
[[nodiscard]] Result<Pkey> load_ephemeral_key(CurveRow const& curve, Jwk const& jwk);
[[nodiscard]] Jwk          new_agreement_key(CurveRow const& curve);
[[nodiscard]] Jwk          new_transport_key();

// What both parties put into the agreed key. RFC 7518 4.6.2.
struct Agreement {
    std::string_view algorithm;  // "enc" when the key is used as it is, else "alg"
    std::string_view apu;
    std::string_view apv;
    std::size_t      bytes;  // of the key wanted
};

// The agreed key of our private and their public key; nullopt when their point is
// of small order. Both are on one curve.
[[nodiscard]] std::optional<SecretBytes> agree(EVP_PKEY& ours, EVP_PKEY& theirs, Agreement const& agreement);

// RFC 3394. Unwrapping gives `otherwise` in place of a key that does not unwrap.
[[nodiscard]] std::string wrap_key(char const* cipher, std::string_view kek, SecretBytes const& key);
[[nodiscard]] SecretBytes unwrap_key(char const* cipher, std::string_view kek, std::string_view wrapped,
                                     SecretBytes otherwise);

// RFC 8017 7.1 with SHA-256 twice and no label.
[[nodiscard]] std::string transport_key(EVP_PKEY& recipient, SecretBytes const& key);
[[nodiscard]] SecretBytes receive_key(EVP_PKEY& ours, std::string_view encrypted, SecretBytes otherwise);

}  // namespace detail

// The way from the public types to what they hold.
struct JweKeyAccess {
    static EncryptionKey wrap(std::shared_ptr<detail::JweKey const> key)
    {
        EncryptionKey out;
        out.key_ = std::move(key);
        return out;
    }
    static detail::JweKey const& of(EncryptionKey const& key) { return *key.key_; }
    static detail::JweKey const& of(DecryptionKey const& key) { return *key.key_; }
};

}  // namespace jose
