// Any text as PEM or as DER, and any bytes in a PEM of every label: both readings
// agree, and a key that is accepted is written and read again as the same key,
// under the algorithm that it was read for.
#include <algorithm>
#include <array>
#include <string>

#include "jose/key.hpp"
#include "require.hpp"

namespace {

using namespace std::string_view_literals;
using fuzz::require;
using jose::Algorithm;
using jose::Errc;
using jose::Result;
using jose::SigningKey;
using jose::VerificationKey;

// The object identifier that every key of a kind has in it (RFC 5480 2.1.1.1, RFC
// 8410 3), and whom the kind serves.
struct Kind {
    std::string_view identifier;
    Algorithm        algorithm;
};
constexpr std::array kKinds{Kind{"\x2A\x86\x48\xCE\x3D\x03\x01\x07"sv, Algorithm::es256},
                            Kind{"\x2B\x81\x04\x00\x23"sv, Algorithm::es512},
                            Kind{"\x2B\x81\x04\x00\x0A"sv, Algorithm::es256k}, Kind{"\x2B\x65\x70"sv, Algorithm::eddsa},
                            Kind{"\x2B\x65\x71"sv, Algorithm::ed448}};

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

// No text is both halves.
void check_halves(Result<VerificationKey> const& as_public, Result<SigningKey> const& as_private, Algorithm algorithm)
{
    require(!(as_public && as_private));
    check(as_public, algorithm);
    check(as_private, algorithm);
}

void check_pem(std::string_view text, Algorithm algorithm)
{
    check_halves(VerificationKey::parse_pem(text, algorithm, "k"), SigningKey::parse_pem(text, algorithm, "k"),
                 algorithm);
}

void check_der(std::string_view text, Algorithm algorithm)
{
    auto const as_public  = VerificationKey::parse_der(text, algorithm, "k");
    auto const as_private = SigningKey::parse_der(text, algorithm, "k");
    check_halves(as_public, as_private, algorithm);

    // One label of each half; the text's length says which.
    auto const& public_label  = kPublicLabels[text.size() % kPublicLabels.size()];
    auto const& private_label = kPrivateLabels[text.size() % kPrivateLabels.size()];
    check_same(as_public, VerificationKey::parse_pem(in_pem(public_label, text), algorithm, "k"));
    check_same(as_private, SigningKey::parse_pem(in_pem(private_label, text), algorithm, "k"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    auto const  text = fuzz::text_of(data, size);
    auto const& some = kKinds[size % kKinds.size()];
    // What begins no PEM is none, and what begins one is no DER. OpenSSL's decoders are slow: few are asked.
    if (text.find("-----BEGIN ") != text.npos) {
        for (auto const algorithm : {Algorithm::rs256, Algorithm::es256}) check_pem(text, algorithm);
        if (some.algorithm != Algorithm::es256) check_pem(text, some.algorithm);
    } else {
        auto const  rsa = size % 2 == 0 ? Algorithm::rs256 : Algorithm::ps256;
        auto const* kind =
            std::ranges::find_if(kKinds, [&](auto const& each) { return text.find(each.identifier) != text.npos; });
        check_der(text, kind == kKinds.end() ? rsa : kind->algorithm);
        // A kind that has left no mark in the text is not there.
        if (text.find(some.identifier) == text.npos) require(!VerificationKey::parse_der(text, some.algorithm));
    }
    // No PEM and no DER is a shared secret.
    require(!VerificationKey::parse_pem(text, Algorithm::hs256) && !SigningKey::parse_pem(text, Algorithm::hs256));
    require(!VerificationKey::parse_der(text, Algorithm::hs256) && !SigningKey::parse_der(text, Algorithm::hs256));
    return 0;
}
