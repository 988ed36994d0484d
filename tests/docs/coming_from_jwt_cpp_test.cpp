// The snippets of docs/guides/coming-from-jwt-cpp.md, each run; quotes_test.cpp holds the page to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "docs/guide_keys.hpp"
#include "jose/jose.hpp"

namespace {

using jose::Errc;
using std::chrono::system_clock;
using namespace guide;

TEST(ComingFromJwtCpp, DecodesWithoutVerifying)
{
    auto const text = token_by(key_of("k"));

    auto const shown = jose::UnverifiedToken::parse(text);
    if (shown) std::cout << shown->claims_json() << '\n';
    ASSERT_TRUE(shown);
    EXPECT_EQ(shown->claims_json().substr(0, 8), R"({"iss":")");
    EXPECT_EQ(code_of(jose::UnverifiedToken::parse("e30.e30.")), Errc::malformed_token);
}

TEST(ComingFromJwtCpp, VerifiesHs256WithIssuerAndAudience)
{
    std::string const secret = jose::base64url::decode("9Ow7rUYvxJkbR0XyFq4mcZC6dHnTgVAuLs2pQeiK3o8").value();

    auto const key    = jose::VerificationKey::parse_jwk(R"({"kty":"oct","alg":"HS256","k":")" +
                                                         jose::base64url::encode(secret) + "\"}");
    auto const keys   = jose::KeySet::from({key.value()});
    auto const policy = jose::Policy::create({.issuer     = "https://id.example.com",
                                              .audience   = "https://api.example.com",
                                              .type       = "at+jwt",
                                              .algorithms = {jose::Algorithm::hs256}});
    ASSERT_TRUE(keys && policy);
    auto const signer =
        jose::SigningKey::parse_jwk(R"({"kty":"oct","alg":"HS256","k":")" + jose::base64url::encode(secret) + "\"}");
    auto const text = token_by(*signer);

    auto const token = jose::verify(text, *keys, *policy, std::chrono::system_clock::now());
    if (token) std::cout << token->subject() << '\n';
    ASSERT_TRUE(token);
    EXPECT_EQ(token->subject(), "user-1");
    EXPECT_EQ(code_of(jose::VerificationKey::parse_jwk(R"({"kty":"oct","alg":"HS256","k":"c2VjcmV0"})")),
              Errc::weak_key);
}

TEST(ComingFromJwtCpp, VerifiesRs256WithAPem)
{
    auto const signer = must(jose::SigningKey::generate(jose::Algorithm::rs256, "k"));
    auto const pem    = must(signer.verification_key().to_pem());

    auto const key  = jose::VerificationKey::parse_pem(pem, jose::Algorithm::rs256);
    auto const keys = jose::KeySet::from({key.value()});
    ASSERT_TRUE(keys);
    EXPECT_TRUE(jose::verify(token_by(signer), *keys, policy_of_api(), now()))
        << "the only key, without a kid, is for any kid";
    EXPECT_EQ(code_of(jose::VerificationKey::parse_pem(pem, jose::Algorithm::hs256)), Errc::key_not_for_this_use);
}

TEST(ComingFromJwtCpp, FindsTheKeyByItsKid)
{
    auto const policy = policy_of_api();
    auto const json =
        must(must(jose::KeySet::from({key_of("a").verification_key(), key_of("b").verification_key()})).to_json());
    auto const text = token_by(key_of("b"));

    auto const keys  = jose::KeySet::parse(json);
    auto const token = jose::verify(text, keys.value(), policy, std::chrono::system_clock::now());
    ASSERT_TRUE(token);
    EXPECT_EQ(token->kid(), "b");
    EXPECT_EQ(code_of(jose::verify(token_by(key_of("c")), *keys, policy, now())), Errc::unknown_key);
}

TEST(ComingFromJwtCpp, BuildsAndSigns)
{
    auto const generated = must(jose::SigningKey::generate(jose::Algorithm::es256));
    auto const pem       = must(generated.reveal_pem());
    auto const now       = system_clock::now();

    auto const key    = jose::SigningKey::parse_pem(pem, jose::Algorithm::es256, "2026-11");
    auto const claims = jose::Claims{}
                            .issuer("https://id.example.com")
                            .audience("https://api.example.com")
                            .subject("user-1")
                            .issued_at(now)
                            .expires_at(now + std::chrono::minutes{10});
    auto const text = jose::sign(claims, key.value(), "at+jwt");
    ASSERT_TRUE(text);
    auto const token = jose::verify(*text, key_set_of(*key), policy_of_api(), now);
    ASSERT_TRUE(token);
    EXPECT_EQ(token->header_json(), R"({"alg":"ES256","kid":"2026-11","typ":"at+jwt"})");
}

TEST(ComingFromJwtCpp, CarriesClaimsOfItsOwn)
{
    auto claims = claims_of_ann();

    claims.set("name", "Ann").set("level", 3).set("staff", true);
    claims.set("roles", std::vector<std::string>{"writer", "admin"});
    claims.set_json("address", R"({"city":"Oslo"})");

    auto const token = must(
        jose::verify(must(jose::sign(claims, key_of("k"), "at+jwt")), key_set_of(key_of("k")), policy_of_api(), now()));

    auto const name    = token.find_string("name");  // nullopt when absent or no string
    auto const level   = token.find_integer("level");
    auto const roles   = token.find_strings("roles");
    auto const address = token.find_json("address");  // text, for your own JSON parser
    EXPECT_EQ(name, "Ann");
    EXPECT_EQ(level, 3);
    EXPECT_EQ(roles, (std::vector<std::string>{"writer", "admin"}));
    EXPECT_EQ(address, R"({"city":"Oslo"})");
    EXPECT_FALSE(token.find_string("level"));
}

TEST(ComingFromJwtCpp, TakesSeveralAudiences)
{
    auto const  policy = policy_of_api();
    auto const& key    = key_of("k");
    auto const  keys   = key_set_of(key);
    auto        claims = claims_of_ann();

    claims.set("aud", std::vector<std::string>{"https://api.example.com", "https://mail.example.com"});
    auto const text  = jose::sign(claims, key, "at+jwt");
    auto const token = jose::verify(text.value(), keys, policy, std::chrono::system_clock::now());
    ASSERT_TRUE(token);
    claims.audience("https://api.example.com.evil.example");
    EXPECT_EQ(code_of(jose::verify(must(jose::sign(claims, key, "at+jwt")), keys, policy, now())),
              Errc::audience_mismatch);
}

TEST(ComingFromJwtCpp, AllowsForClocksThatDiffer)
{
    auto const& key  = key_of("k");
    auto const  keys = key_set_of(key);
    auto const  text = token_by(key);

    auto const policy = jose::Policy::create({.issuer     = "https://id.example.com",
                                              .audience   = "https://api.example.com",
                                              .type       = "at+jwt",
                                              .algorithms = {jose::Algorithm::es256},
                                              .clock_skew = std::chrono::seconds{30}});
    auto const later  = system_clock::now() + std::chrono::minutes{9};
    auto const token  = jose::verify(text, keys, policy.value(), later);  // any time you like
    EXPECT_TRUE(token);
    auto const end = *token->expires_at();
    EXPECT_TRUE(jose::verify(text, keys, *policy, end + std::chrono::milliseconds{29'999}));
    EXPECT_EQ(code_of(jose::verify(text, keys, *policy, end + std::chrono::seconds{30})), Errc::expired);
    EXPECT_EQ(code_of(jose::verify(text, keys, policy_of_api(), end)), Errc::expired);
}

TEST(ComingFromJwtCpp, GivesErrorsAsValues)
{
    auto const  policy = policy_of_api();
    auto const& key    = key_of("k");
    auto const  keys   = key_set_of(key);
    auto const  text   = must(jose::sign(claims_of_ann().set_json("exp", "\"tomorrow\""), key, "at+jwt"));
    std::string log;

    auto const token = jose::verify(text, keys, policy, std::chrono::system_clock::now());
    if (!token) log = std::string(name(token.error().code)) + ": " + token.error().detail;
    EXPECT_EQ(log, "wrong_claim_type: exp is not a number");
}

TEST(ComingFromJwtCpp, RotatesKeysWhileItVerifies)
{
    auto const policy = policy_of_api();
    auto const json   = published_by(key_of("old"));
    auto const json_later =
        must(must(jose::KeySet::from({key_of("old").verification_key(), key_of("new").verification_key()})).to_json());
    auto const text = token_by(key_of("new"));

    jose::SharedKeySet keys{jose::KeySet::parse(json).value()};  // one, for all threads

    auto const before = jose::verify(text, keys.current(), policy, std::chrono::system_clock::now());
    keys.replace(jose::KeySet::parse(json_later).value());  // from any thread
    auto const after = jose::verify(text, keys.current(), policy, std::chrono::system_clock::now());
    EXPECT_EQ(code_of(before), Errc::unknown_key);
    EXPECT_TRUE(after);
}

// The page's table of what is refused here.
TEST(ComingFromJwtCpp, RefusesWhatThePageSays)
{
    auto const& key     = key_of("k");
    auto const  keys    = key_set_of(key);
    auto const  refusal = [&](jose::Claims const& claims, std::string_view type = "at+jwt") {
        return code_of(jose::verify(must(jose::sign(claims, key, type)), keys, policy_of_api(), now()));
    };
    EXPECT_EQ(refusal(jose::Claims{}.issuer("https://id.example.com").audience("https://api.example.com")),
              Errc::missing_claim);
    EXPECT_EQ(refusal(claims_of_ann(), ""), Errc::type_mismatch);
    EXPECT_EQ(refusal(claims_of_ann(), "JWT"), Errc::type_mismatch);

    auto const text   = token_by(key);
    auto const header = jose::base64url::encode(R"({"alg":"ES256","kid":"k","typ":"at+jwt","crit":["exp"]})");
    auto const code   = [&](std::string const& changed) {
        return code_of(jose::verify(changed, keys, policy_of_api(), now()));
    };
    EXPECT_EQ(code(header + text.substr(text.find('.'))), Errc::unsupported_critical);
    // 64 bytes are 86 characters, the last of which has four bits without use.
    auto other_spelling = text;
    ++other_spelling.back();
    EXPECT_EQ(code(other_spelling), Errc::malformed_token);
    // r and s with a leading zero each: 66 bytes.
    auto const signature = jose::base64url::decode(text.substr(text.rfind('.') + 1)).value();
    auto const longer    = std::string(1, '\0') + signature.substr(0, 32) + std::string(1, '\0') + signature.substr(32);
    EXPECT_EQ(code(text.substr(0, text.rfind('.') + 1) + jose::base64url::encode(longer)), Errc::bad_signature);
}

}  // namespace
