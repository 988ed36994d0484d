#include "core/logout.hpp"

#include <gtest/gtest.h>

#include "core/refresh.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using testing::kPassword;
using testing::origin;
using testing::World;

struct Logout : ::testing::Test {
    World         world;
    Authenticator authenticator{world.ports};

    void SetUp() override
    {
        world.add_user();
        world.add_user("bob@example.com");
    }
    SessionGrant sign_in(std::string const& email = "ann@example.com")
    {
        auto grant = world.sign_in(kPassword, {}, email);
        EXPECT_TRUE(grant);
        return *std::move(grant);
    }
    Caller caller(SessionGrant const& grant) { return *authenticator.authenticate(grant.access.text); }
    bool   is_over(SessionGrant const& grant)
    {
        bool const over    = world.stores.memory().sessions.at(grant.session).ended_at.has_value();
        auto const me      = authenticator.authenticate(grant.access.text);
        auto const renewed = refresh(world.ports, {.token = SecretString{grant.refresh.reveal()}, .origin = origin()});
        EXPECT_EQ(over, !me) << "the access token ends with the session";
        EXPECT_EQ(over, !renewed) << "and so does the refresh token";
        return over;
    }
};

TEST_F(Logout, EndsTheSessionThatARefreshTokenNames)
{
    auto const grant = sign_in();
    auto const other = sign_in();
    auto const ended = logout(world.ports, grant.refresh.reveal(), origin());
    EXPECT_EQ(ended.value(), world.stores.memory().log_head.sequence);
    EXPECT_EQ(world.stores.memory().log.back().entry.subject, grant.session.text());
    auto const row = world.stores.memory().audit.back();
    EXPECT_TRUE(is_over(grant));
    EXPECT_FALSE(is_over(other));
    EXPECT_EQ(row.event, AuditEvent::session_ended);
    EXPECT_EQ(row.detail, "signed_out");
    EXPECT_EQ(row.user, grant.user.id);
}

TEST_F(Logout, TakesARefreshTokenOfAnyGeneration)
{
    auto const grant = sign_in();
    ASSERT_TRUE(refresh(world.ports, {.token = SecretString{grant.refresh.reveal()}, .origin = origin()}));
    world.clock.advance(300s);
    ASSERT_TRUE(logout(world.ports, grant.refresh.reveal(), origin()));
    EXPECT_EQ(world.stores.memory().log.back().entry.subject, grant.session.text());
    EXPECT_EQ(world.count(AuditEvent::refresh_reuse), 0U);
}

TEST_F(Logout, IsNoErrorForATokenThatIsForgedOrOver)
{
    auto const grant = sign_in();
    for (auto const* const text : {"", "srt_", "nonsense"}) EXPECT_EQ(logout(world.ports, text, origin()).value(), 0U);
    EXPECT_FALSE(is_over(grant));
    auto const once = logout(world.ports, grant.refresh.reveal(), origin()).value();
    EXPECT_GT(once, 0U);
    EXPECT_EQ(logout(world.ports, grant.refresh.reveal(), origin()).value(), once)
        << "whoever asked before may not have been answered yet";
    EXPECT_EQ(world.count(AuditEvent::session_ended), 1U);
}

// CHECKS B39
TEST_F(Logout, NeverSaysDoneWhenStorageFailed)
{
    auto const grant              = sign_in();
    auto const who                = caller(grant);
    world.stores.memory().failing = true;
    EXPECT_EQ(logout(world.ports, grant.refresh.reveal(), origin()).error().code, Errc::unavailable);
    EXPECT_EQ(logout(world.ports, who, origin()).error().code, Errc::unavailable);
    EXPECT_EQ(logout_everywhere(world.ports, who, origin()).error().code, Errc::unavailable);
    world.stores.memory().failing = false;
    EXPECT_FALSE(is_over(grant));
}

TEST_F(Logout, EndsTheCallersOwnSession)
{
    auto const grant = sign_in();
    auto const who   = caller(grant);
    EXPECT_TRUE(logout(world.ports, who, origin()));
    EXPECT_TRUE(is_over(grant));
    EXPECT_TRUE(logout(world.ports, who, origin())) << "a second time changes nothing";
}

TEST_F(Logout, EverywhereEndsAllSessionsOfTheCallerAndNobodyElses)
{
    auto const one   = sign_in();
    auto const two   = sign_in();
    auto const other = sign_in("bob@example.com");
    EXPECT_TRUE(logout_everywhere(world.ports, caller(one), origin()));
    EXPECT_TRUE(is_over(one));
    EXPECT_TRUE(is_over(two));
    EXPECT_FALSE(is_over(other));
    EXPECT_FALSE(is_over(sign_in())) << "a session opened in the same millisecond lives";
}

// CHECKS B58
TEST_F(Logout, ListsTheCallersLiveSessionsLatestFirst)
{
    auto const one = sign_in();
    world.clock.advance(1s);
    auto const two = sign_in();
    world.clock.advance(1s);
    sign_in("bob@example.com");
    auto const over = sign_in();
    ASSERT_TRUE(logout(world.ports, caller(over), origin()));
    auto const sessions = list_sessions(world.ports, caller(one));
    ASSERT_TRUE(sessions);
    ASSERT_EQ(sessions->size(), 2U);
    EXPECT_EQ(sessions->at(0).id, two.session);
    EXPECT_EQ(sessions->at(1).id, one.session);
}

// CHECKS B58, B59
TEST_F(Logout, EndsOneOfTheCallersSessionsAndNotAnothers)
{
    auto const one   = sign_in();
    auto const two   = sign_in();
    auto const other = sign_in("bob@example.com");
    auto const who   = caller(one);
    EXPECT_TRUE(end_session(world.ports, who, two.session, origin()));
    EXPECT_TRUE(is_over(two));
    EXPECT_FALSE(is_over(one));
    EXPECT_EQ(end_session(world.ports, who, other.session, origin()).error().code, Errc::not_found);
    EXPECT_FALSE(is_over(other));
    EXPECT_EQ(end_session(world.ports, who, two.session, origin()).error().code, Errc::not_found);
    EXPECT_EQ(end_session(world.ports, who, SessionId{}, origin()).error().code, Errc::not_found);
}

}  // namespace
}  // namespace signet::core
