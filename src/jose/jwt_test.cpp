#include "jose/jwt.hpp"

#include <gtest/gtest.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "jose/openssl.hpp"
#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using namespace std::string_view_literals;

Time at(std::int64_t seconds)
{
    return Time{std::chrono::seconds{seconds}};
}

// iss, aud, and times without the closing brace; put more behind.
std::string without(std::string_view member)
{
    std::string out = "{";
    for (auto const& [name, json] :
         std::initializer_list<std::pair<std::string_view, std::string_view>>{{"iss", "\"https://id.example.com\""},
                                                                              {"aud", "\"https://api.example.com\""},
                                                                              {"exp", "1800000600"},
                                                                              {"iat", "1800000000"}})
        if (name != member) out += (out.size() > 1 ? ",\"" : "\"") + std::string(name) + "\":" + std::string(json);
    return out;
}
std::string with(std::string_view member, std::string_view json, Policy const& p = policy(), Time now = kNow)
{
    return with_claims(without(member) + ",\"" + std::string(member) + "\":" + std::string(json) + "}", p, now);
}

// The "MUST accept" list of CHECKS A5.
TEST(Jwt, AcceptsWhatTheStandardsAllow)
{
    EXPECT_EQ(with_claims(claims_with()), "accepted");
    EXPECT_EQ(with("aud", R"(["https://other.example.com","https://api.example.com"])"), "accepted");
    EXPECT_EQ(with("aud", R"(["https://api.example.com","https://other.example.com"])"), "accepted");
    EXPECT_EQ(with("exp", "4102444800.5"), "accepted");
    EXPECT_EQ(with("exp", "4.1024448e9"), "accepted");
    EXPECT_EQ(with("iss", R"("https:\/\/id.ex\u0061mple.com")"), "accepted");
    EXPECT_EQ(with_claims(" {\n" + claims_with().substr(1) + "\t\r\n"), "accepted");
    EXPECT_EQ(with_claims(claims_with(R"(,"unknown":{"deep":[[1.5e3,null]]},"":0)")), "accepted");
    EXPECT_EQ(with_claims(claims_with(",\"long\":\"" + std::string(4000, 'x') + "\"")), "accepted");
    EXPECT_EQ(with_claims(claims_with(R"(,"nbf":1800000000)")), "accepted");
    auto const& key = signing_key(Algorithm::hs256);
    EXPECT_EQ(with_header(header_of(key, R"(,"x":{"y":[]},"cty":"x")")), "accepted");
    EXPECT_EQ(with_header(R"({"typ":"application/AT+JWT","alg":"HS256"})"), "accepted");
}

// CHECKS A34, A35; A5 group 21
TEST(Jwt, HoldsTheTypeAgainstThePolicy)
{
    for (auto const* typ : {"at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"})
        EXPECT_EQ(with_header(R"({"alg":"HS256","typ":")" + std::string(typ) + "\"}"), "accepted") << typ;
    for (auto const* typ : {"JWT", "jwt", "", "dpop+jwt", "at+jwt ", "at", "logout+jwt", "secevent+jwt",
                            "statuslist+jwt", "application/application/at+jwt", "application/", "text/at+jwt",
                            "oauth-authz-req+jwt", "client-authentication+jwt"})
        EXPECT_EQ(with_header(R"({"alg":"HS256","typ":")" + std::string(typ) + "\"}"), "type_mismatch") << typ;
    EXPECT_EQ(with_header(R"({"alg":"HS256"})"), "type_mismatch");
}

TEST(Jwt, KeepsEveryTypeApart)
{
    std::vector<std::string> const types{"at+jwt", "JWT", "dpop+jwt", "logout+jwt", "secevent+jwt", "statuslist+jwt"};
    auto const&                    key = signing_key(Algorithm::hs256);
    for (auto const& made : types)
        for (auto const& wanted : types) {
            auto e = expectations();
            e.type = wanted;
            EXPECT_EQ(verified(*sign(good_claims(), key, made), key, policy(e)),
                      made == wanted ? "accepted" : "type_mismatch");
        }
}

TEST(Jwt, AcceptsAnyTypeOnlyWhenToldSo)
{
    auto e                        = expectations();
    e.type                        = "";
    e.dangerously_accept_any_type = true;
    auto const& key               = signing_key(Algorithm::hs256);
    EXPECT_EQ(verified(craft(key, R"({"alg":"HS256","typ":"whatever"})", claims_with()), key, policy(e)), "accepted");
    EXPECT_EQ(verified(craft(key, R"({"alg":"HS256"})", claims_with()), key, policy(e)), "accepted");
}

// CHECKS A32; A5 group 18
TEST(Jwt, ComparesTheIssuerByteForByte)
{
    for (auto const* iss :
         {R"("https://id.example.com/")", R"("https://ID.example.com")", R"("https://id.example.com:443")",
          R"("http://id.example.com")", R"("https://id.example.co")", R"("https://id.example.com.evil")", R"("")",
          R"("https://id.example.com\u0000")", R"(" https://id.example.com")"})
        EXPECT_EQ(with("iss", iss), "issuer_mismatch") << iss;
    for (auto const* iss : {R"(["https://id.example.com"])", "1", "null", "true", R"({"https://id.example.com":1})"})
        EXPECT_EQ(with("iss", iss), "wrong_claim_type") << iss;
    EXPECT_EQ(with_claims(without("iss") + "}"), "missing_claim");
}

// CHECKS A33; A5 group 18
TEST(Jwt, RefusesAnAudienceThatIsNotOurs)
{
    for (auto const* aud :
         {R"("https://api.example.com/")", R"("https://api.example.com.evil")", R"("api.example.com")", R"("")", "[]",
          R"(["https://other.example.com"])", R"("https://api.example.com,https://x")", R"(["https://api.example"])",
          R"("https://api.example.com\u0000x")", R"(["https://api.example.com\u0000"])"})
        EXPECT_EQ(with("aud", aud), "audience_mismatch") << aud;
    for (auto const* aud :
         {"1", "null", "true", "{}", R"({"https://api.example.com":1})", R"(["https://api.example.com",1])",
          R"([["https://api.example.com"]])", R"([null,"https://api.example.com"])"})
        EXPECT_EQ(with("aud", aud), "wrong_claim_type") << aud;
    EXPECT_EQ(with_claims(without("aud") + "}"), "missing_claim");
}

// CHECKS A30: the edges, to the second and the millisecond.
TEST(Jwt, ExpiresAtTheVerySecond)
{
    EXPECT_EQ(with("exp", "1800000001"), "accepted");
    EXPECT_EQ(with("exp", "1800000000"), "expired");
    EXPECT_EQ(with("exp", "1799999999"), "expired");
    EXPECT_EQ(with("exp", "0"), "expired");
    EXPECT_EQ(with("exp", "1800000000.002", policy(), kNow + 1ms), "accepted");
    EXPECT_EQ(with("exp", "1800000000.5", policy(), kNow + 500ms), "expired");

    auto e       = expectations();
    e.clock_skew = 60s;
    EXPECT_EQ(with("exp", "1799999941", policy(e)), "accepted");
    EXPECT_EQ(with("exp", "1799999940", policy(e)), "expired");
    EXPECT_EQ(with("exp", "1799999939", policy(e)), "expired");
}

TEST(Jwt, IsNotValidBeforeItsTime)
{
    auto e       = expectations();
    e.clock_skew = 60s;
    for (auto const& [claim, code] :
         {std::pair{"nbf"s, "not_yet_valid"s}, std::pair{"iat"s, "issued_in_the_future"s}}) {
        EXPECT_EQ(with(claim, "1799999999"), "accepted");
        EXPECT_EQ(with(claim, "1800000000"), "accepted");
        EXPECT_EQ(with(claim, "1800000001"), code);
        EXPECT_EQ(with(claim, "1800000060", policy(e)), "accepted");
        EXPECT_EQ(with(claim, "1800000061", policy(e)), code);
        EXPECT_EQ(with(claim, "9007199254740992"), code);
        EXPECT_EQ(with(claim, "9007199254740992", policy(e)), code);
    }
}

// CHECKS A31; A5 group 17
TEST(Jwt, RefusesTimesThatAreNoTimes)
{
    for (auto const* claim : {"exp", "nbf", "iat"}) {
        for (auto const* json : {R"("1800000600")", "null", "true", "[1800000600]", "{}", R"("")", "-1", "-0.5",
                                 "9007199254740994", "1e16", "1e300", "9223372036854775807", "9223372036854775808",
                                 "18446744073709551615", "-9223372036854775808"})
            EXPECT_EQ(with(claim, json), "wrong_claim_type") << claim << json;
        for (auto const* json :
             {"1e400", "NaN", "Infinity", "-Infinity", "99999999999999999999999", "0x10", "1.", "01"})
            EXPECT_EQ(with(claim, json), "malformed_claims") << claim << json;
    }
    EXPECT_EQ(with("exp", "9007199254740992"), "accepted");
    EXPECT_EQ(with_claims(without("exp") + "}"), "missing_claim");
}

TEST(Jwt, NeverOverflowsWhateverTheClockSays)
{
    auto e       = expectations();
    e.clock_skew = 600s;
    EXPECT_EQ(with_claims(claims_with(), policy(e), Time::max()), "expired");
    EXPECT_EQ(with_claims(claims_with(), policy(e), Time::min()), "issued_in_the_future");
    EXPECT_EQ(with("exp", "9007199254740992", policy(e), Time::max()), "expired");
    EXPECT_EQ(with_claims(claims_with(R"(,"nbf":9007199254740992)"), policy(e), at(0)), "not_yet_valid");
}

TEST(Jwt, AcceptsAMissingExpiryOnlyWhenToldSo)
{
    auto e                             = expectations();
    e.dangerously_allow_missing_expiry = true;
    EXPECT_EQ(with_claims(without("exp") + "}", policy(e)), "accepted");
    // Nor does the expiry of the token before, whose memory this one has, count.
    EXPECT_EQ(with("exp", "1800000600", policy(e)), "accepted");
    EXPECT_EQ(with_claims(without("exp") + "}", policy(e), at(1'800'000'601)), "accepted");
    EXPECT_EQ(with("exp", "1800000000", policy(e)), "expired");
    EXPECT_EQ(with("exp", "null", policy(e)), "wrong_claim_type");
}

TEST(Jwt, AcceptsAnyIssuerOrAudienceOnlyWhenToldSo)
{
    auto e                            = expectations();
    e.issuer                          = "";
    e.dangerously_accept_any_issuer   = true;
    e.audience                        = "";
    e.dangerously_accept_any_audience = true;
    EXPECT_EQ(with_claims(R"({"exp":1800000600})", policy(e)), "accepted");
    EXPECT_EQ(with_claims(R"({"exp":1800000600,"iss":"x","aud":"y"})", policy(e)), "accepted");
    EXPECT_EQ(with_claims(R"({"exp":1800000600,"iss":1})", policy(e)), "wrong_claim_type");
    EXPECT_EQ(with_claims(R"({"exp":1800000600,"aud":[1]})", policy(e)), "wrong_claim_type");
}

TEST(Jwt, RefusesASubjectOrTokenIdThatIsNoString)
{
    for (auto const* claim : {"sub", "jti"})
        for (auto const* json : {"1", "null", "[]", "{}", "true"})
            EXPECT_EQ(with(claim, json), "wrong_claim_type") << claim << json;
}

// CHECKS A6 to A9, A12; A5 groups 13, 19, 20
TEST(Jwt, RefusesClaimsThatAreNotOneStrictObject)
{
    auto const good = claims_with();
    auto const deep = [&](std::size_t n) { return claims_with(",\"x\":" + std::string(n, '[') + std::string(n, ']')); };
    for (auto const& claims : {""s,
                               " "s,
                               "[]"s,
                               "null"s,
                               "1"s,
                               "\"x\""s,
                               "[" + good + "]",
                               good + good,
                               good + "x",
                               good + "\0"s,
                               good + ",",
                               "\xEF\xBB\xBF" + good,
                               claims_with(R"(,"iss":"https://id.example.com")"),
                               claims_with(R"(,"a":1,"\u0061":1)"),
                               claims_with(R"(,"a":[{"b":1,"b":1}])"),
                               claims_with(",\"a\":\"\xFF\""),
                               claims_with(R"(,"a":"\udfff")"),
                               claims_with(R"(,"a\u0000":1)"),
                               claims_with(",\"a\":\"\n\""),
                               claims_with("/**/"),
                               deep(16),
                               deep(1000),
                               good.substr(0, good.size() - 1)})
        EXPECT_EQ(with_claims(claims), "malformed_claims") << claims;
    EXPECT_EQ(with_claims(deep(15)), "accepted");
}

// CHECKS A13
TEST(Jwt, RefusesAnAlgorithmThatThePolicyDoesNotName)
{
    for (auto const mine : kAll)
        for (auto const allowed : kAll) {
            auto e          = expectations();
            e.algorithms    = {allowed};
            auto const& key = signing_key(mine);
            EXPECT_EQ(verified(*sign(good_claims(), key, "at+jwt"), key, policy(e)),
                      mine == allowed ? "accepted" : "algorithm_not_allowed");
        }
}

std::string hmac_sha256(std::string_view secret, std::string_view input)
{
    std::string tag(32, '\0');
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), detail::bytes(input), input.size(),
         detail::bytes(tag), nullptr);
    return tag;
}

std::string sha256(std::string_view text)
{
    std::string hash(32, '\0');
    SHA256(detail::bytes(text), text.size(), detail::bytes(hash));
    return hash;
}

// CHECKS A15, A45; A5 group 2: a public key is nobody's secret, nor is its hash.
TEST(Jwt, RefusesAnHmacMadeWithThePublicKey)
{
    for (auto const algorithm : {Algorithm::rs256, Algorithm::es256, Algorithm::eddsa}) {
        auto const& key = signing_key(algorithm);
        auto const  jwk = *key.verification_key().to_jwk();
        auto const  forger =
            VerificationKey::parse_jwk(R"({"kty":"oct","alg":"HS256","k":")" + base64url::encode(jwk) + "\"}");
        EXPECT_EQ(outcome(forger), "weak_key");  // not even a forger gets it past our own loader
        auto const input = base64url::encode(R"({"alg":"HS256","kid":"key-1","typ":"at+jwt"})"sv) + "." +
                           base64url::encode(claims_with());
        auto const der = *key.verification_key().to_der();
        for (auto const& secret :
             {jwk, *key.verification_key().to_pem(), der, sha256(der), key.verification_key().thumbprint()})
            EXPECT_EQ(verified(input + "." + base64url::encode(hmac_sha256(secret, input)), key), "algorithm_mismatch");
    }
}

// CHECKS A37: who forges a token learns nothing but that it is forged.
TEST(Jwt, SaysBadSignatureBeforeAnythingAboutTheClaims)
{
    auto const& key = signing_key(Algorithm::hs256);
    for (auto const& claims : {R"({"exp":1})"s, R"({"iss":"x"})"s, "not json"s, ""s})
        EXPECT_EQ(verified(join(header_of(key), claims, std::string(32, 'x')), key), "bad_signature") << claims;
    EXPECT_EQ(verified(join(R"({"alg":"HS256","typ":"JWT"})", claims_with(), std::string(32, 'x')), key),
              "bad_signature");
}

// CHECKS A10
TEST(Jwt, BoundsTheTokenByItsPolicy)
{
    auto const big = claims_with(",\"x\":\"" + std::string(9000, 'x') + "\"");
    EXPECT_EQ(with_claims(big), "token_too_large");
    auto e            = expectations();
    e.max_token_bytes = 16 * 1024;
    EXPECT_EQ(with_claims(big, policy(e)), "accepted");
    e.max_token_bytes = 100;
    EXPECT_EQ(with_claims(claims_with(), policy(e)), "token_too_large");
}

TEST(Jwt, ErrorsNameWhatWasExpectedAndWhatCame)
{
    auto const& key    = signing_key(Algorithm::hs256);
    auto const  detail = [&](std::string_view without_claim, std::string_view claim) {
        auto const token = craft(key, header_of(key), without(without_claim) + "," + std::string(claim) + "}");
        return verify(token, set_of(key), policy(), kNow).error().detail;
    };
    auto const expected = "expected " + std::string(kIssuer) + ", got https://evil.example";
    EXPECT_EQ(detail("iss", R"("iss":"https://evil.example")"), expected);
    EXPECT_EQ(detail("aud", R"("aud":"b")"), "expected " + std::string(kAudience) + R"(, got "b")");
    EXPECT_EQ(detail("aud", R"("aud":[ "b","c" ])"), "expected " + std::string(kAudience) + R"(, got ["b","c"])");
    EXPECT_EQ(detail("exp", R"("exp":1700000000.9)"), "exp 1700000000, now 1800000000");
    EXPECT_EQ(detail("nbf", R"("nbf":1800000060)"), "nbf 1800000060, now 1800000000");
    EXPECT_EQ(detail("iat", R"("iat":1800000060)"), "iat 1800000060, now 1800000000");
    auto e            = expectations();
    e.max_token_bytes = 2;
    EXPECT_EQ(verify("a.b.c", set_of(key), policy(e), kNow).error().detail, "5 bytes, at most 2");
}

}  // namespace
}  // namespace jose
