// Ed25519 keys, "OKP", by libsodium. RFC 8037.
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "base/result.hpp"
#include "jose/base64url.hpp"
#include "jose/der.hpp"
#include "jose/key_material.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

using PublicKey = std::array<unsigned char, crypto_sign_PUBLICKEYBYTES>;

unsigned char const* bytes(std::string_view text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}

// libsodium's 64 bytes: the seed, then the public key. Wiped.
class PrivateKey {
public:
    explicit PrivateKey(std::string_view seed) { crypto_sign_seed_keypair(public_.data(), bytes_.data(), bytes(seed)); }
    ~PrivateKey() { sodium_memzero(bytes_.data(), bytes_.size()); }
    PrivateKey(PrivateKey const&)            = delete;
    PrivateKey& operator=(PrivateKey const&) = delete;

    [[nodiscard]] unsigned char const* data() const { return bytes_.data(); }
    [[nodiscard]] PublicKey const&     public_key() const { return public_; }
    [[nodiscard]] std::string_view     seed() const
    {
        return {reinterpret_cast<char const*>(bytes_.data()), crypto_sign_SEEDBYTES};
    }

private:
    PublicKey                                             public_;
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> bytes_;
};

class Ed25519Key final : public KeyMaterial {
public:
    Ed25519Key(AlgorithmRow const& the_row, std::string the_kid, PublicKey const& public_key,
               std::unique_ptr<PrivateKey const> private_key)
        : KeyMaterial(the_row, std::move(the_kid)), public_(public_key), private_(std::move(private_key))
    {
    }

    bool verifies(std::string_view input, std::string_view signature) const override
    {
        // CHECKS A25: libsodium refuses S >= L and points of small order.
        return signature.size() == crypto_sign_BYTES &&
               crypto_sign_verify_detached(bytes(signature), bytes(input), input.size(), public_.data()) == 0;
    }

    std::string sign(std::string_view input) const override
    {
        if (!private_) return {};
        std::string out(crypto_sign_BYTES, '\0');
        auto*       to = reinterpret_cast<unsigned char*>(out.data());
        if (crypto_sign_detached(to, nullptr, bytes(input), input.size(), private_->data()) != 0) return {};
        return out;
    }

    Members identity() const override
    {
        Members out;
        out.add("crv", std::string(row.crv)).add("kty", std::string(row.kty)).add("x", base64url::encode(public_));
        return out;
    }

    Members secrets() const override
    {
        Members out;
        out.add("d", base64url::encode(private_->seed()));
        return out;
    }

    std::string public_der() const override
    {
        return okp_public_der(row, {reinterpret_cast<char const*>(public_.data()), public_.size()});
    }
    std::string private_der() const override
    {
        return private_ ? okp_private_der(row, private_->seed()) : std::string{};
    }

private:
    PublicKey                         public_;
    std::unique_ptr<PrivateKey const> private_;
};

}  // namespace

Loaded load_ed25519(AlgorithmRow const& row, Jwk const& jwk, Purpose purpose)
{
    if (sodium_init() < 0) std::abort();
    for (auto const& [name, value] : jwk.numbers) {
        if (name != "x" && name != "d") return refuse(Errc::malformed_key, name + " in an OKP key");
        if (value.size() != row.size) return refuse(Errc::malformed_key, name + " has the wrong length");
    }
    auto const x = TRY(jwk.number("x"));
    PublicKey  public_key;
    std::ranges::copy(x, public_key.begin());
    if (crypto_core_ed25519_is_valid_point(public_key.data()) != 1)
        return refuse(Errc::weak_key, "x is not a point of the curve's main subgroup");
    if (purpose == Purpose::verify) return std::make_unique<Ed25519Key>(row, jwk.kid, public_key, nullptr);

    auto const seed        = TRY(jwk.number("d"));
    auto       private_key = std::make_unique<PrivateKey const>(seed);
    if (private_key->public_key() != public_key) return refuse(Errc::malformed_key, "x does not belong to d");
    return std::make_unique<Ed25519Key>(row, jwk.kid, public_key, std::move(private_key));
}

Jwk generate_ed25519(AlgorithmRow const& row, NewKey const&)
{
    if (sodium_init() < 0) std::abort();
    std::array<unsigned char, crypto_sign_SEEDBYTES> seed;
    randombytes_buf(seed.data(), seed.size());
    std::string_view const seed_text{reinterpret_cast<char const*>(seed.data()), seed.size()};
    PrivateKey const       private_key{seed_text};
    Jwk                    jwk;
    jwk.kty = row.kty;
    jwk.crv = row.crv;
    jwk.numbers.emplace("d", signet::SecretString{seed_text});
    auto const& x = private_key.public_key();
    jwk.numbers.emplace("x", signet::SecretString{{reinterpret_cast<char const*>(x.data()), x.size()}});
    sodium_memzero(seed.data(), seed.size());
    return jwk;
}

}  // namespace jose::detail
