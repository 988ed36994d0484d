#include "core/refresh.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "core/accounts.hpp"
#include "core/logout.hpp"
#include "core/refresh_refusals.hpp"
#include "core/refresh_token.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using testing::origin;
using testing::World;

struct Refresh : ::testing::Test {
    World       world;
    SessionId   session;
    std::string first;  // refresh token of generation 0

    void SetUp() override
    {
        world.add_user();
        auto const grant = world.sign_in();
        ASSERT_TRUE(grant);
        session = grant->session;
        first   = grant->refresh.reveal();
    }

    Result<SessionGrant> use(std::string_view token, Origin const& from = origin())
    {
        return refresh(world.ports, {.token = SecretString{token}, .origin = from});
    }
    std::string token_of(std::uint64_t generation)
    {
        return std::string{make_refresh_token(world.token_secret, {session, generation}).reveal()};
    }
    bool is_revoked()
    {
        auto const name = session.text();
        return world.revocations.find(revocation::TokenKeys::of({.session_id = name, .issued_at = {}})) ==
               revocation::Kind::session;
    }
    Session& row() { return world.stores.memory().sessions.at(session); }
};

TEST_F(Refresh, RotatesANewSessionAndAnswersWithItsSuccessor)
{
    auto const grant = use(first);
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->refresh.reveal(), token_of(1));
    EXPECT_EQ(grant->session, session);
    EXPECT_EQ(grant->user.email.key(), "ann@example.com");
    EXPECT_TRUE(grant->device_token.empty());
    EXPECT_FALSE(grant->access.text.empty());
    EXPECT_EQ(row().generation, 1U);
    EXPECT_EQ(row().rotated_at, world.clock.now());
}

TEST_F(Refresh, AnswersWithAnAccessTokenAloneSoonAfterARotation)
{
    ASSERT_TRUE(use(first));
    world.clock.advance(59s);
    auto const deeds = world.stores.memory().deeds;
    auto const grant = use(token_of(1));
    ASSERT_TRUE(grant);
    EXPECT_TRUE(grant->refresh.empty());
    EXPECT_EQ(row().generation, 1U);
    EXPECT_EQ(world.stores.memory().deeds, deeds + 1) << "one read, no write";
}

// CHECKS B34, B37: a lost answer, or the other tab.
TEST_F(Refresh, GivesTheSameSuccessorToARepeatedToken)
{
    ASSERT_TRUE(use(first));
    world.clock.advance(29'999ms);
    for (int i = 0; i < 3; ++i) {
        auto const grant = use(first);
        ASSERT_TRUE(grant);
        EXPECT_EQ(grant->refresh.reveal(), token_of(1));
    }
    EXPECT_EQ(row().generation, 1U);
}

// CHECKS B36
TEST_F(Refresh, EndsTheSessionWhenASupersededTokenComesBackTooLate)
{
    ASSERT_TRUE(use(first));
    world.clock.advance(30s);
    auto const theft = use(first);
    ASSERT_FALSE(theft);
    EXPECT_EQ(theft.error().code, Errc::invalid_grant);
    EXPECT_EQ(theft.error().detail, "generation 0 after 1");
    EXPECT_EQ(row().end_reason, EndReason::refresh_reuse);
    EXPECT_EQ(world.count(AuditEvent::refresh_reuse), 1U);
    EXPECT_TRUE(is_revoked()) << "its access tokens die too";

    auto const owner = use(token_of(1));
    ASSERT_FALSE(owner);
    EXPECT_EQ(owner.error().code, Errc::invalid_grant);
    EXPECT_EQ(world.count(AuditEvent::refresh_reuse), 1U);
}

// CHECKS B38: A rotates, B replays the old one, A uses the new one. B35: the replay after that still gets the successor
// (docs/decisions/0001).
TEST_F(Refresh, SurvivesThePingPongOfTabs)
{
    ASSERT_TRUE(use(first));
    world.clock.advance(2s);
    ASSERT_TRUE(use(first));
    world.clock.advance(2s);
    ASSERT_TRUE(use(token_of(1)));
    world.clock.advance(2s);
    ASSERT_TRUE(use(first));
    EXPECT_FALSE(row().ended_at);
    EXPECT_EQ(row().generation, 1U);
}

// CHECKS B33
TEST_F(Refresh, GivesOneSuccessorTo200ParallelUsesOfOneToken)
{
    constexpr int         kThreads = 8;
    constexpr int         kEach    = 25;
    std::mutex            mutex;
    std::set<std::string> answers;
    int                   refused = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < kThreads; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < kEach; ++i) {
                    auto const            grant = use(first);
                    std::lock_guard const lock{mutex};
                    if (grant)
                        answers.emplace(grant->refresh.reveal());
                    else
                        ++refused;
                }
            });
    }
    EXPECT_EQ(refused, 0);
    EXPECT_EQ(answers, std::set<std::string>{token_of(1)});
    EXPECT_EQ(row().generation, 1U);
    EXPECT_FALSE(row().ended_at);
}

TEST_F(Refresh, RefusesAForgedTokenWithoutStorage)
{
    auto const deeds  = world.stores.memory().deeds;
    auto       forged = first;
    forged[40]        = forged[40] == 'A' ? 'B' : 'A';
    for (auto const& text : {forged, std::string{}, std::string{"srt_"}, first + "A", "x" + first}) {
        auto const grant = use(text);
        ASSERT_FALSE(grant) << text;
        EXPECT_EQ(grant.error().code, Errc::invalid_grant);
    }
    EXPECT_EQ(world.stores.memory().deeds, deeds);
}

TEST_F(Refresh, RefusesATokenOfASessionThatIsNotThere)
{
    auto const other = make_refresh_token(world.token_secret, {SessionId::make(world.clock.now(), world.random), 0});
    auto const grant = use(other.reveal());
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().code, Errc::invalid_grant);
}

// CHECKS B31: what the token names is under its MAC, and all it is bound to is the session's.
TEST_F(Refresh, IsOfOneSessionAndItsUserOnly)
{
    auto const bob   = world.add_user("bob@example.com");
    auto const other = world.sign_in(testing::kPassword, {}, "bob@example.com");
    ASSERT_TRUE(other);
    auto const grant = use(other->refresh.reveal());
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->user.id, bob.id);
    EXPECT_EQ(row().generation, 0U) << "ann's session is not touched";

    // bob's token with ann's session in it: "srt_", a version, the session's 16 bytes, …
    auto spliced = std::string{other->refresh.reveal()};
    spliced.replace(4, 20, first.substr(4, 20));
    auto const refused = use(spliced);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::invalid_grant);
    EXPECT_FALSE(row().ended_at) << "a forged token ends nothing";
}

TEST_F(Refresh, DoesNotRotateWithoutAnAccessTokenToAnswerWith)
{
    Keyring const empty{world.stores.signing_keys(), world.master_key, world.settings, world.clock, world.random};
    Ports const   without{.clock            = world.clock,
                          .random           = world.random,
                          .users            = world.stores.users(),
                          .sessions         = world.stores.sessions(),
                          .attempts         = world.stores.attempts(),
                          .audit            = world.stores.audit(),
                          .passwords        = world.passwords,
                          .keyring          = empty,
                          .token_secret     = world.token_secret,
                          .revocation_log   = world.stores.revocations(),
                          .revocations      = world.revocations,
                          .verifiers        = world.stores.verifiers(),
                          .receivers        = world.stores.receivers(),
                          .refresh_refusals = world.refresh_refusals,
                          .sign_ins         = world.sign_ins,
                          .settings         = world.settings};
    auto const    grant = refresh(without, {.token = SecretString{first}, .origin = origin()});
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().code, Errc::unavailable);
    EXPECT_EQ(row().generation, 0U);
}

// CHECKS B32, C24: thirty days unused, a hundred and eighty in all.
TEST_F(Refresh, NeverExtendsTheAbsoluteLimit)
{
    EXPECT_EQ(row().expires_at, row().created_at + 180 * 24h);
    auto const absolute   = row().expires_at;
    auto       generation = 0U;
    while (world.clock.now() + 20 * 24h < absolute) {
        world.clock.advance(20 * 24h);
        auto const grant = use(token_of(generation));
        ASSERT_TRUE(grant);
        EXPECT_LE(grant->session_expires_at, absolute);
        ++generation;
    }
    EXPECT_EQ(row().expires_at, absolute);
    EXPECT_EQ(row().idle_expires_at, absolute);

    world.clock.set(absolute);
    auto const late = use(token_of(generation));
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error().code, Errc::invalid_grant);
}

// CHECKS C24
TEST_F(Refresh, RefusesAfterTheIdleLimit)
{
    world.clock.advance(30 * 24h);
    auto const grant = use(first);
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().code, Errc::invalid_grant);
    EXPECT_EQ(grant.error().detail, "expired");
}

// CHECKS B41
TEST_F(Refresh, RefusesAfterSignOutAndAfterDisabling)
{
    ASSERT_TRUE(logout(world.ports, first, origin()));
    EXPECT_EQ(use(first).error().code, Errc::invalid_grant);

    auto const second = world.sign_in();
    ASSERT_TRUE(second);
    ASSERT_TRUE(disable_user(world.ports, "ann@example.com"));
    EXPECT_EQ(use(second->refresh.reveal()).error().code, Errc::invalid_grant);
}

TEST_F(Refresh, EndsASessionWhoseUserWasDisabledBehindItsBack)
{
    world.stores.memory().users.at("ann@example.com").disabled_at = world.clock.now();
    auto const grant                                              = use(first);
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().code, Errc::invalid_grant);
    EXPECT_EQ(row().end_reason, EndReason::account_disabled);
}

// CHECKS B39
TEST_F(Refresh, SaysUnavailableAndNotRefusedWhenStorageFails)
{
    world.stores.memory().failing = true;
    auto const grant              = use(first);
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().code, Errc::unavailable);
    world.stores.memory().failing = false;
    EXPECT_TRUE(use(first)) << "nothing was lost";
}

TEST_F(Refresh, TakesANewSigningKeyIntoUseForOldSessions)
{
    auto const kid = world.keyring.rotate_now();  // CHECKS B40
    ASSERT_TRUE(kid);
    auto const grant = use(first);
    ASSERT_TRUE(grant);
    EXPECT_TRUE(Authenticator{world.ports}.authenticate(grant->access.text));
    EXPECT_EQ(world.keyring.current()->signing->kid(), *kid);
}

// What an operator asks when somebody was signed out.
TEST_F(Refresh, CountsEachRefusalByItsReason)
{
    auto const counted = [&](RefreshRefusal why) { return world.ports.refresh_refusals.count(why); };
    EXPECT_FALSE(use("srt_forged"));
    EXPECT_FALSE(use(make_refresh_token(world.token_secret, {SessionId{}, 0}).reveal()));
    EXPECT_FALSE(use(token_of(7)));
    EXPECT_FALSE(use(first));
    auto const again = world.sign_in().value();
    world.clock.advance(200 * 24h);
    EXPECT_FALSE(use(again.refresh.reveal()));
    auto const third                                              = world.sign_in().value();
    world.stores.memory().users.at("ann@example.com").disabled_at = world.clock.now();
    EXPECT_FALSE(use(third.refresh.reveal()));
    using enum RefreshRefusal;
    for (auto const why : {forged, unknown_session, reuse, ended, expired, account_disabled})
        EXPECT_EQ(counted(why), 1U) << name(why);
    EXPECT_EQ(counted(missing) + counted(replays_elsewhere), 0U);
}

// CHECKS E34: failures are in the audit log with their reason; what anybody can send without end is only counted.
TEST_F(Refresh, TellsARefusalThatChangesNothingOnce)
{
    auto const rows = [&] { return world.count(AuditEvent::refresh_refused); };
    ASSERT_TRUE(logout(world.ports, first, origin()));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(use(first));
    EXPECT_EQ(rows(), 1U);
    auto const& row = world.stores.memory().audit.back();
    EXPECT_EQ(row.detail, "ended");
    EXPECT_EQ(row.session, session);
    EXPECT_EQ(row.origin.address.text, origin().address.text);

    auto const again = world.sign_in().value();
    world.clock.advance(200 * 24h);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(use(again.refresh.reveal()));
    EXPECT_EQ(world.stores.memory().audit.back().detail, "expired");
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(use(make_refresh_token(world.token_secret, {SessionId{}, 0}).reveal()));
    EXPECT_EQ(world.stores.memory().audit.back().detail, "unknown_session");
    EXPECT_EQ(rows(), 3U);

    auto const all = world.stores.memory().audit.size();
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(use("srt_forged" + std::to_string(i)));
    EXPECT_EQ(world.stores.memory().audit.size(), all) << "forged tokens cost no row";
}

TEST_F(Refresh, SaysUnavailableWhenARefusalCannotBeTold)
{
    ASSERT_TRUE(logout(world.ports, first, origin()));
    world.stores.memory().failing_after = world.stores.memory().deeds + 1;  // the session is found still
    EXPECT_EQ(use(first).error().code, Errc::unavailable);
}

TEST_F(Refresh, RotatesAtEveryUseWhenTheWindowIsZero)
{
    world.settings.sessions.refresh_window = 0ms;
    for (std::uint64_t generation = 0; generation < 5; ++generation) {
        auto const grant = use(token_of(generation));
        ASSERT_TRUE(grant);
        EXPECT_EQ(grant->refresh.reveal(), token_of(generation + 1));
    }
    auto const theft = use(token_of(4));
    ASSERT_FALSE(theft);
    EXPECT_EQ(row().end_reason, EndReason::refresh_reuse);
}

// ---- replays from elsewhere ----

struct RefreshElsewhere : Refresh {
    // The owner rotates, and `thief` replays in time.
    Result<SessionGrant> rotate_and_replay(std::uint64_t generation, Origin const& thief)
    {
        world.clock.advance(60s);
        EXPECT_TRUE(use(token_of(generation)));
        world.clock.advance(1s);
        return use(token_of(generation), thief);
    }
};

TEST_F(RefreshElsewhere, EndsTheSessionAtTheThirdGenerationInARow)
{
    auto const thief = origin("198.51.100.9", "Robot/1");
    EXPECT_TRUE(rotate_and_replay(0, thief));
    EXPECT_TRUE(use(token_of(0), thief)) << "one generation counts once";
    EXPECT_TRUE(rotate_and_replay(1, thief));
    auto const third = rotate_and_replay(2, thief);
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, Errc::invalid_grant);
    EXPECT_EQ(row().end_reason, EndReason::replays_elsewhere);
    EXPECT_EQ(world.count(AuditEvent::refresh_replayed_elsewhere), 3U);
    EXPECT_TRUE(is_revoked());
}

TEST_F(RefreshElsewhere, StartsAnewAfterAGenerationWithoutOne)
{
    auto const thief = origin("198.51.100.9", "Robot/1");
    EXPECT_TRUE(rotate_and_replay(0, thief));
    EXPECT_TRUE(rotate_and_replay(1, thief));
    EXPECT_TRUE(rotate_and_replay(2, origin()));
    EXPECT_TRUE(rotate_and_replay(3, thief));
    EXPECT_TRUE(rotate_and_replay(4, thief));
    EXPECT_FALSE(row().ended_at);
}

TEST_F(RefreshElsewhere, DoesNotCountAnotherNetworkOrAnotherProgramAlone)
{
    for (std::uint64_t generation = 0; generation < 8; ++generation) {
        auto const from = generation % 2 == 0 ? origin("198.51.100.9") : origin("192.0.2.7", "Browser/2");
        EXPECT_TRUE(rotate_and_replay(generation, from));
    }
    EXPECT_FALSE(row().ended_at);
    EXPECT_EQ(world.count(AuditEvent::refresh_replayed_elsewhere), 0U);
}

}  // namespace
}  // namespace signet::core
