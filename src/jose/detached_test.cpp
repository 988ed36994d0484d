// Payloads that travel apart. CHECKS A17, A5 group 12; RFC 7515 appendix F, RFC 7797.
#include "jose/detached.hpp"

#include <gtest/gtest.h>

#include "jose/test_tokens.hpp"
#include "jose/test_vectors.hpp"

namespace jose {
namespace {

using namespace test;

constexpr std::string_view kPayload = "$.02 with a dot, \xFF, and a\nline";

// header..signature with exactly this header, rightly signed over `payload` as it is.
std::string craft_unencoded(SigningKey const& key, std::string_view header, std::string_view payload)
{
    auto const encoded = base64url::encode(header);
    auto const input   = encoded + "." + std::string(payload);
    return encoded + ".." + base64url::encode(KeyAccess::of(key).sign(input));
}

std::string unencoded_outcome(std::string_view header)
{
    auto const& key = signing_key(Algorithm::hs256);
    return outcome(verify_detached_unencoded(craft_unencoded(key, header, kPayload), kPayload, set_of(key)));
}

TEST(Detached, AcceptsWhatItSignedAndGivesBackTheBytes)
{
    for (auto const algorithm : kAll) {
        auto const& key   = signing_key(algorithm);
        auto const  token = sign_detached(kPayload, key, "note").value();
        EXPECT_NE(token.find(".."), token.npos);
        auto const verified = verify_detached(token, kPayload, set_of(key));
        ASSERT_TRUE(verified) << name(algorithm);
        EXPECT_EQ(verified->bytes(), kPayload);
        EXPECT_NE(verified->header_json().find(R"("typ":"note")"), std::string_view::npos);

        auto const unencoded = sign_detached_unencoded(kPayload, key).value();
        auto const bare      = verify_detached_unencoded(unencoded, kPayload, set_of(key));
        ASSERT_TRUE(bare) << name(algorithm);
        EXPECT_EQ(bare->bytes(), kPayload);
    }
}

TEST(Detached, IsTheOrdinaryTokenWithItsMiddleTakenOut)
{
    auto const& key   = signing_key(Algorithm::hs256);
    auto const  whole = sign_payload(kPayload, key).value();
    auto const  first = whole.find('.');
    auto const  last  = whole.rfind('.');
    EXPECT_EQ(sign_detached(kPayload, key).value(), whole.substr(0, first + 1) + whole.substr(last));
}

TEST(Detached, RefusesAnotherPayload)
{
    auto const& key  = signing_key(Algorithm::es256);
    auto const  keys = set_of(key);
    for (std::string_view const other : {"", "$.03", "$.02 with a dot, \xFF, and a\nline "}) {
        EXPECT_EQ(outcome(verify_detached(*sign_detached(kPayload, key), other, keys)), "bad_signature");
        EXPECT_EQ(outcome(verify_detached_unencoded(*sign_detached_unencoded(kPayload, key), other, keys)),
                  "bad_signature");
    }
}

TEST(Detached, RefusesATextThatBringsAPayload)
{
    auto const& key  = signing_key(Algorithm::hs256);
    auto const  keys = set_of(key);
    EXPECT_EQ(outcome(verify_detached(*sign_payload(kPayload, key), kPayload, keys)), "malformed_token");
    EXPECT_EQ(outcome(verify_detached_unencoded(*sign_payload(kPayload, key), kPayload, keys)), "malformed_token");
    for (std::string_view const text : {"", ".", "..", "a..", "..a", "e30.", "e30...AAAA", "e30..AAA=", "e30..AAB"})
        EXPECT_EQ(outcome(verify_detached(text, kPayload, keys)), "malformed_token") << text;
    EXPECT_EQ(outcome(verify_detached(*sign_detached(kPayload, key), kPayload, keys, 20)), "token_too_large");
}

// A17, A5 12: each form only through its own door.
TEST(Detached, RefusesUnencodedPayloadsEverywhereElse)
{
    auto const& key       = signing_key(Algorithm::hs256);
    auto const  keys      = set_of(key);
    auto const  unencoded = sign_detached_unencoded("", key).value();
    // Accepted first, so that a header remembered by one reader would show in the other.
    ASSERT_TRUE(verify_detached_unencoded(unencoded, "", keys));
    EXPECT_EQ(outcome(verify_detached(unencoded, "", keys)), "unsupported_critical");
    EXPECT_EQ(outcome(verify_payload(unencoded, keys)), "unsupported_critical");
    EXPECT_EQ(verified(unencoded, key), "unsupported_critical");
    EXPECT_EQ(outcome(verify_detached_unencoded(*sign_detached("", key), "", keys)), "unsupported_critical");
}

TEST(Detached, WantsExactlyB64FalseAndCritB64)
{
    EXPECT_EQ(unencoded_outcome(R"({"alg":"HS256","b64":false,"crit":["b64"]})"), "accepted");
    for (std::string_view const header : {
             R"({"alg":"HS256"})",
             R"({"alg":"HS256","b64":false})",
             R"({"alg":"HS256","crit":["b64"]})",
             R"({"alg":"HS256","b64":true,"crit":["b64"]})",
             R"({"alg":"HS256","b64":"false","crit":["b64"]})",
             R"({"alg":"HS256","b64":0,"crit":["b64"]})",
             R"({"alg":"HS256","b64":null,"crit":["b64"]})",
             R"({"alg":"HS256","b64":false,"crit":[]})",
             R"({"alg":"HS256","b64":false,"crit":"b64"})",
             R"({"alg":"HS256","b64":false,"crit":{"b64":1}})",
             R"({"alg":"HS256","b64":false,"crit":["b64","b64"]})",
             R"({"alg":"HS256","b64":false,"crit":["b64","exp"],"exp":1})",
             R"({"alg":"HS256","b64":false,"crit":["alg"]})",
             R"({"alg":"HS256","b64":false,"crit":["B64"]})",
         })
        EXPECT_EQ(unencoded_outcome(header), "unsupported_critical") << header;
    EXPECT_EQ(unencoded_outcome(R"({"alg":"HS256","b64":false,"b64":false,"crit":["b64"]})"), "malformed_header");
    EXPECT_EQ(unencoded_outcome(R"({"alg":"none","b64":false,"crit":["b64"]})"), "algorithm_not_allowed");
}

struct Vector {
    std::string payload;
    KeySet      keys;
    std::string detached;
};

Vector load_vector(signet::json::Value const& root)
{
    auto const input  = root.find("input").value();
    auto const flat   = root.find("output")->find("json_flat").value();
    auto const member = [&](std::string_view name) { return std::string(*flat.find(name)->string()); };
    auto       out    = Vector{member("payload"), {}, member("protected") + ".." + member("signature")};
    auto const jwk    = input.find("key")->text();
    out.keys          = KeySet::from({*VerificationKey::parse_jwk(jwk)}).value();
    return out;
}

// RFC 7797 4.2, as the cookbook has it.
TEST(DetachedVectors, AcceptsTheCookbooksUnencodedPayload)
{
    READ_VECTORS(document, root, "cookbook/rfc7797/hmac-sha2_b64_false.json");
    auto const vector = load_vector(root);
    EXPECT_EQ(outcome(verify_detached_unencoded(vector.detached, vector.payload, vector.keys)), "accepted");
    EXPECT_EQ(outcome(verify_detached_unencoded(vector.detached, vector.payload + ".", vector.keys)), "bad_signature");
    EXPECT_EQ(outcome(verify_detached(vector.detached, vector.payload, vector.keys)), "unsupported_critical");
}

// NB: the cookbook's other example has "b64" without "crit", which RFC 7797 6 forbids.
TEST(DetachedVectors, RefusesTheCookbooksExampleWithoutCrit)
{
    READ_VECTORS(document, root, "cookbook/rfc7797/4.2.hmac-sha2_b64_false.json");
    auto const vector = load_vector(root);
    EXPECT_EQ(outcome(verify_detached_unencoded(vector.detached, vector.payload, vector.keys)), "unsupported_critical");
}

}  // namespace
}  // namespace jose
