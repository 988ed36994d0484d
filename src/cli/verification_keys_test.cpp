#include "cli/verification_keys.hpp"

#include <gtest/gtest.h>

#include <array>

#include "cli/self_signed_certificate.hpp"

namespace signet::cli {
namespace {

using jose::Algorithm;
using jose::Errc;

std::string jwk(Algorithm algorithm, std::string_view kid)
{
    auto const key = jose::SigningKey::generate(algorithm, kid);
    return algorithm == Algorithm::hs256 ? key.value().reveal_jwk() : key.value().verification_key().to_jwk().value();
}

TEST(VerificationKeys, ReadsAJwkThatNamesItsAlgorithm)
{
    auto const keys = read_verification_keys(jwk(Algorithm::es256, "a"), {});
    ASSERT_TRUE(keys) << keys.error().detail;
    ASSERT_EQ(keys->size(), 1U);
    EXPECT_EQ(keys->keys()[0].algorithm(), Algorithm::es256);
}

TEST(VerificationKeys, ReadsASymmetricJwk)
{
    EXPECT_TRUE(read_verification_keys(jwk(Algorithm::hs256, "a"), {}));
}

TEST(VerificationKeys, ReadsASet)
{
    auto const keys = read_verification_keys(
        R"({"keys":[)" + jwk(Algorithm::es256, "a") + "," + jwk(Algorithm::eddsa, "b") + "]}", {});
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ(keys->size(), 2U);
}

TEST(VerificationKeys, NeverGivesAKeyAnotherAlgorithmThanItNames)
{
    constexpr std::array kOther{Algorithm::rs256};
    auto const           keys = read_verification_keys(jwk(Algorithm::es256, "a"), kOther);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ(keys->keys()[0].algorithm(), Algorithm::es256);
}

TEST(VerificationKeys, RefusesPemWithoutAnAlgorithm)
{
    auto const keys = read_verification_keys("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", {});
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Errc::contradictory_policy);
}

TEST(VerificationKeys, RefusesAPrivateKey)
{
    constexpr std::array kAlgorithms{Algorithm::es256};
    auto const           pem  = make_self_signed_certificate("localhost", TimePoint{}).private_key;
    auto const           keys = read_verification_keys(pem, kAlgorithms);
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Errc::key_not_for_this_use);
}

// CHECKS A15: PEM never becomes an HMAC key.
TEST(VerificationKeys, RefusesPemAsASharedSecret)
{
    constexpr std::array kAlgorithms{Algorithm::hs256};
    auto const           keys =
        read_verification_keys("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", kAlgorithms);
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Errc::key_not_for_this_use);
}

TEST(VerificationKeys, RefusesWhatIsNoKey)
{
    for (auto const* text : {"", "secret", "[]", "{", R"({"keys":{}})"}) {
        auto const keys = read_verification_keys(text, {});
        ASSERT_FALSE(keys) << text;
        EXPECT_EQ(keys.error().code, Errc::malformed_key) << text;
    }
}

// CHECKS A21
TEST(VerificationKeys, RefusesASetWithOneKidTwice)
{
    auto const keys = read_verification_keys(
        R"({"keys":[)" + jwk(Algorithm::es256, "a") + "," + jwk(Algorithm::eddsa, "a") + "]}", {});
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Errc::duplicate_kid);
}

TEST(VerificationKeys, LetsARsaKeyThatNamesNoAlgorithmTakeTheOneThatFits)
{
    constexpr std::array kAlgorithms{Algorithm::es256, Algorithm::rs256};
    auto                 text = jwk(Algorithm::rs256, "a");
    auto const           alg  = text.find(R"("alg":"RS256")");
    ASSERT_NE(alg, text.npos);
    text.replace(alg, 13, R"("ext":true)");
    EXPECT_FALSE(read_verification_keys(text, {}));
    auto const keys = read_verification_keys(text, kAlgorithms);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ(keys->keys()[0].algorithm(), Algorithm::rs256);
}

}  // namespace
}  // namespace signet::cli
