// What is just allowed, and what just is not: sizes, lengths, and foreign members.
#include <gtest/gtest.h>

#include "jose/jws.hpp"
#include "jose/test_keys.hpp"

namespace jose {
namespace {

using namespace test;
using namespace std::string_literals;

std::string der_length(std::size_t size)
{
    return {'\x82', static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)};
}

// An RSAPublicKey (RFC 8017 A.1.1) of so many bytes: right in form, far too large in number.
std::string rsa_public_key(std::size_t bytes)
{
    auto const modulus = bytes - 4 - 4 - 5;
    return "\x30" + der_length(bytes - 4) + "\x02" + der_length(modulus) + std::string(modulus, '\x55') +
           "\x02\x03\x01\x00\x01"s;
}

TEST(Limits, OfATokenAreExact)
{
    auto const& key   = signing_key(Algorithm::hs256);
    auto const  token = *sign_payload("x", key);
    EXPECT_EQ(outcome(verify_payload(token, set_of(key), token.size())), "accepted");
    EXPECT_EQ(outcome(verify_payload(token, set_of(key), token.size() - 1)), "token_too_large");
}

TEST(Limits, OfAKeyInDerAreExact)
{
    auto const parse = [](std::size_t bytes) {
        return outcome(VerificationKey::parse_der(rsa_public_key(bytes), Algorithm::rs256));
    };
    EXPECT_EQ(parse(16 * 1024), "unsupported_key");  // read, and then of more than 8192 bits
    EXPECT_EQ(parse(16 * 1024 + 1), "malformed_key");
}

TEST(Limits, OfAKeyInPemAreExact)
{
    auto const& key  = signing_key(Algorithm::es256);
    auto const  pem  = *key.verification_key().to_pem();
    auto const  rest = std::string(32 * 1024 - pem.size(), '\n');
    EXPECT_EQ(outcome(VerificationKey::parse_pem(rest + pem, Algorithm::es256)), "accepted");
    EXPECT_EQ(outcome(VerificationKey::parse_pem("\n" + rest + pem, Algorithm::es256)), "malformed_key");
}

TEST(Limits, OfAKidAreExact)
{
    auto const with_kid = [](std::size_t bytes) {
        return R"({"alg":"HS256","typ":"at+jwt","kid":")" + std::string(bytes, 'k') + "\"}";
    };
    auto const with_key = [](std::size_t bytes) { return jwk(ec(), R"("kid":")" + std::string(bytes, 'k') + "\""); };
    EXPECT_EQ(with_header(with_kid(128)), "unknown_key");
    EXPECT_EQ(with_header(with_kid(129)), "malformed_header");
    EXPECT_EQ(public_key(with_key(128)), "accepted");
    EXPECT_EQ(public_key(with_key(129)), "malformed_key");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::eddsa, std::string(128, 'k'))), "accepted");
    auto const pem = *signing_key(Algorithm::es256).verification_key().to_pem();
    EXPECT_EQ(outcome(VerificationKey::parse_pem(pem, Algorithm::es256, std::string(128, 'k'))), "accepted");
    EXPECT_EQ(outcome(VerificationKey::parse_pem(pem, Algorithm::es256, std::string(129, 'k'))), "malformed_key");
}

TEST(Limits, OfRsaNumbersAreExact)
{
    auto const exponent = [](std::string const& bytes) {
        return public_key(jwk(rsa(good_modulus(), base64url::encode(std::string_view{bytes}))));
    };
    EXPECT_EQ(exponent("\x03"), "accepted");
    EXPECT_EQ(exponent(std::string(8, '\x81')), "accepted");
    EXPECT_EQ(exponent("\x01" + std::string(8, '\x81')), "unsupported_key");
    EXPECT_EQ(exponent("\x01"), "weak_key");
    auto const modulus = [](std::size_t bytes) {
        return public_key(jwk(rsa(base64url::encode(std::string(bytes, '\xD5')))));
    };
    EXPECT_EQ(modulus(1024), "accepted");
    EXPECT_EQ(modulus(1025), "unsupported_key");
    EXPECT_EQ(modulus(256), "accepted");
    EXPECT_EQ(modulus(255), "weak_key");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::rs256, NewKey{.rsa_bits = 2040})), "weak_key");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::rs256, NewKey{.rsa_bits = 4104})), "unsupported_key");
}

TEST(Limits, OfASecretAreThoseOfItsHash)
{
    for (auto const& [algorithm, bytes] : {std::pair{"HS256", 32U}, {"HS384", 48U}, {"HS512", 64U}}) {
        auto const parse = [&](std::size_t size) { return public_key(jwk(changed(oct(size), "alg", algorithm))); };
        EXPECT_EQ(parse(bytes), "accepted") << algorithm;
        EXPECT_EQ(parse(bytes - 1), "weak_key") << algorithm;
    }
}

// A member of another kind of key, of the length that this kind expects.
TEST(Limits, OfAKeyAreItsOwnMembers)
{
    auto const with = [](Members const& members, std::string_view name, std::size_t bytes) {
        return public_key(jwk(members, "\"" + std::string(name) + R"(":")" + base64url::encode(secret(bytes)) + "\""));
    };
    for (auto const* foreign : {"k", "n", "e"}) EXPECT_EQ(with(ec(), foreign, 32), "malformed_key") << foreign;
    for (auto const* foreign : {"k", "n", "e", "y"}) {
        EXPECT_EQ(with(okp(), foreign, 32), "malformed_key") << foreign;
        EXPECT_EQ(with(okp448("EdDSA"), foreign, 57), "malformed_key") << foreign;
    }
    for (auto const* foreign : {"k", "x", "y"})
        EXPECT_EQ(with(rsa(good_modulus()), foreign, 256), "malformed_key") << foreign;
}

// RFC 7518 6.2.1.2: each coordinate has its full size. One byte moved from y to x
// leaves what is hashed into the point as it was.
TEST(Limits, OfCoordinatesAreExact)
{
    auto const x = *base64url::decode(kEcX);
    auto const y = *base64url::decode(kEcY);
    auto const moved =
        changed(changed(ec(), "x", base64url::encode(x + y.substr(0, 1))), "y", base64url::encode(y.substr(1)));
    EXPECT_EQ(public_key(jwk(moved)), "malformed_key");
    auto       private_ec = ec();
    auto const d          = *base64url::decode(kEcD);
    private_ec.emplace_back("d", base64url::encode("\0"s + d));
    EXPECT_EQ(private_key(jwk(private_ec)), "malformed_key");
    private_ec.back().second = kEcD;
    EXPECT_EQ(private_key(jwk(private_ec)), "accepted");
}

TEST(Limits, OfAPublicKeyAreThatItSignsNothing)
{
    for (auto const algorithm : kAll) {
        if (is_symmetric(algorithm)) continue;
        auto const key = signing_key(algorithm).verification_key();
        EXPECT_EQ(KeyAccess::of(key).sign("x"), "") << name(algorithm);
    }
}

// Eight letters and more no longer fit the register in which names are compared.
TEST(Limits, OfAnAlgorithmsNameAreExact)
{
    EXPECT_EQ(find_algorithm("\0\0\x05HS256"s), std::nullopt);
    EXPECT_EQ(find_algorithm("\0\0\0\0\x05HS256"s), std::nullopt);
    EXPECT_EQ(find_algorithm("Ed25519"), Algorithm::ed25519);
}

TEST(Limits, OfClaimsAreTheirNames)
{
    auto const claims = Claims{}.issuer("i");
    EXPECT_TRUE(claims.has("iss"));
    EXPECT_FALSE(claims.has("sub"));
}

}  // namespace
}  // namespace jose
