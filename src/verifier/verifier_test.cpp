#include "signet/verifier.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <thread>

#include "jose/jose.hpp"
#include "jose/test_tokens.hpp"
#include "verifier/fetch_log.hpp"
#include "verifier/key_server.hpp"

namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using jose::Algorithm;
using jose::Errc;
using signet::FetchLog;
using signet::KeyServer;
using signet::Verifier;

jose::Time now()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

jose::SigningKey new_key(std::string_view kid, Algorithm algorithm = Algorithm::es256)
{
    return *jose::SigningKey::generate(algorithm, kid);
}

std::string published(std::vector<jose::VerificationKey> keys)
{
    return *jose::KeySet::from(std::move(keys))->to_json();
}

// An issuer with one key, and a verifier that trusts it.
class VerifierTest : public testing::Test {
protected:
    VerifierTest() { server.answer_ok(published({key.verification_key()})); }

    signet::VerifierOptions options()
    {
        return {.issuer                       = server.issuer(),
                .audience                     = "notes",
                .realm                        = "notes",
                .allow_plain_http_on_loopback = true,
                .refetch_cooldown             = 0s,
                .on_fetch                     = log.recorder()};
    }

    jose::Claims claims() const
    {
        jose::Claims claims;
        claims.issuer(server.issuer()).subject("ann").audience("notes").token_id("t1");
        claims.issued_at(now()).expires_at(now() + 10min).set("client_id", "signet");
        claims.set("sid", "s1").set("email", "ann@example.com").set("name", "Ann").set("scope", " read  write ");
        claims.set("roles", std::vector<std::string>{"viewer", "admin"});
        return claims;
    }

    std::string bearer(jose::Claims const& claims, std::string_view type = "at+jwt") const
    {
        return "Bearer " + *jose::sign(claims, key, type);
    }

    Errc cause(std::string_view authorization) const
    {
        auto const who = verifier->verify(authorization);
        if (who) {
            ADD_FAILURE() << "accepted";
            return Errc{255};
        }
        EXPECT_EQ(who.error().status, 401);
        EXPECT_EQ(who.error().error, "invalid_token");
        return who.error().cause;
    }

    FetchLog                  log;
    KeyServer                 server;
    jose::SigningKey          key = new_key("k1");
    std::unique_ptr<Verifier> verifier;

    void start() { verifier = *Verifier::start(options(), 10s); }
};

TEST_F(VerifierTest, TellsWhoARequestSpeaksFor)
{
    start();
    auto const who = verifier->verify(bearer(claims()));
    ASSERT_TRUE(who) << who.error().description;
    EXPECT_EQ(who->user_id(), "ann");
    EXPECT_EQ(who->session_id(), "s1");
    EXPECT_EQ(who->email(), "ann@example.com");
    EXPECT_EQ(who->name(), "Ann");
    EXPECT_EQ(who->client_id(), "signet");
    EXPECT_EQ(who->token_id(), "t1");
    EXPECT_EQ(who->key_id(), "k1");
    EXPECT_EQ(who->algorithm(), Algorithm::es256);
    EXPECT_TRUE(who->has_role("admin"));
    EXPECT_FALSE(who->has_role("adm"));
    EXPECT_TRUE(std::ranges::equal(who->scopes(), std::array{"read"sv, "write"sv}));
    EXPECT_TRUE(who->has_scope("write"));
    EXPECT_EQ(who->expires_at() - who->issued_at(), 10min);
}

TEST_F(VerifierTest, NeedsNoMoreThanTheClaimsOfRfc9068)
{
    start();
    jose::Claims bare;
    bare.issuer(server.issuer()).subject("ann").audience("notes").token_id("t1").set("client_id", "signet");
    bare.issued_at(now()).expires_at(now() + 10min);
    auto const who = verifier->verify(bearer(bare));
    ASSERT_TRUE(who) << who.error().description;
    EXPECT_TRUE(who->roles().empty());
    EXPECT_TRUE(who->email().empty());
}

TEST_F(VerifierTest, AsksForATokenWhereThereIsNone)
{
    start();
    for (auto const* header : {"", "Basic YTpi", "Bearer", "Bearer  "}) {
        auto const who = verifier->verify(header);
        ASSERT_FALSE(who);
        EXPECT_EQ(who.error().status, 401);
        EXPECT_EQ(who.error().error, "");
        EXPECT_EQ(who.error().www_authenticate(), "Bearer realm=\"notes\"");
    }
}

TEST_F(VerifierTest, RefusesWhatIsNoToken)
{
    start();
    auto const good = bearer(claims());
    for (auto const& twice :
         std::vector<std::string>{good + " a.b.c", good + ",Bearer a.b.c", good + ", realm=x", "Bearer a b"})
        EXPECT_EQ(cause(twice), Errc::malformed_token) << twice;
    for (auto const header : {"Bearer a.b\0c"sv, "Bearer a.b\r\nc"sv, "Bearer \"a.b.c\""sv, "Bearer a.\xC3\xA4.c"sv})
        EXPECT_EQ(cause(header), Errc::malformed_token) << header;
    EXPECT_EQ(cause("Bearer a.b"), Errc::malformed_token);
    EXPECT_EQ(cause("Bearer " + std::string(20'000, 'a')), Errc::malformed_token);
    EXPECT_EQ(cause("Bearer " + std::string(10'000, 'a')), Errc::token_too_large);
}

TEST_F(VerifierTest, RefusesAForgedToken)
{
    start();
    auto header                   = bearer(claims());
    header[header.rfind('.') + 5] = header[header.rfind('.') + 5] == 'A' ? 'B' : 'A';
    EXPECT_EQ(cause(header), Errc::bad_signature);
    EXPECT_EQ(cause("Bearer " + *jose::sign(claims(), new_key("k1"), "at+jwt")), Errc::bad_signature);
}

TEST_F(VerifierTest, RefusesAnAlgorithmThatIsNotTheKeys)
{
    start();
    auto const eddsa = new_key("k1", Algorithm::eddsa);
    EXPECT_EQ(cause("Bearer " + *jose::sign(claims(), eddsa, "at+jwt")), Errc::algorithm_mismatch);
    auto const hmac = new_key("k1", Algorithm::hs256);
    EXPECT_EQ(cause("Bearer " + *jose::sign(claims(), hmac, "at+jwt")), Errc::algorithm_not_allowed);
}

TEST_F(VerifierTest, RefusesATokenForSomebodyElse)
{
    start();
    EXPECT_EQ(cause(bearer(claims().audience("not"))), Errc::audience_mismatch);
    EXPECT_EQ(cause(bearer(claims().issuer(server.issuer() + "/"))), Errc::issuer_mismatch);
}

// CHECKS A34, A35
TEST_F(VerifierTest, RefusesEveryOtherTypeOfToken)
{
    start();
    for (auto const* type : {"JWT", "dpop+jwt", "logout+jwt", "secevent+jwt", "at+jwt+x"})
        EXPECT_EQ(cause(bearer(claims(), type)), Errc::type_mismatch) << type;
}

TEST_F(VerifierTest, RefusesATokenOutsideItsTime)
{
    start();
    EXPECT_EQ(cause(bearer(claims().expires_at(now() - 31s))), Errc::expired);
    EXPECT_EQ(cause(bearer(claims().not_before(now() + 60s))), Errc::not_yet_valid);
    EXPECT_EQ(cause(bearer(claims().issued_at(now() + 60s))), Errc::issued_in_the_future);
    EXPECT_TRUE(verifier->verify(bearer(claims().expires_at(now() - 10s)))) << "within the skew";
}

// CHECKS A35
TEST_F(VerifierTest, RefusesATokenWithoutTheClaimsOfRfc9068)
{
    start();
    for (std::string_view const missing : {"sub", "client_id", "jti"})
        EXPECT_EQ(cause(bearer(claims().set(missing, ""))), Errc::missing_claim) << missing;
    jose::Claims timeless;
    timeless.issuer(server.issuer()).subject("ann").audience("notes").token_id("t1").set("client_id", "signet");
    EXPECT_EQ(cause(bearer(timeless)), Errc::missing_claim);
    EXPECT_EQ(cause(bearer(timeless.expires_at(now() + 10min))), Errc::missing_claim);
}

// CHECKS A36: what a client does by itself is done by no user.
TEST_F(VerifierTest, TakesNoClientForAUser)
{
    start();
    EXPECT_EQ(cause(bearer(claims().subject("signet"))), Errc::missing_claim);
    EXPECT_EQ(cause(bearer(claims().set("client_id", "ann"))), Errc::missing_claim);
}

TEST_F(VerifierTest, RefusesClaimsOfAnotherTypeThanTheyMustHave)
{
    start();
    EXPECT_EQ(cause(bearer(claims().set("roles", "admin"))), Errc::wrong_claim_type);
    EXPECT_EQ(cause(bearer(claims().set_json("roles", R"(["viewer",1])"))), Errc::wrong_claim_type);
    EXPECT_EQ(cause(bearer(claims().set("email", true))), Errc::wrong_claim_type);
    EXPECT_EQ(cause(bearer(claims().set_json("scope", "[]"))), Errc::wrong_claim_type);
    EXPECT_EQ(cause(bearer(claims().set("sid", std::int64_t{7}))), Errc::wrong_claim_type);
}

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
