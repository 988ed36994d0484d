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

TEST(SecretStrength, IsNoQuestionOfAShortSecret)
{
    EXPECT_EQ(detail_of(VerificationKey::parse_jwk(as_jwk("secret"))), "the secret is shorter than the hash");
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

TEST(SecretStrength, CountsDifferentBytes)
{
    EXPECT_EQ(guessable("aemqtxzazqexmtqzaexmtzqmeaxtqzxe"), "the secret has fewer than 8 different bytes");
    EXPECT_EQ(guessable("aemqtxzazqexmtqz5aexmtzqmeaxtqzx"), "");
}

TEST(SecretStrength, SeesARepetitionOfUpToSixteenBytes)
{
    EXPECT_EQ(guessable("k7Qz2mXw9k7Qz2mXw9k7Qz2mXw9k7Qz2"), "the secret repeats a short text");
    EXPECT_EQ(guessable("k7Qz2mXw9Lr4Tb6Vk7Qz2mXw9Lr4Tb6V"), "the secret repeats a short text");
    EXPECT_EQ(guessable("k7Qz2mXw9Lr4Tb6Vgk7Qz2mXw9Lr4Tb6Vg"), "");
}

TEST(SecretStrength, SeesASequenceOfThreeStepsInFour)
{
    EXPECT_EQ(guessable("zyxwvutsrqponmlkjihgfedcba987654"), "the secret is a sequence");
    EXPECT_EQ(guessable("abcdmnop4567ghijwxyzQRST0123KLMN~"), "the secret is a sequence");
    EXPECT_EQ(guessable("abcdmnop4567ghijwxyzQRST0123KLN~~"), "");
    std::string by_two;
    for (char c = '!'; by_two.size() < 32; c = static_cast<char>(c + 2)) by_two += c;
    EXPECT_EQ(guessable(by_two), "");
}

TEST(SecretStrength, SeesWordsHoweverTheyAreWrittenAndParted)
{
    std::string longest = "a";
    for (int i = 0; i < 15; ++i) longest += "secretpasswordkey";
    ASSERT_EQ(longest.size(), 256u);
    for (auto const& words :
         {"super~secret~password~server~token"s, "ADMINSECRETPASSWORDSERVERTOKENKEY"s,
          "mysecretpassword8392017465029384"s, longest, longest + "\n", "super~secret~password~server~token\r\n"s})
        EXPECT_EQ(guessable(words), "the secret is made of dictionary words") << words;
    for (auto const& other : {"supersecretzpasswordzserverztoken"s, "SUPERSECRETZPASSWORDZSERVERZTOKEN"s,
                              "mysecretpassword83920174650293847"s, "super\x01secret\x02password\x03server\x04token"s,
                              "super\x8Fsecret\xF3password\x91server\xE7token"s, longest + "a"})
        EXPECT_EQ(guessable(other), "") << other;
}

TEST(SecretStrength, KnowsWhatIsTyped)
{
    EXPECT_TRUE(detail::is_text(" azAZ09~"));
    EXPECT_TRUE(detail::is_text("as read from a file\r\n"));
    EXPECT_FALSE(detail::is_text("two\nlines"));
    for (std::string_view const other : {"\x1F", "\x7F", "\x80", "\xFF"}) EXPECT_FALSE(detail::is_text(other));
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
