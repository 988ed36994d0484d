#include "jose/jws.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;
using namespace std::string_literals;

std::string checked(std::string_view text, SigningKey const& key = signing_key(Algorithm::hs256))
{
    return outcome(verify_payload(text, set_of(key)));
}

std::string good_token(Algorithm algorithm = Algorithm::hs256)
{
    return *sign_payload("any bytes \x00\xFF", signing_key(algorithm));
}

// CHECKS A12: here the payload may be empty; as claims it may not (jwt_test.cpp).
TEST(Jws, SignsAnyBytesWithEveryAlgorithm)
{
    for (auto const algorithm : kAll)
        for (auto const& payload : {""s, "x"s, "\0\xFF"s, std::string(4000, 'p')}) {
            auto const& key   = signing_key(algorithm);
            auto const  token = sign_payload(payload, key, "x+y");
            ASSERT_TRUE(token);
            auto const read = verify_payload(*token, set_of(key));
            ASSERT_TRUE(read) << name(algorithm) << name(read.error().code);
            EXPECT_EQ(read->bytes(), payload);
            EXPECT_EQ(read->header_json(),
                      R"({"alg":")" + std::string(name(algorithm)) + R"(","kid":"key-1","typ":"x+y"})");
        }
}

// CHECKS A1
TEST(Jws, RefusesAnythingButThreeParts)
{
    auto const token = good_token();
    auto const dot   = token.rfind('.');
    for (auto const& text :
         {""s, "."s, ".."s, "..."s, "...."s, token + ".", "." + token, token + "." + token, token + "..",
          token.substr(0, dot), token.substr(0, token.find('.')), std::string(5000, '.')})
        EXPECT_EQ(checked(text), "malformed_token") << text;
}

TEST(Jws, RefusesATokenWithAnEmptySegment)
{
    auto const token = good_token();
    EXPECT_EQ(checked(token.substr(token.find('.'))), "malformed_token");
    EXPECT_EQ(checked(token.substr(0, token.rfind('.') + 1)), "malformed_token");
}

// CHECKS A2, A5 group 14
TEST(Jws, RefusesBytesOutsideTheAlphabetAnywhere)
{
    auto const token = good_token();
    for (auto const& junk : {"="s, "\n"s, "\r"s, " "s, "\t"s, "\0"s, "+"s, "/"s, "{"s, "\""s, ","s, "\x80"s, "%2e"s})
        for (auto const at :
             {std::size_t{0}, std::size_t{5}, token.find('.'), token.find('.') + 1, token.rfind('.'), token.size()}) {
            auto bad = token;
            EXPECT_EQ(checked(bad.insert(at, junk)), "malformed_token") << bad;
        }
}

// CHECKS A3, A39
TEST(Jws, RefusesTheSameSignatureInASecondSpelling)
{
    auto token = good_token();
    ASSERT_EQ(checked(token), "accepted");
    auto& last = token.back();  // 32 bytes leave two unused bits
    last       = last == 'Z' ? 'a' : static_cast<char>(last + 1);
    EXPECT_EQ(checked(token), "malformed_token");

    auto const& key    = signing_key(Algorithm::hs256);
    auto        header = craft(key, R"({"alg":"HS256"} )", "x");  // 16 bytes: "...In0g"
    ASSERT_EQ(checked(header), "accepted");
    header[header.find('.') - 1] = 'h';
    EXPECT_EQ(checked(header), "malformed_token");
}

// CHECKS A4, A5 group 16
TEST(Jws, RefusesTheJsonSerialisation)
{
    auto const token = good_token();
    auto const one   = token.find('.');
    auto const two   = token.rfind('.');
    auto const flat  = R"({"protected":")" + token.substr(0, one) + R"(","payload":")" +
                      token.substr(one + 1, two - one - 1) + R"(","signature":")" + token.substr(two + 1) + "\"}";
    EXPECT_EQ(checked(flat), "malformed_token");
    EXPECT_EQ(checked(flat + "." + token), "malformed_token");
    EXPECT_EQ(checked(R"({"x":")" + token + "\"}"), "malformed_token");
}

// CHECKS A10
TEST(Jws, RefusesALongTokenBeforeReadingIt)
{
    auto const& key = signing_key(Algorithm::hs256);
    EXPECT_EQ(checked(std::string(8 * 1024 + 1, '.')), "token_too_large");
    EXPECT_EQ(checked(std::string(1024 * 1024, 'A')), "token_too_large");
    EXPECT_EQ(checked(std::string(100 * 1024 * 1024, '.')), "token_too_large");
    EXPECT_EQ(checked(*sign_payload(std::string(5900, 'x'), key)), "accepted");
    EXPECT_EQ(checked(*sign_payload(std::string(7000, 'x'), key)), "token_too_large");
    EXPECT_EQ(outcome(verify_payload(*sign_payload(std::string(7000, 'x'), key), set_of(key), 16 * 1024)), "accepted");
}

// CHECKS A6, A7, A8, A9; A5 groups 13, 19, 20
TEST(Jws, RefusesAHeaderThatIsNotOneStrictObject)
{
    auto const deep = [](std::size_t n) {
        return R"({"alg":"HS256","x":)" + std::string(n, '[') + std::string(n, ']') + "}";
    };
    for (auto const& header : {R"({"alg":"HS256","alg":"HS256"})"s,
                               R"({"alg":"HS256","\u0061lg":"none"})"s,
                               R"({"alg":"HS256","x":{"a":1,"a":1}})"s,
                               R"({"alg":"HS256"}x)"s,
                               R"({"alg":"HS256"}{})"s,
                               R"([{"alg":"HS256"}])"s,
                               R"("HS256")"s,
                               "null"s,
                               " "s,
                               R"({"alg":"HS256",})"s,
                               R"({"alg":"HS256"/**/})"s,
                               R"({"alg":"HS256","x":NaN})"s,
                               "\xEF\xBB\xBF{\"alg\":\"HS256\"}"s,
                               "{\"alg\":\"HS256\",\"x\":\"\xFF\"}"s,
                               R"({"alg":"HS256","x":"\ud800"})"s,
                               "{\"alg\":\"HS256\",\"x\":\"\n\"}"s,
                               R"({"alg":"HS256","x\u0000":1})"s,
                               "{\"alg\":\"HS256\"}\0"s,
                               R"({'alg':'HS256'})"s,
                               R"({"alg":"HS256","kid":1})"s,
                               R"({"alg":"HS256","kid":null})"s,
                               R"({"alg":"HS256","typ":["JWT"]})"s,
                               deep(8),
                               deep(1000),
                               deep(2000)})
        EXPECT_EQ(checked(craft(signing_key(Algorithm::hs256), header, "x")), "malformed_header") << header;
    EXPECT_EQ(checked(craft(signing_key(Algorithm::hs256), deep(7), "x")), "accepted");
}

TEST(Jws, SaysWhichMemberIsNotAString)
{
    auto const detail = [](std::string_view header) {
        auto const& key = signing_key(Algorithm::hs256);
        return detail_of(verify_payload(craft(key, header, "x"), set_of(key)));
    };
    EXPECT_EQ(detail(R"({"alg":"HS256","kid":1})"), "kid is not a string");
    EXPECT_EQ(detail(R"({"alg":"HS256","typ":1})"), "typ is not a string");
    EXPECT_EQ(detail(R"({"alg":1})"), "alg is missing or not a string");
    EXPECT_EQ(detail("{}"), "alg is missing or not a string");
}

TEST(Jws, RefusesAHeaderOfTooManyMembers)
{
    auto const with = [](int members) {
        std::string header = R"({"alg":"HS256")";
        for (int i = 1; i < members; ++i) header += ",\"m" + std::to_string(i) + "\":0";
        return checked(craft(signing_key(Algorithm::hs256), header + "}", "x"));
    };
    EXPECT_EQ(with(64), "accepted");
    EXPECT_EQ(with(65), "malformed_header");
}

TEST(Jws, SurvivesABombOnASmallStack)
{
    auto const  bomb = R"({"alg":"HS256","x":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
    auto const& key  = signing_key(Algorithm::hs256);
    auto const  text = craft(key, bomb, "x");
    EXPECT_EQ(outcome(verify_payload(text, set_of(key), 1024 * 1024)), "malformed_header");
}

// CHECKS A11
TEST(Jws, AcceptsWhiteSpaceAndUnknownNamesInTheHeader)
{
    auto const& key = signing_key(Algorithm::hs256);
    for (auto const* header : {" {\n\t\"alg\" : \"HS256\" }\r\n", R"({"alg":"HS256","unknown":{"a":[1,{}]},"":null})",
                               R"({"alg":"HS256","jti":"x","exp":1})", R"({"\u0061lg":"\u0048S256"})"})
        EXPECT_EQ(checked(craft(key, header, "x")), "accepted") << header;
}

// CHECKS A13; A5 group 1
TEST(Jws, RefusesAlgorithmsItDoesNotKnow)
{
    auto const& key = signing_key(Algorithm::hs256);
    for (auto const* alg :
         {R"("none")",  R"("None")",   R"("nOnE")",   R"("NONE")",        R"("none ")",     R"("")",
          "null",       "0",           "true",        R"(["HS256"])",     R"({"HS256":1})", R"("hs256")",
          R"("Hs256")", R"("HS256 ")", R"(" HS256")", R"("HS256\u0000")", R"("HS1")",       R"("ES521")",
          R"("PS1")",   R"("RS1")",    R"("ed448")",  R"("HS256,none")"})
        EXPECT_EQ(checked(craft(key, std::string(R"({"alg":)") + alg + "}", "x")), "algorithm_not_allowed") << alg;
    EXPECT_EQ(checked(craft(key, "{}", "x")), "algorithm_not_allowed");
    EXPECT_EQ(checked(craft(key, R"({"Alg":"HS256"})", "x")), "algorithm_not_allowed");
    // RFC 7515 A.5, in its two and three segments.
    EXPECT_EQ(checked("eyJhbGciOiJub25lIn0.e30."), "malformed_token");
    EXPECT_EQ(checked("eyJhbGciOiJub25lIn0.e30"), "malformed_token");
    EXPECT_EQ(checked("eyJhbGciOiJub25lIn0.e30.AA"), "algorithm_not_allowed");
}

// CHECKS A18: "alg" is the protected header's, wherever else one stands.
TEST(Jws, ReadsTheAlgorithmInTheProtectedHeaderOnly)
{
    auto const& key   = signing_key(Algorithm::hs256);
    auto const  claim = R"({"alg":"HS256"})"s;
    EXPECT_EQ(checked(craft(key, R"({"alg":"HS256"})", claim), key), "accepted");
    EXPECT_EQ(checked(craft(key, "{}", claim), key), "algorithm_not_allowed");
    EXPECT_EQ(checked(craft(key, R"({"header":{"alg":"HS256"}})", claim), key), "algorithm_not_allowed");
    EXPECT_EQ(checked(craft(key, R"({"alg":"none"})", claim), key), "algorithm_not_allowed");
    EXPECT_EQ(checked(craft(key, R"({"alg":"ES256","header":{"alg":"HS256"}})", claim), key), "algorithm_mismatch");

    auto const token = craft(key, R"({"kid":"key-1"})", "x");
    auto const one   = token.find('.');
    auto const two   = token.rfind('.');
    EXPECT_EQ(checked(R"({"protected":")" + token.substr(0, one) + R"(","header":{"alg":"HS256"},"payload":")" +
                          token.substr(one + 1, two - one - 1) + R"(","signature":")" + token.substr(two + 1) + "\"}",
                      key),
              "malformed_token");
}

// CHECKS A14: the key knows its algorithm, whatever the token says.
TEST(Jws, RefusesATokenThatNamesAnotherAlgorithmThanItsKey)
{
    for (auto const mine : kAll)
        for (auto const said : kAll) {
            auto const& key    = signing_key(mine);
            auto const  header = R"({"alg":")" + std::string(name(said)) + "\"}";
            EXPECT_EQ(checked(craft(key, header, "x"), key), mine == said ? "accepted" : "algorithm_mismatch");
        }
}

// CHECKS A16; A5 group 9, the labs of A45
TEST(Jws, IgnoresKeysThatATokenBringsAlong)
{
    auto const  mine     = SigningKey::generate(Algorithm::es256, "key-1");
    auto const& attacker = signing_key(Algorithm::es256);
    auto const  jwk      = *attacker.verification_key().to_jwk();
    for (auto const& extra :
         {",\"jwk\":" + jwk, R"(,"jku":"http://127.0.0.1:1/jwks")"s, R"(,"x5u":"http://127.0.0.1:1/x")"s,
          R"(,"x5c":["MIIB"])"s, R"(,"x5t":"AAAA")"s, R"(,"x5t#S256":"AAAA")"s}) {
        auto const header = R"({"alg":"ES256","kid":"key-1")" + extra + "}";
        EXPECT_EQ(outcome(verify_payload(craft(attacker, header, "x"), set_of(*mine))), "bad_signature") << header;
        EXPECT_EQ(outcome(verify_payload(craft(*mine, header, "x"), set_of(*mine))), "accepted") << header;
    }
}

// CHECKS A17; A5 groups 11 and 12
TEST(Jws, RefusesEveryCritAndB64)
{
    for (auto const* extra :
         {R"("crit":["exp"],"exp":1)", R"("crit":[])", R"("crit":["alg"])", R"("crit":"b64")", R"("crit":null)",
          R"("crit":["x","x"],"x":1)", R"("crit":["absent"])", R"("crit":["b64"],"b64":false)", R"("b64":false)",
          R"("b64":true)", R"("crit":{})", R"("crit":[1])"})
        EXPECT_EQ(checked(craft(signing_key(Algorithm::hs256), std::string(R"({"alg":"HS256",)") + extra + "}", "x")),
                  "unsupported_critical")
            << extra;
}

// CHECKS A19; A5 group 10
TEST(Jws, LooksAKidUpAndDoesNothingElseWithIt)
{
    auto const& key = signing_key(Algorithm::hs256);
    for (auto const* kid :
         {"../../dev/null", "' OR 1=1--", "http://127.0.0.1:1/", "key-1\\u0000", "KEY-1", "key-1 ", "key", "%6bey-1"})
        EXPECT_EQ(checked(craft(key, R"({"alg":"HS256","kid":")" + std::string(kid) + "\"}", "x")), "unknown_key")
            << kid;
    EXPECT_EQ(checked(craft(key, R"({"alg":"HS256","kid":")" + std::string(128, 'k') + "\"}", "x")), "unknown_key");
    EXPECT_EQ(checked(craft(key, R"({"alg":"HS256","kid":")" + std::string(129, 'k') + "\"}", "x")),
              "malformed_header");
    EXPECT_EQ(outcome(verify_payload(craft(key, R"({"alg":"HS256","kid":")" + std::string(1 << 20, 'k') + "\"}", "x"),
                                     set_of(key), 4 << 20)),
              "malformed_header");
}

// CHECKS A5, A37: a changed bit anywhere is found, and nothing comes out.
TEST(Jws, RefusesATokenWithAnyBitChanged)
{
    for (auto const algorithm : kAll) {
        auto const& key       = signing_key(algorithm);
        auto const  input     = base64url::encode(header_of(key)) + "." + base64url::encode("payload"s);
        auto const  signature = KeyAccess::of(key).sign(input);
        for (std::size_t bit = 0; bit < signature.size() * 8; bit += 7) {
            auto bad     = signature;
            bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ 1 << bit % 8);
            EXPECT_EQ(checked(input + "." + base64url::encode(bad), key), "bad_signature") << name(algorithm) << bit;
        }
        EXPECT_EQ(checked(base64url::encode(header_of(key)) + "." + base64url::encode("Payload"s) + "." +
                              base64url::encode(signature),
                          key),
                  "bad_signature");
        EXPECT_EQ(checked(base64url::encode(header_of(key, " ")) + "." + base64url::encode("payload"s) + "." +
                              base64url::encode(signature),
                          key),
                  "bad_signature");
    }
}

// A5 groups 6, 7, 8; CHECKS A23, A24
TEST(Jws, RefusesASignatureOfAnotherLength)
{
    for (auto const algorithm : kAll) {
        auto const& key       = signing_key(algorithm);
        auto const  input     = base64url::encode(header_of(key)) + "." + base64url::encode("payload"s);
        auto const  signature = KeyAccess::of(key).sign(input);
        for (auto const& bad :
             {signature.substr(0, 1), signature.substr(0, 4), signature.substr(1),
              signature.substr(0, signature.size() - 1), signature.substr(0, signature.size() / 2), signature + '\0',
              '\0' + signature, signature + signature, std::string(32, '\0') + signature, std::string(3000, '\x01')})
            EXPECT_EQ(checked(input + "." + base64url::encode(bad), key), "bad_signature") << name(algorithm);
    }
}

TEST(Jws, VerifiesOnManyThreadsAtOnce)
{
    for (auto const algorithm : kAll) {
        auto const&              key   = signing_key(algorithm);
        auto const               keys  = set_of(key);
        auto const               good  = good_token(algorithm);
        auto const               bad   = good_token(algorithm) + "AAAA";
        std::atomic<int>         wrong = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i < 20; ++i)
            threads.emplace_back([&] {
                for (int n = 0; n < 20; ++n) {
                    wrong += outcome(verify_payload(good, keys)) != "accepted";
                    wrong += outcome(verify_payload(bad, keys)) != "bad_signature";
                    wrong += outcome(verify_payload(*sign_payload("mine", key), keys)) != "accepted";
                }
            });
        for (auto& thread : threads) thread.join();
        EXPECT_EQ(wrong, 0) << name(algorithm);
    }
}

}  // namespace
}  // namespace jose
