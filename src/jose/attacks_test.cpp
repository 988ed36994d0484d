// CHECKS A45: the eight JWT labs of PortSwigger's Web Security Academy, each as
// the attacker plays it, against the entry that a server calls.
#include <gtest/gtest.h>

#include "jose/openssl.hpp"
#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;
using namespace std::string_literals;

constexpr auto kAdmin =
    R"({"iss":"https://id.example.com","aud":"https://api.example.com","exp":1800000600,"sub":"administrator"})";

// A token that the attacker signs with a secret of their own, as HS256 is made.
std::string hmac_signed(std::string_view header, std::string_view secret)
{
    auto const    input = base64url::encode(header) + "." + base64url::encode(std::string_view{kAdmin});
    unsigned char tag[EVP_MAX_MD_SIZE];
    std::size_t   size = 0;
    EXPECT_NE(EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, secret.data(), secret.size(), detail::bytes(input),
                        input.size(), tag, sizeof tag, &size),
              nullptr);
    return input + "." + base64url::encode(std::span{tag, size});
}

TEST(Attack, UnverifiedSignature)
{
    auto const& key     = signing_key(Algorithm::rs256);
    auto const  good    = *sign(good_claims(), key, "at+jwt");
    auto const  header  = good.substr(0, good.find('.'));
    auto const  tail    = good.substr(good.rfind('.'));
    auto const  changed = header + "." + base64url::encode(std::string_view{kAdmin}) + tail;
    EXPECT_EQ(verified(good, key), "accepted");
    EXPECT_EQ(verified(changed, key), "bad_signature");
}

TEST(Attack, AlgorithmNone)
{
    for (auto const algorithm : kAll) {
        auto const& key  = signing_key(algorithm);
        auto const  tail = "." + base64url::encode(std::string_view{kAdmin}) + ".";
        for (auto const* none : {"none", "None", "nOnE", "NONE"}) {
            auto const header = base64url::encode(R"({"alg":")"s + none + R"(","kid":"key-1","typ":"at+jwt"})");
            EXPECT_EQ(verified(header + tail, key), "malformed_token");
            EXPECT_EQ(verified(header + tail + "AAAA", key), "algorithm_not_allowed");
        }
    }
}

// The lab's secret is "secret1"; a longer one of words would fall as fast.
TEST(Attack, WeakSecret)
{
    for (auto const& secret : {"secret1"s, ""s, "secret"s, std::string(31, 'r'), "my-very-long-jwt-secret-password"s}) {
        auto const jwk = R"({"kty":"oct","alg":"HS256","k":")" + base64url::encode(secret) + "\"}";
        EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk)), "weak_key") << secret;
        EXPECT_EQ(outcome(SigningKey::parse_jwk(jwk)), "weak_key") << secret;
        EXPECT_EQ(outcome(KeySet::parse("{\"keys\":[" + jwk + "]}")), "weak_key") << secret;
    }
}

TEST(Attack, KeyInTheHeaderOrBehindItsAddress)
{
    auto const  attacker = SigningKey::generate(Algorithm::rs256, "key-1");
    auto const& key      = signing_key(Algorithm::rs256);
    auto const  jwk      = *attacker->verification_key().to_jwk();
    for (auto const& more : {",\"jwk\":" + jwk, R"(,"jku":"https://exploit.example/jwks.json")"s,
                             R"(,"x5u":"https://exploit.example/x5u.pem")"s, R"(,"x5c":["MIIB"])"s})
        EXPECT_EQ(verified(craft(*attacker, header_of(key, more), kAdmin), key), "bad_signature") << more;
}

// The lab signs with the contents of /dev/null: one zero byte, or none.
TEST(Attack, KidAsAPath)
{
    auto const& key = signing_key(Algorithm::hs256);
    auto const  keys =
        *KeySet::from({key.verification_key(), SigningKey::generate(Algorithm::hs256, "b")->verification_key()});
    for (auto const* kid : {"../../../../../../dev/null", "/dev/null", "' OR 1=1--", "key-1\\u0000", "file:///dev/null",
                            "http://127.0.0.1/", "key-1|id"})
        for (auto const& secret : {""s, "\0"s}) {
            auto const header = R"({"alg":"HS256","typ":"at+jwt","kid":")"s + kid + "\"}";
            EXPECT_EQ(outcome(verify(hmac_signed(header, secret), keys, policy(), kNow)), "unknown_key") << kid;
        }
}

// The public key, from the key set or computed from two signatures, as a secret: in
// each form that a server could hold it in.
TEST(Attack, AlgorithmConfusion)
{
    for (auto const algorithm : kAll) {
        if (is_symmetric(algorithm)) continue;
        auto const& key    = signing_key(algorithm);
        auto const  known  = key.verification_key();
        auto const  pem    = *known.to_pem();
        auto const  header = R"({"alg":"HS256","kid":"key-1","typ":"at+jwt"})";
        for (auto const& secret : {pem, pem.substr(0, pem.size() - 1), *known.to_der(), *known.to_jwk(), ""s}) {
            EXPECT_EQ(verified(hmac_signed(header, secret), key), "algorithm_mismatch") << name(algorithm);
            // And the server cannot be brought to hold that secret.
            auto const jwk = R"({"kty":"oct","alg":"HS256","k":")" + base64url::encode(secret) + "\"}";
            EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk)), "weak_key") << name(algorithm);
        }
    }
}

}  // namespace
}  // namespace jose
