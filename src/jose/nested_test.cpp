// Signed, then encrypted. CHECKS A29, A5 group 25; RFC 7519 5.2, 11.2.
#include "jose/nested.hpp"

#include <gtest/gtest.h>

#include "jose/jws.hpp"
#include "jose/test_jwe.hpp"

namespace jose {
namespace {

using namespace test;

constexpr KeyKind kKind{.algorithm = KeyManagement::ecdh_es_a128kw, .curve = "P-256"};

std::string opened_and_verified(std::string_view text, SigningKey const& signer, Policy const& p = policy(),
                                Time now = kNow)
{
    return outcome(
        decrypt_and_verify(text, decryption_key(kKind), jwe_policy(kKind.algorithm), set_of(signer), p, now));
}

std::string wrapped(std::string_view inner, std::string_view content_type = "JWT")
{
    return must(encrypt(inner, decryption_key(kKind).encryption_key(), ContentEncryption::a256gcm,
                        {.content_type = content_type}));
}

TEST(Nested, GivesTheClaimsThatWereSigned)
{
    for (auto const algorithm : kAll) {
        auto const& signer = signing_key(algorithm);
        auto const text = must(sign_and_encrypt(good_claims(), signer, "at+jwt", decryption_key(kKind).encryption_key(),
                                                ContentEncryption::a128cbc_hs256));
        auto const token = decrypt_and_verify(text, decryption_key(kKind), jwe_policy(kKind.algorithm), set_of(signer),
                                              policy(), kNow);
        ASSERT_TRUE(token) << name(token.error().code);
        EXPECT_EQ(token->subject(), "user-1");
        EXPECT_EQ(token->algorithm(), algorithm);
    }
}

TEST(Nested, HoldsTheInnerTokenToTheWholePolicy)
{
    auto const& signer = signing_key(Algorithm::es256);
    auto const  inner  = must(sign(good_claims(), signer, "at+jwt"));
    EXPECT_EQ(opened_and_verified(wrapped(inner), signer), "accepted");
    EXPECT_EQ(opened_and_verified(wrapped(inner, "application/jwt"), signer), "accepted");
    EXPECT_EQ(opened_and_verified(wrapped(inner), signer, policy(), kNow + std::chrono::hours{1}), "expired");
    auto other     = expectations();
    other.audience = "https://other.example.com";
    EXPECT_EQ(opened_and_verified(wrapped(inner), signer, policy(other)), "audience_mismatch");
    EXPECT_EQ(opened_and_verified(wrapped(inner.substr(0, inner.size() - 4) + "AAAA"), signer), "bad_signature");
}

// A5 25: being encrypted makes nobody the issuer.
TEST(Nested, RefusesAnUnsignedTokenInside)
{
    auto const& signer = signing_key(Algorithm::es256);
    auto const  none   = base64url::encode(R"({"alg":"none"})") + "." + base64url::encode(claims_with()) + ".";
    EXPECT_EQ(opened_and_verified(wrapped(none), signer), "malformed_token");
    EXPECT_EQ(opened_and_verified(wrapped(none + "AAAA"), signer), "algorithm_not_allowed");
    EXPECT_EQ(opened_and_verified(wrapped(claims_with()), signer), "malformed_token");
    EXPECT_EQ(opened_and_verified(wrapped(""), signer), "malformed_token");
    auto const inner = must(sign(good_claims(), signer, "at+jwt"));
    EXPECT_EQ(opened_and_verified(wrapped(wrapped(inner)), signer), "malformed_token");
}

TEST(Nested, RefusesContentThatDoesNotSayItIsAToken)
{
    auto const& signer = signing_key(Algorithm::es256);
    auto const  inner  = must(sign(good_claims(), signer, "at+jwt"));
    for (std::string_view const cty : {"", "JWS", "text/plain", "JWT ", "at+jwt"})
        EXPECT_EQ(opened_and_verified(wrapped(inner, cty), signer), "type_mismatch") << cty;
}

// A5 26: each form only through its own door.
TEST(Nested, RefusesEachFormWhereTheOtherIsExpected)
{
    auto const& signer = signing_key(Algorithm::es256);
    auto const  inner  = must(sign(good_claims(), signer, "at+jwt"));
    EXPECT_EQ(opened_and_verified(inner, signer), "malformed_token");
    EXPECT_EQ(verified(wrapped(inner), signer), "malformed_token");
    EXPECT_EQ(outcome(verify_payload(wrapped(inner), set_of(signer))), "malformed_token");
    EXPECT_EQ(outcome(UnverifiedToken::parse(wrapped(inner))), "malformed_token");
    // Three parts under a JWE's header, signed as a JWS would be.
    auto const& hmac = signing_key(Algorithm::hs256);
    EXPECT_EQ(verified(craft(hmac, R"({"alg":"dir","enc":"A128GCM","kid":"key-1"})", claims_with()), hmac),
              "algorithm_not_allowed");
}

TEST(Nested, RefusesABrokenOuterLayer)
{
    auto const& signer = signing_key(Algorithm::es256);
    auto        text   = wrapped(must(sign(good_claims(), signer, "at+jwt")));
    auto        parts  = parts_of(text);
    parts[3][5]        = parts[3][5] == 'A' ? 'B' : 'A';
    EXPECT_EQ(opened_and_verified(joined(parts), signer), "decryption_failed");
}

}  // namespace
}  // namespace jose
