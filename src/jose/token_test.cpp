// What a verified token gives, what an unverified one shows, and what gets signed.
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "jose/jws.hpp"
#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;

TEST(VerifiedToken, GivesBackWhatWasSigned)
{
    for (auto const algorithm : kAll) {
        auto const& key  = signing_key(algorithm);
        auto const  text = sign(good_claims(), key, "at+jwt");
        ASSERT_TRUE(text);
        auto const token = verify(*text, set_of(key), policy(), kNow);
        ASSERT_TRUE(token) << name(token.error().code);
        EXPECT_EQ(token->issuer(), kIssuer);
        EXPECT_EQ(token->subject(), "user-1");
        EXPECT_EQ(token->token_id(), "token-1");
        EXPECT_EQ(token->kid(), "key-1");
        EXPECT_EQ(token->algorithm(), algorithm);
        EXPECT_EQ(token->expires_at(), kNow + std::chrono::minutes{10});
        EXPECT_EQ(token->issued_at(), kNow);
        EXPECT_EQ(token->find_string("name"), "Ann \"A\" \xC3\x9C");
        EXPECT_EQ(token->find_integer("n"), -5);
        EXPECT_EQ(token->find_boolean("yes"), true);
        EXPECT_EQ(token->find_strings("roles"), (std::vector<std::string>{"admin", "writer"}));
        EXPECT_EQ(token->find_json("cnf"), R"({"jkt":"x","deep":[1,2,{"a":null}]})");
        EXPECT_EQ(token->find_json("name"), "\"Ann \\\"A\\\" \xC3\x9C\"");
        EXPECT_EQ(token->find_json("yes"), "true");
        EXPECT_EQ(token->claims_json(), good_claims().to_json());
        EXPECT_FALSE(token->find_string("absent"));
        EXPECT_FALSE(token->find_string("roles"));
        EXPECT_FALSE(token->find_strings("name"));
        EXPECT_FALSE(token->find_strings("absent"));
        EXPECT_FALSE(token->find_integer("name"));
        EXPECT_FALSE(token->find_boolean("n"));
        EXPECT_FALSE(token->find_json("absent"));
    }
}

TEST(VerifiedToken, KeepsItsClaimsWhileOtherTokensAreVerified)
{
    auto const& key  = signing_key(Algorithm::hs256);
    auto const  make = [&](std::string_view sub) { return *sign(good_claims().subject(sub), key, "at+jwt"); };
    std::vector<VerifiedToken> tokens;
    for (int i = 0; i < 20; ++i) tokens.push_back(*verify(make(std::to_string(i)), set_of(key), policy(), kNow));
    for (int i = 0; i < 20; ++i) EXPECT_EQ(tokens[static_cast<std::size_t>(i)].subject(), std::to_string(i));
    std::thread([moved = std::move(tokens)]() mutable { moved.clear(); }).join();
    EXPECT_EQ(verify(make("after"), set_of(key), policy(), kNow)->subject(), "after");
}

TEST(VerifiedToken, GivesNoListOfWhatAreNotAllStrings)
{
    auto const& key   = signing_key(Algorithm::hs256);
    auto const  text  = craft(key, header_of(key), claims_with(R"(,"none":[],"last":["a",1],"first":[null,"a"])"));
    auto const  token = verify(text, set_of(key), policy(), kNow);
    ASSERT_TRUE(token);
    EXPECT_EQ(token->find_strings("none"), std::vector<std::string>{});
    EXPECT_FALSE(token->find_strings("last"));
    EXPECT_FALSE(token->find_strings("first"));
}

// While a thread ends, its objects end in the reverse order of their making: the memory
// that it keeps for tokens may be gone before an object that has or verifies one.
TEST(VerifiedToken, MayComeAndGoWhileItsThreadEnds)
{
    struct AtEnd {
        std::function<void()> work;
        ~AtEnd()
        {
            if (work) work();
        }
    };
    auto const& key  = signing_key(Algorithm::hs256);
    auto const  keys = set_of(key);
    auto const  p    = policy();
    auto const  text = *sign(good_claims(), key, "at+jwt");
    std::string late;
    std::thread([&] {
        EXPECT_TRUE(verify_payload(text, keys));  // takes what reads tokens, but no memory for one
        thread_local AtEnd at_end;
        at_end.work = [&, kept = std::make_shared<VerifiedToken>(*verify(text, keys, p, kNow))] {
            late = outcome(verify(text, keys, p, kNow));
        };
        EXPECT_TRUE(verify(text, keys, p, kNow));  // leaves its memory behind
    }).join();
    EXPECT_EQ(late, "accepted");
}

TEST(VerifiedToken, AProofCannotBeMadeByHand)
{
    static_assert(!std::is_default_constructible_v<VerifiedToken>);
    static_assert(!std::is_copy_constructible_v<VerifiedToken>);
    static_assert(!std::is_default_constructible_v<UnverifiedToken>);
    static_assert(!std::is_convertible_v<UnverifiedToken, VerifiedToken>);
    static_assert(!std::is_constructible_v<VerifiedToken, UnverifiedToken>);
    static_assert(!std::is_default_constructible_v<Policy>);
}

TEST(UnverifiedToken, ShowsATokenWhoseSignatureNobodyChecked)
{
    auto const token = UnverifiedToken::parse(join(R"({"alg":"none"})", R"({"sub":"x"})", "nothing"));
    ASSERT_TRUE(token);
    EXPECT_EQ(token->header_json(), R"({"alg":"none"})");
    EXPECT_EQ(token->claims_json(), R"({"sub":"x"})");
}

TEST(UnverifiedToken, RefusesWhatHasNotTheForm)
{
    EXPECT_EQ(outcome(UnverifiedToken::parse("a.b")), "malformed_token");
    EXPECT_EQ(outcome(UnverifiedToken::parse("a.b.c")), "malformed_token");
    EXPECT_EQ(outcome(UnverifiedToken::parse(join("x", "{}", "s"))), "malformed_header");
    EXPECT_EQ(outcome(UnverifiedToken::parse(join("{}", "[]", "s"))), "malformed_claims");
    EXPECT_EQ(outcome(UnverifiedToken::parse(std::string(9000, 'A'))), "token_too_large");
}

TEST(Claims, SettingANameTwiceKeepsTheLast)
{
    EXPECT_EQ(Claims{}.set("a", 1).set("b", "x").set("a", 2).to_json(), R"({"a":2,"b":"x"})");
}

TEST(Claims, KeepsEachValueAsItIsWritten)
{
    auto const claims = Claims::parse("{ \"a\" : 1.10, \"b\":[ -0 ],\n\"c\":1.00000000000000000001 ,\"\\u0064\":null}");
    ASSERT_TRUE(claims);
    EXPECT_EQ(claims->to_json(), R"({"a":1.10,"b":[ -0 ],"c":1.00000000000000000001,"d":null})");
    EXPECT_TRUE(claims->has("d"));
    EXPECT_EQ(Claims::parse(" {} ").value().size(), 0U);
}

TEST(Claims, ParsesOneStrictObject)
{
    for (auto const* json : {"", "[]", "1", "{", "{}{}", R"({"a":1,"a":2})", R"({"a":"\ud800"})"})
        EXPECT_EQ(outcome(Claims::parse(json)), "malformed_claims") << json;
    EXPECT_EQ(outcome(Claims::parse("{\"a\":\"" + std::string(64UL * 1024, 'x') + "\"}")), "malformed_claims");
}

TEST(Claims, RefusesToSignWhatIsNotJson)
{
    auto const& key = signing_key(Algorithm::hs256);
    for (auto const* json :
         {"", "x", "{", "1,\"iss\":\"evil\"", "1}", "1,\"b\":2", "[1", "\"\\ud800\"", "1e400", "nul"})
        EXPECT_EQ(outcome(sign(good_claims().set_json("a", json), key, "at+jwt")), "malformed_claims") << json;
    EXPECT_EQ(outcome(sign(good_claims().set_json("a", " [ 1.50, {} ] "), key, "at+jwt")), "accepted");
    EXPECT_EQ(outcome(sign(good_claims().set("a\"b", "\xFF"), key, "at+jwt")), "accepted");
}

// Two halves of a member each, which only together are JSON.
TEST(Claims, LetsNoClaimReachIntoAnother)
{
    auto const& key    = signing_key(Algorithm::hs256);
    auto        halves = good_claims();
    halves.set_json("a", R"({"x":1)").subject("ann").set_json("b", R"(2},"sub":"evil","b":3)");
    EXPECT_EQ(outcome(sign(halves, key, "at+jwt")), "malformed_claims");
    auto nested = Claims{}.set_json("a", R"({"x":1)").set("sub", "ann").set_json("b", R"(2},"sub":"evil","b":3)");
    EXPECT_EQ(outcome(sign(nested, key, "at+jwt")), "malformed_claims");
    auto list = Claims{}.set_json("a", "[1").set("sub", "ann").set_json("b", R"(2],"sub":"evil")");
    EXPECT_EQ(outcome(sign(list, key, "at+jwt")), "malformed_claims");
    EXPECT_EQ(outcome(sign(nested.set("a", 1).set("b", 2), key, "at+jwt")), "accepted") << "both were replaced";
}

TEST(Claims, FindsJsonAsItStandsInTheToken)
{
    auto const& key = signing_key(Algorithm::hs256);
    auto const  text =
        craft(key, header_of(key), claims_with(R"( , "a,}\"" : { "b":"}]," , "c" : [ 1 , "\\" ] }  ,"z": 1.50 )"));
    auto const token = verify(text, set_of(key), policy(), kNow);
    ASSERT_TRUE(token);
    EXPECT_EQ(token->find_json("a,}\""), R"({ "b":"}]," , "c" : [ 1 , "\\" ] })");
    EXPECT_EQ(token->find_json("z"), "1.50");
    EXPECT_EQ(token->find_json("iss"), "\"https://id.example.com\"");
}

TEST(Claims, FindsEveryNumberAndNoTextThatLooksLikeOne)
{
    auto const& key   = signing_key(Algorithm::hs256);
    auto const  text  = craft(key, header_of(key), claims_with(R"(,"half":0.5,"whole":-3,"big":1e300,"text":"0.5")"));
    auto const  token = verify(text, set_of(key), policy(), kNow);
    ASSERT_TRUE(token);
    EXPECT_EQ(token->find_number("half"), 0.5);
    EXPECT_EQ(token->find_number("whole"), -3.0);
    EXPECT_EQ(token->find_number("big"), 1e300);
    EXPECT_FALSE(token->find_integer("half"));
    EXPECT_FALSE(token->find_number("text"));
    EXPECT_FALSE(token->find_number("absent"));
}

// A second that has begun counts, whatever the precision of the clock.
TEST(Claims, TakesTimesOfAnyPrecision)
{
    auto const& key  = signing_key(Algorithm::hs256);
    auto const  past = std::chrono::sys_time<std::chrono::nanoseconds>{kNow} + std::chrono::nanoseconds{999'999'999};
    auto const  text = sign(good_claims().issued_at(past).expires_at(past + std::chrono::seconds{1}), key, "at+jwt");
    ASSERT_TRUE(text);
    EXPECT_EQ(outcome(verify(*text, set_of(key), policy(), past)), "accepted");
    EXPECT_EQ(outcome(verify(*text, set_of(key), policy(), past + std::chrono::nanoseconds{1})), "expired");
    EXPECT_EQ(outcome(verify(*text, set_of(key), policy(), std::chrono::floor<std::chrono::seconds>(past))),
              "accepted");
    auto const token = verify(*text, set_of(key), policy(), past);
    EXPECT_EQ(token->issued_at(), kNow);
    EXPECT_EQ(token->expires_at(), kNow + std::chrono::seconds{1});
}

}  // namespace
}  // namespace jose
