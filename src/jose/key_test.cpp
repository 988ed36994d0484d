#include "jose/key.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "jose/test_keys.hpp"

namespace jose {
namespace {

using namespace test;
using namespace std::string_literals;
using namespace std::string_view_literals;

TEST(Key, MakesKeysThatReadBackAndAgree)
{
    for (auto const algorithm : kAll) {
        auto const& key    = signing_key(algorithm);
        auto const  reread = SigningKey::parse_jwk(key.reveal_jwk());
        ASSERT_TRUE(reread) << reread.error().detail;
        EXPECT_EQ(reread->kid(), "key-1");
        EXPECT_EQ(reread->algorithm(), algorithm);
        EXPECT_EQ(reread->verification_key().thumbprint(), key.verification_key().thumbprint());
        EXPECT_EQ(verified(craft(*reread, header_of(key), claims_with()), key), "accepted");
    }
}

TEST(Key, ANewKeyIsKnownByItsThumbprint)
{
    auto const key = SigningKey::generate(Algorithm::eddsa);
    EXPECT_EQ(key->kid(), key->verification_key().thumbprint());
    EXPECT_EQ(key->kid().size(), 43u);
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::eddsa, std::string(129, 'k'))), "malformed_key");
    // No JSON could hold it, and another would come back.
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::eddsa, "\xFF")), "malformed_key");
    EXPECT_EQ(outcome(VerificationKey::parse_pem(*key->verification_key().to_pem(), Algorithm::eddsa, "\xFF")),
              "malformed_key");
}

// RFC 7638 7: a token shows its kid to everybody.
TEST(Key, ANewSecretIsNotKnownByItsHash)
{
    auto const key = SigningKey::generate(Algorithm::hs256);
    EXPECT_NE(key->kid(), key->verification_key().thumbprint());
    EXPECT_EQ(key->kid().size(), 43u);
    EXPECT_NE(key->kid(), SigningKey::generate(Algorithm::hs256)->kid());
}

TEST(Key, GivesThePublicHalfOnly)
{
    for (auto const algorithm : {Algorithm::rs256, Algorithm::es256, Algorithm::eddsa}) {
        auto const json = signing_key(algorithm).verification_key().to_jwk();
        ASSERT_TRUE(json);
        auto const object = signet::json::parse_object(*json);
        EXPECT_EQ(object->find("kid")->string(), "key-1");
        EXPECT_EQ(object->find("use")->string(), "sig");
        EXPECT_EQ(object->find("alg")->string(), name(algorithm));
        for (auto const* secret : {"d", "p", "q", "dp", "dq", "qi", "k"}) EXPECT_FALSE(object->find(secret)) << secret;
        EXPECT_EQ(public_key(*json), "accepted");
    }
    EXPECT_EQ(outcome(signing_key(Algorithm::hs256).verification_key().to_jwk()), "key_not_for_this_use");
}

template <class T>
concept Printable = requires(std::ostream& out, T const& value) { out << value; };

// CHECKS A28
TEST(Key, CannotBeCopiedOrPrinted)
{
    static_assert(!std::is_copy_constructible_v<SigningKey>);
    static_assert(!std::is_copy_assignable_v<SigningKey>);
    static_assert(!std::is_convertible_v<SigningKey, std::string>);
    static_assert(!Printable<SigningKey>);
    static_assert(!Printable<VerificationKey>);
    static_assert(Printable<std::string>);
}

TEST(Key, IsNotReadFromNothing)
{
    for (std::string_view const nothing : {std::string_view{}, std::string_view{""}}) {
        EXPECT_EQ(outcome(VerificationKey::parse_jwk(nothing)), "malformed_key");
        EXPECT_EQ(outcome(SigningKey::parse_jwk(nothing)), "malformed_key");
        EXPECT_EQ(outcome(KeySet::parse(nothing)), "malformed_key");
        for (auto const algorithm : {Algorithm::rs256, Algorithm::es256, Algorithm::eddsa}) {
            EXPECT_EQ(outcome(VerificationKey::parse_pem(nothing, algorithm)), "malformed_key");
            EXPECT_EQ(outcome(VerificationKey::parse_der(nothing, algorithm)), "malformed_key");
            EXPECT_EQ(outcome(SigningKey::parse_pem(nothing, algorithm)), "malformed_key");
            EXPECT_EQ(outcome(SigningKey::parse_der(nothing, algorithm)), "malformed_key");
        }
    }
}

TEST(Key, ACurveOfOneAlgorithmNeedsNoAlg)
{
    EXPECT_EQ(public_key(jwk(dropped(ec(), "alg"))), "accepted");
    EXPECT_EQ(public_key(jwk(dropped(okp(), "alg"))), "accepted");
    EXPECT_EQ(public_key(jwk(dropped(changed(ec(), "kty", "OKP"), "alg"))), "unsupported_key");
    EXPECT_EQ(public_key(jwk(dropped(oct(32), "alg"))), "unsupported_key");
    EXPECT_EQ(public_key(jwk(dropped(rsa(good_modulus()), "alg"))), "unsupported_key");
    EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk(dropped(oct(32), "alg")), Algorithm::hs256)), "accepted");
}

// CHECKS A14, A22
TEST(Key, RefusesAnAlgorithmThatDoesNotFitTheKey)
{
    EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk(ec()), Algorithm::rs256)), "algorithm_mismatch");
    EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk(dropped(ec(), "alg")), Algorithm::rs256)), "malformed_key");
    EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk(dropped(oct(32), "alg")), Algorithm::es256)), "malformed_key");
    for (auto const* alg : {"RS256", "HS256", "EdDSA", "ES384", "ES256K", "PS256"})
        EXPECT_EQ(public_key(jwk(changed(ec(), "alg", alg))), "malformed_key") << alg;
    for (auto const* alg : {"es256", "none", "", "ES521", "RSA-OAEP"})
        EXPECT_EQ(public_key(jwk(changed(ec(), "alg", alg))), "unsupported_key") << alg;
    for (auto const* crv : {"P-384", "secp256k1", "p-256", "", "Ed25519"})
        EXPECT_EQ(public_key(jwk(changed(ec(), "crv", crv))), "malformed_key") << crv;
    EXPECT_EQ(public_key(jwk(changed(okp(), "crv", "X25519"))), "malformed_key");
    EXPECT_EQ(public_key(jwk(changed(ec(), "kty", "OKP"))), "malformed_key");
    EXPECT_EQ(public_key(jwk(changed(ec(), "kty", "ec"))), "malformed_key");
}

// CHECKS A21
TEST(Key, RefusesAKeyForAnotherUse)
{
    EXPECT_EQ(public_key(jwk(ec(), R"("use":"enc")")), "key_not_for_this_use");
    EXPECT_EQ(public_key(jwk(ec(), R"("use":"")")), "key_not_for_this_use");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":["encrypt"])")), "key_not_for_this_use");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":[])")), "key_not_for_this_use");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":["sign"])")), "key_not_for_this_use");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":"verify")")), "malformed_key");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":["verify",1])")), "malformed_key");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":["verify","verify"])")), "malformed_key");
    EXPECT_EQ(public_key(jwk(ec(), R"("use":"sig","key_ops":["verify"])")), "accepted");
    EXPECT_EQ(private_key(jwk(ec(), R"("key_ops":["verify"],"d":")" + std::string(kEcD) + "\"")),
              "key_not_for_this_use");
    EXPECT_EQ(private_key(jwk(ec(), R"("key_ops":["sign"],"d":")" + std::string(kEcD) + "\"")), "accepted");
}

TEST(Key, RefusesAPrivateKeyWhereAPublicOneIsWantedAndTheOtherWayRound)
{
    for (auto const algorithm : {Algorithm::rs256, Algorithm::es256, Algorithm::eddsa}) {
        EXPECT_EQ(public_key(signing_key(algorithm).reveal_jwk()), "key_not_for_this_use");
        EXPECT_EQ(private_key(*signing_key(algorithm).verification_key().to_jwk()), "key_not_for_this_use");
    }
}

TEST(Key, RefusesJsonThatIsNotAKey)
{
    for (auto const& json :
         {""s, "{}"s, "[]"s, "null"s, R"({"kty":1})"s, R"({"kty":"EC","kty":"EC"})"s, jwk(ec()) + "x",
          jwk(ec(), R"("kid":1)"), jwk(ec(), R"("use":1)"), jwk(ec(), R"("x":"AAAA")"),
          jwk(changed(ec(), "x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=")), jwk(changed(ec(), "x", "!")),
          jwk(ec(), R"("d":7)"), jwk(ec(), "\"kid\":\"" + std::string(129, 'k') + "\"")})
        EXPECT_EQ(public_key(json), "malformed_key") << json;
    EXPECT_EQ(public_key(jwk(ec(), R"("unknown":{"x":[1]},"x5c":["MIIB"])")), "accepted");
}

// CHECKS A25, RFC 9864: a key serves the name that it says, and no other.
TEST(Key, TakesTheNameOfItsEdwardsCurveOnlyWhenItSaysSo)
{
    struct Case {
        Members     key;
        Algorithm   serves;
        char const* header;
        char const* refused;
    };
    for (auto const& [members, serves, header, refused] :
         {Case{okp(), Algorithm::eddsa, "EdDSA", "Ed25519"},
          Case{dropped(okp(), "alg"), Algorithm::eddsa, "EdDSA", "Ed25519"},
          Case{changed(okp(), "alg", "Ed25519"), Algorithm::ed25519, "Ed25519", "EdDSA"}}) {
        auto const key = SigningKey::parse_jwk(jwk(members, "\"d\":\"" + std::string(kOkpD) + "\""));
        ASSERT_TRUE(key) << outcome(key);
        EXPECT_EQ(key->algorithm(), serves);
        auto const header_named = [](std::string const& alg) { return R"({"alg":")" + alg + R"(","typ":"at+jwt"})"; };
        EXPECT_EQ(verified(craft(*key, header_named(header), claims_with()), *key), "accepted");
        EXPECT_EQ(verified(craft(*key, header_named(refused), claims_with()), *key), "algorithm_mismatch");
        EXPECT_EQ(verified(craft(*key, header_named("Ed448"), claims_with()), *key), "algorithm_mismatch");
    }
    EXPECT_EQ(VerificationKey::parse_jwk(jwk(okp448("EdDSA")))->algorithm(), Algorithm::eddsa);
    EXPECT_EQ(VerificationKey::parse_jwk(jwk(dropped(okp448(""), "alg")))->algorithm(), Algorithm::eddsa);
    EXPECT_EQ(public_key(jwk(okp448("Ed25519"))), "malformed_key");
    EXPECT_EQ(public_key(jwk(changed(okp(), "alg", "Ed448"))), "malformed_key");
    EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk(okp()), Algorithm::ed25519)), "algorithm_mismatch");
}

// EdDSA on the other curve, end to end.
TEST(Key, SignsEdDsaWithEd448Too)
{
    auto const& named = signing_key(Algorithm::ed448);
    auto const  key   = SigningKey::parse_pem(*named.reveal_pem(), Algorithm::eddsa, "key-1");
    ASSERT_TRUE(key) << outcome(key);
    auto const token = sign(good_claims(), *key, "at+jwt");
    EXPECT_EQ(verified(*token, *key), "accepted");
    EXPECT_EQ(verified(*token, named), "algorithm_mismatch");
    EXPECT_EQ(SigningKey::parse_jwk(key->reveal_jwk())->verification_key().thumbprint(),
              named.verification_key().thumbprint());
}

TEST(Key, MakesRsaKeysOfTheSizeAsked)
{
    auto const size = [](SigningKey const& key) {
        auto const json = *key.verification_key().to_jwk();
        return base64url::decode(*signet::json::parse_object(json)->find("n")->string())->size() * 8;
    };
    EXPECT_EQ(size(signing_key(Algorithm::rs256)), 2048u);
    auto const larger = SigningKey::generate(Algorithm::ps256, {.kid = "large", .rsa_bits = 4096});
    ASSERT_TRUE(larger) << outcome(larger);
    EXPECT_EQ(size(*larger), 4096u);
    EXPECT_EQ(larger->kid(), "large");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::rs256, {.rsa_bits = 1024})), "weak_key");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::rs256, {.rsa_bits = -1})), "weak_key");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::rs256, {.rsa_bits = 4104})), "unsupported_key");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::rs256, {.rsa_bits = 2049})), "unsupported_key");
}

TEST(Key, NamesEveryAlgorithmOfItsTable)
{
    ASSERT_EQ(kAll.size(), 16u);
    for (auto const algorithm : kAll) EXPECT_EQ(find_algorithm(name(algorithm)), algorithm);
    for (auto const other :
         {"none"sv, "None"sv, "NONE"sv, "none "sv, ""sv, "hs256"sv, "HS256 "sv, "HS25"sv, "HS2567"sv, "ES521"sv,
          "ES256KK"sv, "ED25519"sv, "Ed25519x"sv, "\0HS256"sv, "HS256\0"sv, "A long name, longer than any register"sv})
        EXPECT_FALSE(find_algorithm(other)) << other;
}

TEST(Key, KnowsWhichAlgorithmsShareTheirSecret)
{
    for (auto const algorithm : kAll) EXPECT_EQ(is_symmetric(algorithm), name(algorithm).starts_with("HS"));
}

}  // namespace
}  // namespace jose
