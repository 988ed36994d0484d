// The verifier and what its issuer revokes.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>
#include <thread>

#include "base/uuid.hpp"
#include "jose/jose.hpp"
#include "verifier/feed_server.hpp"
#include "verifier/fetch_log.hpp"
#include "verifier/state_log.hpp"

namespace signet {
namespace {

using namespace std::chrono_literals;
using revocation::Kind;

class VerifierRevocations : public ::testing::Test {
protected:
    static jose::Time now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

    VerifierRevocations()
    {
        issuer.publish(*jose::KeySet::from({key.verification_key()})->to_json());
        issuer.beat_every(200ms);
    }

    VerifierOptions options()
    {
        return {.issuer                       = issuer.issuer(),
                .audience                     = "notes",
                .credential                   = FeedServer::kCredential,
                .realm                        = "notes",
                .allow_plain_http_on_loopback = true,
                .refetch_cooldown             = 0s,
                .on_state                     = states.recorder()};
    }
    void start(VerifierOptions wanted)
    {
        verifier = *Verifier::start(std::move(wanted), 30s);
        ASSERT_TRUE(verifier->ready());
    }
    void start() { start(options()); }

    std::string bearer(std::string_view session, jose::Time issued)
    {
        jose::Claims claims;
        claims.issuer(issuer.issuer()).subject("ann").audience("notes").token_id(Uuid::make(issued, random).text());
        claims.issued_at(issued).expires_at(issued + 10min).set("client_id", "web").set("sid", session);
        return "Bearer " + *jose::sign(claims, key, "at+jwt");
    }
    std::string bearer(std::string_view session) { return bearer(session, now()); }

    void revoke(Kind kind, std::string subject)
    {
        issuer.wait_for_confirmation(issuer.revoke(kind, std::move(subject)).sequence);
    }

    Refusal refused(std::string const& authorization)
    {
        auto const who = verifier->verify(authorization);
        EXPECT_FALSE(who);
        return who ? Refusal{.status = 0, .error = {}, .description = {}} : who.error();
    }

    SystemRandom              random;
    jose::SigningKey          key = *jose::SigningKey::generate(jose::Algorithm::es256, "k1");
    FeedServer                issuer;
    StateLog                  states;
    std::unique_ptr<Verifier> verifier;
};

TEST_F(VerifierRevocations, RefuseATokenOnceItsSessionHasEnded)
{
    start();
    auto const seen   = bearer("s1");
    auto const unseen = bearer("s1");
    auto const other  = bearer("s2");
    ASSERT_TRUE(verifier->verify(seen));
    ASSERT_TRUE(verifier->verify(other));
    revoke(Kind::session, "s1");
    for (auto const& token : {seen, unseen, seen}) {
        auto const refusal = refused(token);
        EXPECT_EQ(refusal.status, 401);
        EXPECT_EQ(refusal.error, "invalid_token");
        EXPECT_EQ(refusal.description, "The session has ended.");
        EXPECT_EQ(refusal.revoked, Revoked::session);
        EXPECT_EQ(refusal.www_authenticate(),
                  R"(Bearer realm="notes", error="invalid_token", error_description="The session has ended.")");
    }
    auto const who = verifier->verify(other);
    ASSERT_TRUE(who);
    EXPECT_TRUE(who->seen_before());
}

TEST_F(VerifierRevocations, RefuseWhateverKindOfThingWasRevoked)
{
    start();
    auto const token = bearer("s1");
    auto const id    = std::string{verifier->verify(token)->token_id()};
    struct Case {
        Kind        kind;
        std::string subject;
        Revoked     revoked;
        std::string description;
    };
    // Each behind the one before, so in the order in which they are looked at, from the last.
    for (auto const& [kind, subject, revoked, description] :
         {Case{Kind::everything, "*", Revoked::everything, "All tokens of that time have been revoked."},
          {Kind::client, "web", Revoked::client, "The client's tokens have been revoked."},
          {Kind::user, "ann", Revoked::user, "The account's tokens have been revoked."},
          {Kind::key, "k1", Revoked::key, "The key that signed the token has been revoked."},
          {Kind::token, id, Revoked::token, "The token has been revoked."},
          {Kind::session, "s1", Revoked::session, "The session has ended."}}) {
        revoke(kind, subject);
        auto const refusal = refused(token);
        EXPECT_EQ(refusal.revoked, revoked) << name(revoked);
        EXPECT_EQ(refusal.description, description);
    }
}

// CHECKS F 3
TEST_F(VerifierRevocations, RefuseByTimeToTheMillisecond)
{
    start();
    auto const entry = issuer.revoke(Kind::user, "ann");
    issuer.wait_for_confirmation(entry.sequence);
    EXPECT_EQ(refused(bearer("s1", entry.not_before)).revoked, Revoked::user);
    EXPECT_EQ(refused(bearer("s1", entry.not_before - 1ms)).revoked, Revoked::user);
    EXPECT_TRUE(verifier->verify(bearer("s1", entry.not_before + 1ms))) << "a sign-in right behind it";
}

TEST_F(VerifierRevocations, AreKnownFromBeforeTheStart)
{
    (void)issuer.revoke(Kind::session, "s1");
    start();
    EXPECT_EQ(refused(bearer("s1")).revoked, Revoked::session);
}

TEST_F(VerifierRevocations, RefuseEveryTokenUntilTheyAreKnown)
{
    issuer.answer_with(503);
    verifier = *Verifier::start(options(), 0ms);
    states.wait_for_problem("status 503");
    EXPECT_FALSE(verifier->ready());
    EXPECT_EQ(verifier->state(), State::starting);
    auto const refusal = refused(bearer("s1"));
    EXPECT_EQ(refusal.status, 503);
    EXPECT_EQ(refusal.retry_after, 1s);
    EXPECT_EQ(refusal.www_authenticate(), "");
    EXPECT_EQ(refused("").status, 401) << "who brings no token is told so";
    issuer.answer_with(0);
    states.wait_for(State::live);
    EXPECT_TRUE(verifier->ready());
    EXPECT_TRUE(verifier->verify(bearer("s1")));
}

TEST_F(VerifierRevocations, LetTheCallerDecideWhenTheyAreStale)
{
    auto brief           = options();
    brief.degraded_after = 2s;
    brief.stale_after    = 7s;
    start(brief);
    auto const token   = bearer("s1");
    auto const revoked = bearer("s2");
    revoke(Kind::session, "s2");
    issuer.freeze(1h);
    states.wait_for(State::degraded);
    EXPECT_TRUE(verifier->verify(token, WhenStale::fail_closed)) << "not yet";
    states.wait_for(State::stale);
    EXPECT_EQ(verifier->state(), State::stale);
    EXPECT_TRUE(verifier->verify(token)) << "the default";
    EXPECT_TRUE(verifier->verify(token, WhenStale::until_expiry));
    EXPECT_EQ(refused(revoked).revoked, Revoked::session) << "what is known is known";
    auto const who = verifier->verify(token, WhenStale::fail_closed);
    ASSERT_FALSE(who);
    EXPECT_EQ(who.error().status, 503);
    EXPECT_EQ(who.error().retry_after, 1s);
    EXPECT_TRUE(verifier->ready());
    issuer.freeze(0ms);
    states.wait_for([](auto const& report) { return report.before == State::stale; });
    EXPECT_TRUE(verifier->verify(token, WhenStale::fail_closed));
}

TEST_F(VerifierRevocations, FailClosedWhereThatIsTheDefault)
{
    auto strict           = options();
    strict.degraded_after = 2s;
    strict.stale_after    = 2500ms;
    strict.when_stale     = WhenStale::fail_closed;
    start(strict);
    issuer.freeze(1h);
    states.wait_for(State::stale);
    EXPECT_EQ(refused(bearer("s1")).status, 503);
    EXPECT_TRUE(verifier->verify(bearer("s1"), WhenStale::until_expiry));
    issuer.freeze(0ms);
}

TEST_F(VerifierRevocations, AreShownAsNumbers)
{
    start();
    revoke(Kind::session, "s1");
    revoke(Kind::user, "bob");
    auto const status = verifier->status();
    EXPECT_EQ(status.state, State::live);
    EXPECT_EQ(status.keys, 1U);
    EXPECT_EQ(status.sequence, 2U);
    EXPECT_EQ(status.entries, 2U);
    EXPECT_GT(status.bytes, 0U);
    EXPECT_LT(status.last_heard, 10s);
    EXPECT_EQ(status.reconnects, 0U);
    EXPECT_EQ(status.resyncs, 0U);
    EXPECT_TRUE(verifier->prometheus().contains("\nsignet_verifier_revocation_sequence 2\n"));
}

TEST_F(VerifierRevocations, MayBeIgnored)
{
    auto deaf        = options();
    deaf.credential  = {};
    deaf.revocations = Revocations::ignore;
    deaf.on_state    = {};
    start(deaf);
    (void)issuer.revoke(Kind::session, "s1");
    EXPECT_TRUE(verifier->verify(bearer("s1"), WhenStale::fail_closed));
    EXPECT_EQ(verifier->state(), State::live);
    EXPECT_EQ(verifier->status().keys, 1U);
    EXPECT_EQ(issuer.streams() + issuer.snapshots() + issuer.key_fetches(), 0U);
}

TEST_F(VerifierRevocations, NeedACredentialOrAWordThatTheyAreNotWanted)
{
    auto const detail = [&](auto const& change) {
        auto wrong = options();
        change(wrong);
        auto const started = Verifier::start(std::move(wrong), 0ms);
        EXPECT_FALSE(started);
        if (started) return std::string{"it started"};
        EXPECT_EQ(started.error().code, jose::Errc::contradictory_policy);
        return started.error().detail;
    };
    EXPECT_EQ(
        detail([](auto& o) { o.credential = {}; }),
        "what is revoked cannot be followed without a credential: make one with `signet verifier add NAME`, or say "
        "Revocations::ignore");
    EXPECT_EQ(detail([](auto& o) { o.revocations = Revocations::ignore; }),
              "there is a credential, and what is revoked is to be ignored");
    auto const ignore = [](auto& o) { o.credential = {}, o.revocations = Revocations::ignore; };
    EXPECT_EQ(detail([&](auto& o) { ignore(o); }), "on_state would never be called: what is revoked is to be ignored");
    EXPECT_EQ(detail([&](auto& o) { ignore(o), o.on_revoked = [](Revocation const&) {}; }),
              "on_revoked would never be called: what is revoked is to be ignored");
    for (auto const* wrong : {"two words", "line\r\nX-Evil: 1", "svc_\xC3\xBC", "svc_1\n"})
        EXPECT_EQ(detail([&](auto& o) { o.credential = wrong; }),
                  "the credential holds characters that no credential has");
    EXPECT_EQ(detail([](auto& o) { o.degraded_after = 1999ms; }), "degraded_after is not between 2 s and an hour");
    EXPECT_EQ(detail([](auto& o) { o.stale_after = o.degraded_after; }),
              "stale_after is not between degraded_after and a day");
    EXPECT_EQ(detail([](auto& o) { o.stale_after = 25h; }), "stale_after is not between degraded_after and a day");
    EXPECT_EQ(issuer.snapshots() + issuer.key_fetches(), 0U);
}

// CHECKS F 11: a revoked token is accepted 0 times after it was confirmed, whoever looks at it meanwhile.
TEST_F(VerifierRevocations, LetNoTokenThroughOnceTheyAreConfirmed)
{
    constexpr int            kSessions = 60;
    std::vector<std::string> tokens;
    for (int i = 0; i < kSessions; ++i) tokens.push_back(bearer("s" + std::to_string(i)));
    auto const innocent = bearer("innocent");
    start();
    std::atomic<int>          confirmed{0};
    std::atomic<long>         accepted{0};
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 4; ++caller)
        callers.emplace_back([&](std::stop_token const& stop) {
            for (std::size_t i = 0; !stop.stop_requested(); i = (i + 1) % tokens.size()) {
                auto const ended = confirmed.load();
                auto const who   = verifier->verify(tokens[i]);
                EXPECT_FALSE(who && static_cast<int>(i) < ended) << i;
                accepted += who ? 1 : 0;
                EXPECT_TRUE(verifier->verify(innocent));
            }
        });
    for (int i = 0; i < kSessions; ++i) {
        revoke(Kind::session, "s" + std::to_string(i));
        confirmed = i + 1;
    }
    callers.clear();
    EXPECT_GT(accepted, 0);
    for (auto const& token : tokens) EXPECT_EQ(refused(token).revoked, Revoked::session);
}

// CHECKS E27: another key signs at once, and no stranger delays that it is known.
TEST_F(VerifierRevocations, LearnAtOnceTheKeyThatComesAfterARevokedOne)
{
    FetchLog fetches;
    auto     wanted         = options();
    wanted.refetch_cooldown = 1h;
    wanted.on_fetch         = fetches.recorder();
    start(std::move(wanted));
    (void)fetches.report(0);
    auto const strangers = *jose::SigningKey::generate(jose::Algorithm::es256, "nobody's");
    EXPECT_FALSE(verifier->verify("Bearer " + *jose::sign(jose::Claims{}, strangers, "at+jwt")));
    (void)fetches.report(1);

    key = *jose::SigningKey::generate(jose::Algorithm::es256, "k2");
    issuer.publish(*jose::KeySet::from({key.verification_key()})->to_json());
    revoke(Kind::key, "k1");
    (void)fetches.report(2);
    EXPECT_TRUE(verifier->verify(bearer("s1")));
}

TEST_F(VerifierRevocations, AreToldToTheApplicationOnceTheyAreInForce)
{
    issuer.revoke(Kind::session, "s0");
    std::string const                             other             = "s2";
    std::atomic<bool>                             refused_when_told = false;
    std::promise<std::pair<Revoked, std::string>> told;
    auto                                          wanted = options();
    wanted.on_revoked                                    = [&](Revocation const& news) {
        if (news.subject == other) throw std::runtime_error("the application's own");
        refused_when_told = !verifier->verify(bearer("s1"));
        told.set_value({news.kind, std::string{news.subject}});
    };
    start(std::move(wanted));
    revoke(Kind::session, other);
    revoke(Kind::session, "s1");
    EXPECT_EQ(told.get_future().get(), (std::pair{Revoked::session, std::string{"s1"}}));
    EXPECT_TRUE(refused_when_told);
}

}  // namespace
}  // namespace signet
