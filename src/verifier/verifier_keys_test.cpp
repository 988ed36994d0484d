// The verifier and its issuer's keys: what it remembers, when it asks, what it forgets.
#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "jose/test_tokens.hpp"
#include "verifier/verifier_fixture.hpp"

namespace signet {
namespace {

using namespace std::string_view_literals;
using jose::Algorithm;
using jose::Errc;

// CHECKS A38
TEST_F(VerifierTest, ChecksTheSignatureOfATokenOnce)
{
    start();
    auto const header = bearer(claims());
    EXPECT_FALSE(verifier->verify(header)->seen_before());
    auto const again = verifier->verify(header);
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->seen_before());
    EXPECT_EQ(again->user_id(), "ann");
    auto forged                   = header;
    forged[forged.rfind('.') + 5] = forged[forged.rfind('.') + 5] == 'A' ? 'B' : 'A';
    EXPECT_EQ(cause(forged), Errc::bad_signature);
    EXPECT_TRUE(verifier->verify(header)->seen_before());
}

TEST_F(VerifierTest, ChecksEachTimeWhereNothingIsToBeRemembered)
{
    auto none              = options();
    none.remembered_tokens = 0;
    verifier               = *Verifier::start(none, 10s);
    auto const header      = bearer(claims());
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(verifier->verify(header)->seen_before());
}

TEST_F(VerifierTest, RefusesARememberedTokenOnceTheKeySetIsTooOld)
{
    auto brief          = options();
    brief.longest_stale = 3s;
    verifier            = *Verifier::start(brief, 10s);
    auto const header   = bearer(claims());
    ASSERT_TRUE(verifier->verify(header));
    ASSERT_TRUE(verifier->verify(header)->seen_before());
    auto who = verifier->verify(header);
    for (auto const end = std::chrono::steady_clock::now() + 30s; who && std::chrono::steady_clock::now() < end;)
        who = verifier->verify(header);
    ASSERT_FALSE(who);
    EXPECT_EQ(who.error().status, 503);
}

// CHECKS A40, A5 27
TEST_F(VerifierTest, ForgetsWhatAWithdrawnKeySigned)
{
    start();
    auto const header = bearer(claims());
    EXPECT_TRUE(verifier->verify(header));
    EXPECT_TRUE(verifier->verify(header)->seen_before());
    auto const next = new_key("k2");
    server.answer_ok(published({next.verification_key()}));
    EXPECT_EQ(cause("Bearer " + *jose::sign(claims(), next, "at+jwt")), Errc::unknown_key);
    (void)log.report(1);
    EXPECT_EQ(cause(header), Errc::unknown_key);
}

TEST_F(VerifierTest, LearnsANewKeyFromTheFirstTokenThatNamesIt)
{
    start();
    auto const next = new_key("k2");
    server.answer_ok(published({key.verification_key(), next.verification_key()}));
    auto const header = "Bearer " + *jose::sign(claims(), next, "at+jwt");

    EXPECT_EQ(cause(header), Errc::unknown_key);
    EXPECT_EQ(log.report(1).keys, 2U);
    EXPECT_TRUE(verifier->verify(header));
    EXPECT_TRUE(verifier->verify(bearer(claims())));
}

TEST_F(VerifierTest, RefusesAKeyThatTheIssuerWithdrew)
{
    start();
    auto const next = new_key("k2");
    server.answer_ok(published({next.verification_key()}));
    EXPECT_EQ(cause("Bearer " + *jose::sign(claims(), next, "at+jwt")), Errc::unknown_key);
    (void)log.report(1);
    EXPECT_EQ(cause(bearer(claims())), Errc::unknown_key);
}

// In a set of one key, a token without a kid is checked with it, and a key without one by whatever the token says.
TEST_F(VerifierTest, NamesTheKeyThatCheckedTheSignatureWhateverTheTokenSays)
{
    auto const key_id = [&](std::string const& header) {
        start();
        auto const who = verifier->verify("Bearer " + jose::test::craft(key, header, claims().to_json()));
        EXPECT_TRUE(who) << who.error().description;
        return who ? std::string{who->key_id()} : "refused";
    };
    EXPECT_EQ(key_id(R"({"alg":"ES256","typ":"at+jwt"})"), "k1");
    auto       nameless = published({key.verification_key()});
    auto const kid      = R"("kid":"k1",)"sv;
    ASSERT_TRUE(nameless.contains(kid)) << nameless;
    server.answer_ok(nameless.erase(nameless.find(kid), kid.size()));
    EXPECT_EQ(key_id(R"({"alg":"ES256","typ":"at+jwt","kid":"whatever"})"), "");
}

// CHECKS A16: nothing in a token makes the verifier ask anybody but its issuer.
TEST_F(VerifierTest, AsksNobodyWhomATokenNames)
{
    start();
    KeyServer  elsewhere;
    auto const attacker = new_key("k1");
    elsewhere.answer_ok(published({attacker.verification_key()}));
    auto const url = elsewhere.issuer() + "/jwks.json";
    for (auto const& extra :
         {"\"jku\":\"" + url + "\"", "\"x5u\":\"" + url + "\"", "\"jwk\":" + *attacker.verification_key().to_jwk(),
          "\"jku\":\"" + url + "\",\"x5u\":\"" + url + "\",\"x5c\":[\"MIIB\"],\"x5t\":\"AAAA\""}) {
        auto const header = R"({"alg":"ES256","kid":"k1","typ":"at+jwt",)" + extra + "}";
        EXPECT_TRUE(verifier->verify("Bearer " + jose::test::craft(key, header, claims().to_json()))) << header;
        EXPECT_EQ(cause("Bearer " + jose::test::craft(attacker, header, claims().to_json())), Errc::bad_signature);
    }
    verifier.reset();
    EXPECT_EQ(elsewhere.requests(), 0U);
    EXPECT_EQ(server.requests(), 1U);
}

// CHECKS A40: that a key is not there is known for a while.
TEST_F(VerifierTest, AsksOnceForAKeyThatIsNotThere)
{
    auto patient             = options();
    patient.refetch_cooldown = 1h;
    verifier                 = *Verifier::start(patient, 10s);
    auto const header        = "Bearer " + *jose::sign(claims(), new_key("k2"), "at+jwt");
    EXPECT_EQ(cause(header), Errc::unknown_key);
    (void)log.report(1);
    for (int i = 0; i < 50; ++i) EXPECT_EQ(cause(header), Errc::unknown_key);
    EXPECT_EQ(cause("Bearer " + *jose::sign(claims(), new_key("k3"), "at+jwt")), Errc::unknown_key);
    verifier.reset();
    EXPECT_EQ(server.requests(), 2U);
}

// CHECKS A16
TEST_F(VerifierTest, AsksNobodyForAnyTokenOfAKnownKey)
{
    start();
    for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(verifier->verify(bearer(claims())));
        (void)cause(bearer(claims().audience("x")));
    }
    verifier.reset();
    EXPECT_EQ(server.requests(), 1U);
}

TEST_F(VerifierTest, SaysThatItHasNoKeysYet)
{
    server.answer("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    verifier = *Verifier::start(options(), 0ms);
    EXPECT_FALSE(verifier->ready());
    auto const who = verifier->verify(bearer(claims()));
    ASSERT_FALSE(who);
    EXPECT_EQ(who.error().status, 503);
    EXPECT_EQ(verifier->verify("").error().status, 401);
}

TEST_F(VerifierTest, WaitsForItsFirstSetHoweverMuchPatienceItIsGiven)
{
    for (auto const patience :
         {std::chrono::milliseconds::max(), std::chrono::milliseconds{std::chrono::hours{24 * 365}}}) {
        verifier = *Verifier::start(options(), patience);
        EXPECT_TRUE(verifier->ready());
    }
    EXPECT_TRUE(Verifier::start(options(), std::chrono::milliseconds::min()));
}

TEST_F(VerifierTest, IsReadyOnceASetIsThere)
{
    start();
    EXPECT_TRUE(verifier->ready());
}

// CHECKS A44
TEST_F(VerifierTest, VerifiesOnManyThreadsWhileKeysRotate)
{
    start();
    auto const                next   = new_key("k2");
    auto const                both   = published({key.verification_key(), next.verification_key()});
    auto const                header = bearer(claims());
    auto const                other  = "Bearer " + *jose::sign(claims(), next, "at+jwt");
    std::vector<std::jthread> threads;
    server.answer_ok(both);
    for (int i = 0; i < 64; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 10; ++n) {
                EXPECT_TRUE(verifier->verify(header));
                (void)verifier->verify(other);
            }
        });
    threads.clear();
    (void)log.report(1);
    EXPECT_TRUE(verifier->verify(other));
}

TEST_F(VerifierTest, RefusesToStartWithOptionsThatCannotWork)
{
    using Change = std::function<void(signet::VerifierOptions&)>;
    for (auto const& change : std::to_array<Change>({
             [](auto& o) { o.issuer = "http://id.example.com"; },
             [](auto& o) { o.issuer = ""; },
             [](auto& o) { o.allow_plain_http_on_loopback = false; },
             [](auto& o) { o.audience = ""; },
             [](auto& o) { o.algorithms = {}; },
             [](auto& o) { o.algorithms = {Algorithm::es256, Algorithm::hs256}; },
             [](auto& o) { o.clock_skew = 1h; },
             [](auto& o) { o.clock_skew = -1s; },
             [](auto& o) { o.longest_stale = std::chrono::seconds::max(); },
             [](auto& o) { o.longest_stale = 0s; },
             [](auto& o) { o.longest_stale = std::chrono::seconds::min(); },
             [](auto& o) { o.refetch_cooldown = std::chrono::seconds::max(); },
             [](auto& o) { o.refetch_cooldown = -1s; },
             [](auto& o) { o.remembered_tokens = std::size_t{1} << 63; },
             [](auto& o) { o.remembered_tokens = SIZE_MAX; },
         })) {
        auto wrong = options();
        change(wrong);
        auto const started = Verifier::start(std::move(wrong), 0ms);
        ASSERT_FALSE(started);
        EXPECT_EQ(started.error().code, Errc::contradictory_policy);
    }
    EXPECT_EQ(server.requests(), 0U);
}

}  // namespace
}  // namespace signet
