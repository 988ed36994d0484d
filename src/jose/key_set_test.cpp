#include "jose/key_set.hpp"

#include <gtest/gtest.h>

#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;
using namespace std::string_literals;

VerificationKey public_key(std::string_view kid, Algorithm algorithm = Algorithm::eddsa)
{
    return SigningKey::generate(algorithm, kid)->verification_key();
}
std::string public_jwk(std::string_view kid)
{
    return *public_key(kid).to_jwk();
}

std::string set(std::initializer_list<std::string> keys)
{
    std::string out;
    for (auto const& key : keys) out += (out.empty() ? "" : ",") + key;
    return "{\"keys\":[" + out + "]}";
}
std::string parsed(std::string_view json)
{
    return outcome(KeySet::parse(json));
}

std::string const kSecret =
    R"({"kty":"oct","alg":"HS256","kid":"s","k":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"})";
// Keys of kinds that are not served.
std::string const kForeign = R"({"kty":"EC","crv":"brainpoolP256r1","alg":"ESB256","kid":"f1","x":"AAAA","y":"AAAA"})";
std::string const kFuture  = R"({"kty":"AKP","alg":"ML-DSA-44","kid":"f2","pub":"AAAA"})";
std::string const kNoAlg   = R"({"kty":"RSA","kid":"f3","n":"AQAB","e":"AQAB"})";

TEST(KeySet, FindsKeysByTheirExactKid)
{
    auto const keys = KeySet::parse(set({public_jwk("a"), public_jwk("b")}));
    ASSERT_TRUE(keys);
    EXPECT_EQ(keys->size(), 2u);
    EXPECT_EQ(keys->find("a")->kid(), "a");
    EXPECT_EQ(keys->find("b")->kid(), "b");
    for (auto const* kid : {"", "A", "a ", "c", "ab"}) EXPECT_EQ(keys->find(kid), nullptr) << kid;
    EXPECT_EQ(KeySet{}.find("a"), nullptr);
    EXPECT_EQ(KeySet{}.find(""), nullptr);
}

// CHECKS A20
TEST(KeySet, OnlyASetOfOneServesATokenWithoutKid)
{
    auto const one = KeySet::from({public_key("a")});
    EXPECT_NE(one->find(""), nullptr);
    EXPECT_EQ(one->find("b"), nullptr);
    auto const nameless =
        KeySet::parse(R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})");
    EXPECT_NE(nameless->find("any"), nullptr);
}

TEST(KeySet, SkipsKindsItDoesNotServe)
{
    auto const keys = KeySet::parse(set({kForeign, public_jwk("a"), kFuture, kNoAlg}));
    ASSERT_TRUE(keys) << keys.error().detail;
    EXPECT_EQ(keys->size(), 1u);
    EXPECT_EQ(KeySet::parse(R"({"keys":[]})")->size(), 0u);
    EXPECT_EQ(
        KeySet::parse(set({R"({"kty":"RSA","use":"enc","alg":"RSA-OAEP","kid":"e","n":"AQAB","e":"AQAB"})"}))->size(),
        0u);
}

TEST(KeySet, TheCallerMaySpeakForKeysWithoutAlg)
{
    auto const full      = *signing_key(Algorithm::rs256).verification_key().to_jwk();
    auto       short_jwk = full;
    short_jwk.replace(short_jwk.find(",\"alg\":\"RS256\""), 14, "");
    EXPECT_EQ(KeySet::parse(set({short_jwk}))->size(), 0u);
    EXPECT_EQ(KeySet::parse(set({short_jwk, public_jwk("a")}), Algorithm::rs256)->size(), 2u);
    EXPECT_EQ(outcome(KeySet::parse(set({kNoAlg}), Algorithm::rs256)), "weak_key");
    EXPECT_EQ(KeySet::parse(set({full}), Algorithm::ps256)->keys()[0].algorithm(), Algorithm::rs256);
    EXPECT_EQ(outcome(KeySet::parse(set({R"({"kty":"AKP","kid":"f","pub":"AAAA"})"}), Algorithm::rs256)), "accepted");
    // Served, were it whole.
    auto const no_curve = R"({"kty":"EC","kid":"e","x":"AAAA","y":"AAAA"})";
    EXPECT_EQ(detail_of(KeySet::parse(set({no_curve}), Algorithm::es256)), "a key of kty EC for ES256");
}

// CHECKS A21
TEST(KeySet, RefusesASetWithOneBadKey)
{
    auto const good = public_jwk("a");
    EXPECT_EQ(parsed(set({good, good})), "duplicate_kid");
    EXPECT_EQ(parsed(set({good, kSecret})), "key_not_for_this_use");
    EXPECT_EQ(parsed(set({good, SigningKey::generate(Algorithm::es256, "p")->reveal_jwk()})), "key_not_for_this_use");
    EXPECT_EQ(parsed(set({good, R"({"kty":"EC","crv":"P-256","use":"enc","kid":"e","x":"AAAA","y":"AAAA"})"})),
              "key_not_for_this_use");
    EXPECT_EQ(parsed(set({good, R"({"kty":"EC","crv":"P-256","kid":"e","x":"AAAA","y":"AAAA"})"})), "malformed_key");
    EXPECT_EQ(parsed(set({good, R"({"kty":"RSA","alg":"RS256","kid":"w","n":"AQAB","e":"AQAB"})"})), "weak_key");
    EXPECT_EQ(parsed(set({good, R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})"})),
              "malformed_key");
    EXPECT_EQ(parsed(set({good, R"({"kty":"EC","alg":"ES256","kid":"e","x":"AAAA","y":"AAAA"})"})), "malformed_key");
    EXPECT_EQ(parsed(set({good, "1"})), "malformed_key");
    EXPECT_EQ(detail_of(KeySet::parse(set({"1"}))), "a key that is not an object");
    EXPECT_EQ(parsed(set({good, "{}"})), "malformed_key");
    EXPECT_EQ(parsed(set({good, R"({"kty":"AKP","kid":7})"})), "malformed_key");
}

// CHECKS A21: a secret is noticed whatever it is for.
TEST(KeySet, OverlooksNoSecretAmongKeysThatItSkips)
{
    auto const good        = public_jwk("a");
    auto       private_rsa = signing_key(Algorithm::rs256).reveal_jwk();
    private_rsa.replace(private_rsa.find("RS256"), 5, "RSA-OAEP");
    EXPECT_EQ(parsed(set({good, private_rsa})), "key_not_for_this_use");
    private_rsa.replace(private_rsa.find(",\"alg\":\"RSA-OAEP\""), 17, "");
    EXPECT_EQ(parsed(set({good, private_rsa})), "key_not_for_this_use");
    EXPECT_EQ(parsed(set({good, R"({"kty":"OKP","crv":"X25519","kid":"x","x":"AAAA","d":"AAAA"})"})),
              "key_not_for_this_use");
    for (auto const* alg : {"", R"(,"alg":"A128KW")"}) {
        auto const secret = R"({"kty":"oct","kid":"s","k":"AAAAAAAAAAAAAAAAAAAAAA")" + std::string(alg) + "}";
        EXPECT_EQ(parsed(set({secret})), "unsupported_key") << secret;
        EXPECT_EQ(parsed(set({good, secret})), "unsupported_key") << secret;
    }
}

// One exotic key must not hold up the rotation of the others.
TEST(KeySet, SkipsAKeyWhateverTheMembersOfItsKindHold)
{
    auto const with = [](std::string_view foreign) {
        auto const keys = KeySet::parse(set({public_jwk("a"), std::string(foreign)}));
        return keys ? std::to_string(keys->size()) : outcome(keys);
    };
    EXPECT_EQ(with(R"({"kty":"AKP","kid":"f","x":7,"d":"!","oth":[]})"), "1");
    EXPECT_EQ(with(R"({"kty":"EC","crv":"P-256K","alg":"ES256K","kid":"f","x":"AAAA","y":"AAAA"})"), "1");
    EXPECT_EQ(with(R"({"kty":"OKP","crv":"P-256","kid":"f","x":"AAAA"})"), "1");
    EXPECT_EQ(with(R"({"kty":"EC","crv":"P-384","alg":"ES256","kid":"f","x":"AAAA","y":"AAAA"})"), "malformed_key");
}

TEST(KeySet, TheCallerMayChooseTheNameOfAnEdwardsKey)
{
    auto const text = R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";
    EXPECT_EQ(KeySet::parse(text)->keys()[0].algorithm(), Algorithm::eddsa);
    EXPECT_EQ(KeySet::parse(text, Algorithm::ed25519)->keys()[0].algorithm(), Algorithm::ed25519);
    EXPECT_EQ(KeySet::parse(text, Algorithm::ed448)->keys()[0].algorithm(), Algorithm::eddsa);
    EXPECT_EQ(KeySet::parse(text, Algorithm::rs256)->keys()[0].algorithm(), Algorithm::eddsa);
}

TEST(KeySet, RefusesWhatIsNoKeySet)
{
    for (auto const* json : {"", "{}", "[]", R"({"keys":null})", R"({"keys":{}})", R"({"keys":"x"})",
                             R"({"keys":[],"keys":[]})", R"({"keys":[]}x)", R"({"Keys":[]})"})
        EXPECT_EQ(parsed(json), "malformed_key") << json;
    EXPECT_EQ(parsed(R"({"keys":[],"more":1})"), "accepted");
}

// CHECKS A40
TEST(KeySet, BoundsItsSize)
{
    std::string many;
    for (int i = 0; i < 100; ++i) many += (i ? "," : "") + kFuture;
    EXPECT_EQ(parsed(set({many})), "accepted");
    EXPECT_EQ(parsed(set({many, kFuture})), "malformed_key");
    EXPECT_EQ(parsed("{\"keys\":[],\"x\":\"" + std::string(64 * 1024, 'x') + "\"}"), "malformed_key");
}

TEST(KeySet, ChecksWhatItIsBuiltFrom)
{
    EXPECT_EQ(outcome(KeySet::from({public_key("a"), public_key("a")})), "duplicate_kid");
    EXPECT_EQ(outcome(KeySet::from({public_key("a"), signing_key(Algorithm::hs256).verification_key()})),
              "key_not_for_this_use");
    EXPECT_EQ(outcome(KeySet::from({})), "accepted");
}

TEST(KeySet, WritesPublicKeysOnly)
{
    auto const keys = KeySet::from({public_key("a"), public_key("b", Algorithm::es256)});
    auto const json = keys->to_json();
    ASSERT_TRUE(json);
    EXPECT_EQ(json->find("\"d\""), std::string::npos);
    EXPECT_EQ(KeySet::parse(*json)->size(), 2u);
    EXPECT_EQ(outcome(KeySet::from({signing_key(Algorithm::hs256).verification_key()})->to_json()),
              "key_not_for_this_use");
    EXPECT_EQ(*KeySet{}.to_json(), R"({"keys":[]})");
}

TEST(KeySet, ASymmetricSetIsPossibleAlone)
{
    EXPECT_EQ(parsed(set({kSecret})), "accepted");
}

}  // namespace
}  // namespace jose
