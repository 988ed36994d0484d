#include "core/session_exchange.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/accounts.hpp"
#include "core/logout.hpp"
#include "core/refresh.hpp"
#include "core/refresh_refusals.hpp"
#include "core/session_cookie.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using testing::kPassword;
using testing::origin;
using testing::World;

struct SessionExchanges : ::testing::Test {
    World         world;
    Authenticator authenticator{world.ports};
    SessionId     session;
    std::string   cookie;

    void SetUp() override
    {
        world.add_user();
        auto const grant = sign_in();
        session          = grant.session;
        cookie           = grant.session_cookie.reveal();
    }
    SessionGrant sign_in()
    {
        auto grant = login(world.ports, {.email        = "ann@example.com",
                                         .password     = SecretString{kPassword},
                                         .device_token = {},
                                         .origin       = origin(),
                                         .keeping      = Keeping::session_cookie});
        EXPECT_TRUE(grant);
        return *std::move(grant);
    }
    Result<SessionGrant> use(std::string_view text, std::optional<Origin> from = std::nullopt)
    {
        return exchange_session(world.ports, {.cookie = SecretString{text}, .origin = std::move(from)});
    }
    Result<SessionGrant> use() { return use(cookie); }
    std::uint64_t        refusals(RefreshRefusal why) { return world.refresh_refusals.count(why); }
    Session&             row() { return world.stores.memory().sessions.at(session); }
};

TEST_F(SessionExchanges, ASignInThatIsKeptByACookieHasNoRefreshToken)
{
    auto const grant = sign_in();
    EXPECT_TRUE(grant.refresh.empty());
    EXPECT_TRUE(grant.session_cookie.reveal().starts_with("sst_"));
    EXPECT_EQ(grant.session_cookie.size(), 68U);
    EXPECT_EQ(grant.cookie_expires_at, world.clock.now() + world.settings.sessions.absolute_limit);
    EXPECT_FALSE(grant.device_token.empty());
    EXPECT_TRUE(world.sign_in()->session_cookie.empty()) << "and the other way round";
}

TEST_F(SessionExchanges, GiveAnAccessTokenOfTheSession)
{
    auto const grant = use();
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->session, session);
    EXPECT_TRUE(grant->refresh.empty());
    EXPECT_TRUE(grant->session_cookie.empty()) << "the browser keeps the one it has";
    EXPECT_TRUE(grant->device_token.empty());
    auto const caller = authenticator.authenticate(grant->access.text);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->session, session);
    EXPECT_EQ(caller->email, "ann@example.com");
}

TEST_F(SessionExchanges, WriteNothingUntilAMinuteHasPassed)
{
    world.clock.advance(59'999ms);
    auto const before = row();
    auto const deeds  = world.stores.memory().deeds;
    ASSERT_TRUE(use());
    EXPECT_EQ(world.stores.memory().deeds, deeds + 1) << "one read, no write";
    EXPECT_EQ(row().last_used_at, before.last_used_at);

    world.clock.advance(1ms);
    auto const grant = use();
    ASSERT_TRUE(grant);
    EXPECT_EQ(row().last_used_at, world.clock.now());
    EXPECT_EQ(row().idle_expires_at, world.clock.now() + world.settings.sessions.idle_limit);
    EXPECT_EQ(grant->session_expires_at, row().idle_expires_at);
    EXPECT_EQ(row().expires_at, before.expires_at);
    EXPECT_EQ(row().origin.user_agent, before.origin.user_agent) << "who asks for it is not the browser";
}

TEST_F(SessionExchanges, NoteWhereTheBrowserIsWhenItAsksItself)
{
    world.clock.advance(2min);
    ASSERT_TRUE(use(cookie, origin("192.0.2.99", "Browser/2")));
    EXPECT_EQ(row().origin.address.text, "192.0.2.99");
    EXPECT_EQ(row().origin.user_agent, "Browser/2");
}

// A clock that was set back writes nothing either, and ends nothing.
TEST_F(SessionExchanges, BearAClockThatWasSetBack)
{
    world.clock.advance(-1h);
    auto const generation = row().generation;
    EXPECT_TRUE(use());
    EXPECT_EQ(row().generation, generation);
}

TEST_F(SessionExchanges, KeepASessionThatIsUsedFromBecomingIdle)
{
    auto const limit = world.settings.sessions.idle_limit;
    for (int i = 0; i < 5; ++i) {
        world.clock.advance(limit - 1s);
        ASSERT_TRUE(use()) << i;
    }
    world.clock.advance(limit);
    auto const over = use();
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, Errc::invalid_grant);
    EXPECT_EQ(over.error().detail, "session cookie: expired");
    EXPECT_EQ(refusals(RefreshRefusal::expired), 1U);
}

struct ShortIdle : SessionExchanges {
    ShortIdle() { world.settings.sessions.idle_limit = 60s; }
};

TEST_F(ShortIdle, ASessionInUseIsNotedOftenEnough)
{
    for (int i = 0; i < 20; ++i) {
        world.clock.advance(31s);
        ASSERT_TRUE(use()) << i;
    }
}

TEST_F(SessionExchanges, NeverPassTheAbsoluteLimit)
{
    auto const end = row().expires_at;
    while (world.clock.now() + world.settings.sessions.idle_limit / 2 < end) {
        world.clock.advance(world.settings.sessions.idle_limit / 2);
        ASSERT_TRUE(use());
    }
    world.clock.advance(std::chrono::duration_cast<std::chrono::milliseconds>(end - world.clock.now()));
    EXPECT_FALSE(use());
}

TEST_F(SessionExchanges, RefuseWhatWasSignedOutForEver)
{
    auto const ended = logout_by_cookie(world.ports, cookie, origin());
    ASSERT_EQ(ended.value(), 1U);
    EXPECT_EQ(world.stores.memory().log.back().entry.subject, session.text());
    EXPECT_EQ(logout_by_cookie(world.ports, cookie, origin()).value(), 1U)
        << "who asks again waits for the same to be told";
    for (int i = 0; i < 3; ++i) {
        world.clock.advance(24h);
        auto const over = use();
        ASSERT_FALSE(over);
        EXPECT_EQ(over.error().code, Errc::invalid_grant);
        EXPECT_EQ(over.error().detail, "session cookie: ended");
    }
    EXPECT_EQ(world.count(AuditEvent::refresh_refused), 1U) << "told once, however often it is tried";
    EXPECT_EQ(refusals(RefreshRefusal::ended), 3U);
}

TEST_F(SessionExchanges, RefuseWhatWasEndedElsewhere)
{
    auto const elsewhere = sign_in();
    auto const caller    = *authenticator.authenticate(elsewhere.access.text);
    ASSERT_TRUE(logout_everywhere(world.ports, caller, origin()));
    EXPECT_FALSE(use());
    EXPECT_FALSE(use(elsewhere.session_cookie.reveal()));
}

TEST_F(SessionExchanges, EndTheSessionOfADisabledAccount)
{
    world.stores.memory().users.begin()->second.disabled_at = world.clock.now();
    auto const over                                         = use();
    ASSERT_FALSE(over);
    EXPECT_EQ(over.error().code, Errc::invalid_grant);
    EXPECT_EQ(row().end_reason, EndReason::account_disabled);
    EXPECT_EQ(refusals(RefreshRefusal::account_disabled), 1U);
}

TEST_F(SessionExchanges, RefuseWhatIsOfAnEarlierEpoch)
{
    world.ports.epoch_began = world.clock.now() + 1ms;
    world.clock.advance(1s);
    EXPECT_FALSE(use());
}

TEST_F(SessionExchanges, RefuseAForgedOneWithoutStorage)
{
    auto const deeds = world.stores.memory().deeds;
    for (std::size_t i = 0; i < cookie.size(); ++i) {
        auto bad = cookie;
        bad[i]   = bad[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(use(bad)) << i;
    }
    for (std::size_t size = 0; size < cookie.size(); ++size) EXPECT_FALSE(use(cookie.substr(0, size)));
    EXPECT_FALSE(use(cookie + "A"));
    EXPECT_FALSE(use(std::string(1'000'000, 'A')));
    EXPECT_EQ(world.stores.memory().deeds, deeds);
    EXPECT_GT(refusals(RefreshRefusal::forged), 100U);
    EXPECT_TRUE(use());
}

// CHECKS E29: one purpose, one key.
TEST_F(SessionExchanges, ACookieAndARefreshTokenDoNotStandInForEachOther)
{
    auto const token = world.sign_in();
    EXPECT_FALSE(use(token->refresh.reveal()));
    EXPECT_FALSE(refresh(world.ports, {.token = SecretString{cookie}, .origin = origin()}));
    EXPECT_EQ(logout(world.ports, cookie, origin()).value(), 0U);
    EXPECT_EQ(logout_by_cookie(world.ports, token->refresh.reveal(), origin()).value(), 0U);
    EXPECT_FALSE(parse_session_cookie(testing::make_token_secret("b"), cookie));
    EXPECT_EQ(parse_session_cookie(world.token_secret, cookie), session);
}

TEST_F(SessionExchanges, AStorageFailureIsNoRefusal)
{
    world.stores.memory().failing = true;
    auto const unknown            = use();
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, Errc::unavailable);
    world.stores.memory().failing = false;

    world.clock.advance(2min);
    world.stores.memory().failing_after = world.stores.memory().deeds + 1;
    EXPECT_EQ(use().error().code, Errc::unavailable) << "its use could not be written";
}

TEST_F(SessionExchanges, ManyAtOnceAllGetTheirToken)
{
    world.clock.advance(2min);
    std::atomic<int> granted = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 25; ++i) granted += use() ? 1 : 0;
            });
    }
    EXPECT_EQ(granted, 200);
    EXPECT_EQ(row().generation, 1U) << "the use was written once";
}

}  // namespace
}  // namespace signet::core
