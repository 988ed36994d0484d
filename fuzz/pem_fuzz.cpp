// Any text as PEM and as DER, and any bytes in a PEM of every label: both readings
// agree, and a key that is accepted is written and read again as the same key,
// under the algorithm that it was read for.
#include <array>
#include <string>

#include "jose/key.hpp"
#include "require.hpp"

namespace {

using fuzz::require;
using jose::Algorithm;
using jose::Errc;
using jose::Result;
using jose::SigningKey;
using jose::VerificationKey;

constexpr std::array kAlgorithms{Algorithm::rs256,  Algorithm::ps256, Algorithm::es256, Algorithm::es512,
                                 Algorithm::es256k, Algorithm::eddsa, Algorithm::ed448};

constexpr std::array<std::string_view, 2> kPublicLabels{"PUBLIC KEY", "RSA PUBLIC KEY"};
constexpr std::array<std::string_view, 3> kPrivateLabels{"PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"};

// RFC 7468 2 and 3, by a writer of our own: OpenSSL reads it.
std::string in_pem(std::string_view label, std::string_view der)
{
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string                out       = "-----BEGIN " + std::string{label} + "-----\n";
    for (std::size_t at = 0; at < der.size(); at += 3) {
        auto const   some = der.substr(at, 3);
        unsigned int bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8 | (i < some.size() ? static_cast<unsigned char>(some[i]) : 0);
        for (std::size_t i = 0; i < 4; ++i) out += i <= some.size() ? kAlphabet[bits >> (18 - 6 * i) & 63] : '=';
        if (at % 48 == 45) out += '\n';
    }
    if (out.back() != '\n') out += '\n';
    return out + "-----END " + std::string{label} + "-----\n";
}

void check_same(Result<VerificationKey> const& one, Result<VerificationKey> const& other)
{
    require(one.has_value() == other.has_value());
    if (!one) return require(one.error().code == other.error().code);
    require(one->thumbprint() == other->thumbprint() && one->algorithm() == other->algorithm());
}

void check_same(Result<SigningKey> const& one, Result<SigningKey> const& other)
{
    require(one.has_value() == other.has_value());
    if (!one) return require(one.error().code == other.error().code);
    require(one->reveal_jwk() == other->reveal_jwk());
}

void check(Result<VerificationKey> const& key, Algorithm algorithm)
{
    if (!key) return;
    require(key->algorithm() == algorithm && key->kid() == "k");
    check_same(key, VerificationKey::parse_pem(*key->to_pem(), algorithm));
    check_same(key, VerificationKey::parse_der(*key->to_der(), algorithm));
    check_same(key, VerificationKey::parse_jwk(*key->to_jwk()));
    require(!SigningKey::parse_der(*key->to_der(), algorithm));
}

void check(Result<SigningKey> const& key, Algorithm algorithm)
{
    if (!key) return;
    require(key->algorithm() == algorithm && key->kid() == "k");
    auto const again = SigningKey::parse_der(*key->reveal_der(), algorithm, "k");
    check_same(key, again);
    check_same(key, SigningKey::parse_pem(*key->reveal_pem(), algorithm, "k"));
    require(!VerificationKey::parse_der(*key->reveal_der(), algorithm));
    check(Result<VerificationKey>{key->verification_key()}, algorithm);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    auto const text = fuzz::text_of(data, size);
    for (auto const algorithm : kAlgorithms) {
        check(VerificationKey::parse_pem(text, algorithm, "k"), algorithm);
        check(SigningKey::parse_pem(text, algorithm, "k"), algorithm);

        auto const as_public  = VerificationKey::parse_der(text, algorithm, "k");
        auto const as_private = SigningKey::parse_der(text, algorithm, "k");
        require(!(as_public && as_private));
        check(as_public, algorithm);
        check(as_private, algorithm);
        // One label of each half; the text's length says which.
        auto const& public_label  = kPublicLabels[size % kPublicLabels.size()];
        auto const& private_label = kPrivateLabels[size % kPrivateLabels.size()];
        check_same(as_public, VerificationKey::parse_pem(in_pem(public_label, text), algorithm, "k"));
        check_same(as_private, SigningKey::parse_pem(in_pem(private_label, text), algorithm, "k"));
    }
    // No PEM and no DER is a shared secret.
    require(!VerificationKey::parse_pem(text, Algorithm::hs256) && !SigningKey::parse_pem(text, Algorithm::hs256));
    require(!VerificationKey::parse_der(text, Algorithm::hs256) && !SigningKey::parse_der(text, Algorithm::hs256));
    return 0;
}
