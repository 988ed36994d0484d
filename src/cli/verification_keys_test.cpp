#include "cli/verification_keys.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

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
    ASSERT_EQ(keys->front().size(), 1U);
    EXPECT_EQ(keys->front().keys()[0].algorithm(), Algorithm::es256);
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
    EXPECT_EQ(keys->front().size(), 2U);
}

TEST(VerificationKeys, NeverGivesAKeyAnotherAlgorithmThanItNames)
{
    constexpr std::array kOther{Algorithm::rs256};
    auto const           keys = read_verification_keys(jwk(Algorithm::es256, "a"), kOther);
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ(keys->front().keys()[0].algorithm(), Algorithm::es256);
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

std::string without_alg(std::string text)
{
    auto const alg = text.find(",\"alg\":\"");
    return text.erase(alg, text.find('"', alg + 8) + 1 - alg);
}

std::vector<Algorithm> served(std::string_view content, std::vector<Algorithm> const& algorithms)
{
    std::vector<Algorithm> out;
    auto const             key_sets = read_verification_keys(content, algorithms);
    if (key_sets)
        for (auto const& keys : *key_sets)
            for (auto const& key : keys.keys()) out.push_back(key.algorithm());
    return out;
}

TEST(VerificationKeys, AKeyThatNamesNoAlgorithmServesEachThatFits)
{
    using enum Algorithm;
    using List      = std::vector<Algorithm>;
    auto const rsa  = without_alg(jwk(rs256, "a"));
    auto const okp  = without_alg(jwk(eddsa, "b"));
    auto const pem  = jose::SigningKey::generate(rs256)->verification_key().to_pem().value();
    auto const both = R"({"keys":[)" + rsa + "," + okp + "]}";
    EXPECT_EQ(read_verification_keys(rsa, {}).error().code, Errc::unsupported_key);
    EXPECT_EQ(served(rsa, {es256, rs256}), List{rs256});
    EXPECT_EQ(served(rsa, {ps256, es256, rs256}), (List{ps256, rs256}));
    EXPECT_EQ(served(pem, {ps256, es256, rs256}), (List{ps256, rs256}));
    EXPECT_EQ(served(okp, {}), List{eddsa});
    EXPECT_EQ(served(okp, {ed25519}), List{ed25519});
    EXPECT_EQ(served(both, {ed25519}), List{ed25519});
    EXPECT_EQ(served(both, {rs256, ps256}), (List{rs256, eddsa, ps256, eddsa}));
}

TEST(VerificationKeys, SaysWhatIsWrongWithTheKeyRatherThanThatAnAlgorithmDoesNotFit)
{
    constexpr std::array kAlgorithms{Algorithm::es256, Algorithm::rs256, Algorithm::ps256};
    auto const           keys = read_verification_keys(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})", kAlgorithms);
    ASSERT_FALSE(keys);
    EXPECT_EQ(keys.error().code, Errc::weak_key);
}

TEST(VerificationKeys, RefusesASetThatServesNothing)
{
    constexpr std::array kAlgorithms{Algorithm::rs256};
    for (auto const* text : {R"({"keys":[]})", R"({"keys":[{"kty":"AKP"}]})"}) {
        EXPECT_EQ(read_verification_keys(text, {}).error().code, Errc::unsupported_key);
        EXPECT_EQ(read_verification_keys(text, kAlgorithms).error().code, Errc::unsupported_key);
    }
}

}  // namespace
}  // namespace signet::cli
