#include "jose/secret_strength.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "base/random.hpp"
#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;
using detail::guessable;
using namespace std::string_literals;

std::string as_jwk(std::string_view secret)
{
    return R"({"kty":"oct","alg":"HS256","k":")" + base64url::encode(secret) + "\"}";
}

// CHECKS A45: what the secrets of tutorials look like.
TEST(SecretStrength, RefusesWhatAGuesserTriesFirst)
{
    for (auto const& secret :
         {"a-string-secret-at-least-256-bits-long"s, "this-is-a-very-long-secret-key-for-jwt-1234"s,
          "changemechangemechangemechangeme"s, "your-256-bit-secret-your-256-bit-secret"s,
          "MySuperSecretKeyForJWTTokenSigning!"s, "secretsecretsecretsecretsecretsecret"s,
          "password password password password"s, "correct horse my secret password string"s,
          "abcdefghijklmnopqrstuvwxyz0123456789"s, "12345678901234567890123456789012"s, std::string(32, 'x'),
          std::string(64, '0'), "abababababababababababababababab"s, "0123456789abcdef0123456789abcdef"s,
          "please_change_this_secret_in_production_2024"s}) {
        EXPECT_NE(guessable(secret), "") << secret;
        EXPECT_EQ(outcome(VerificationKey::parse_jwk(as_jwk(secret))), "weak_key") << secret;
        EXPECT_EQ(outcome(SigningKey::parse_jwk(as_jwk(secret))), "weak_key") << secret;
    }
}

// Bytes that nobody types: refused before they sign.
TEST(SecretStrength, NeverSignsWithBytesThatWereNeverFilled)
{
    std::string sequence(32, '\0');
    for (char i = 0; char& byte : sequence) byte = i++;
    for (auto const& secret : {std::string(32, '\0'), std::string(32, '\xFF'), sequence}) {
        EXPECT_EQ(outcome(SigningKey::parse_jwk(as_jwk(secret))), "weak_key");
        EXPECT_EQ(outcome(VerificationKey::parse_jwk(as_jwk(secret))), "accepted");
    }
}

TEST(SecretStrength, LetsRandomSecretsPass)
{
    signet::SystemRandom random;
    for (int i = 0; i < 2000; ++i) {
        std::string secret(32, '\0');
        random.fill({reinterpret_cast<unsigned char*>(secret.data()), secret.size()});
        std::string hex;
        for (unsigned char const c : secret) {
            hex += "0123456789abcdef"[c >> 4];
            hex += "0123456789abcdef"[c & 15];
        }
        EXPECT_EQ(guessable(secret), "");
        EXPECT_EQ(guessable(hex), "") << hex;
        EXPECT_EQ(guessable(hex.substr(0, 32)), "") << hex;
        EXPECT_EQ(guessable(base64url::encode(std::string_view{secret})), "");
    }
}

// The fastest of a few reads, in seconds.
double time_to_read(std::string const& secret)
{
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
        auto const start = std::chrono::steady_clock::now();
        EXPECT_EQ(guessable(secret), "");
        best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    return best;
}

// Text that no early test ends: many different bytes, words all along, and at the
// end none. Sixteen times the text may take no more than eighty times as long,
// where a quadratic reading would take 256 times.
TEST(SecretStrength, TakesTimeLinearInALongText)
{
    auto const words = [](int count) {
        std::string text;
        for (int i = 0; i < count; ++i) text += "secretpasswordkey";
        return text + "Zqxjvwyk~";
    };
    auto const once = time_to_read(words(4'000));
    EXPECT_LT(time_to_read(words(64'000)), 80 * once);
}

}  // namespace
}  // namespace jose
