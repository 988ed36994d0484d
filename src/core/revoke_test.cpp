#include "core/revoke.hpp"

#include <gtest/gtest.h>

#include "core/logout.hpp"
#include "core/refresh.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using revocation::Kind;
using testing::World;

struct Revoke : ::testing::Test {
    World         world;
    User          ann   = world.add_user();
    SessionGrant  grant = *world.sign_in();
    Authenticator authenticator{world.ports};

    bool is_accepted(SessionGrant const& some) { return authenticator.authenticate(some.access.text).has_value(); }
    Result<SessionGrant> renew()
    {
        return refresh(world.ports, {.token = SecretString{grant.refresh.reveal()}, .origin = {}});
    }
};

TEST_F(Revoke, EndsTheSessionThatItNames)
{
    auto const revoked = revoke(world.ports, Revocation::of(grant.session));
    ASSERT_TRUE(revoked);
    ASSERT_EQ(revoked->size(), 1U);
    EXPECT_EQ(revoked->front().subject, grant.session.text());
    EXPECT_FALSE(is_accepted(grant));
    EXPECT_EQ(renew().error().code, Errc::invalid_grant);
    EXPECT_EQ(world.stores.memory().sessions.at(grant.session).end_reason, EndReason::ended_by_operator);
    EXPECT_EQ(world.count(AuditEvent::session_ended), 1U);
    EXPECT_EQ(world.count(AuditEvent::tokens_revoked), 0U) << "it is told once";
}

TEST_F(Revoke, NamesASessionThatIsOverOrUnknownAllTheSame)
{
    ASSERT_TRUE(revoke(world.ports, Revocation::of(grant.session)));
    auto const again = revoke(world.ports, Revocation::of(grant.session));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->size(), 1U);
    SessionId const unknown = SessionId::make(world.clock.now(), world.random);
    EXPECT_EQ(revoke(world.ports, Revocation::of(unknown))->front().subject, unknown.text());
    EXPECT_EQ(world.count(AuditEvent::tokens_revoked), 2U);
}

TEST_F(Revoke, RefusesAUsersTokensOfUntilNowAndLetsTheSessionGoOn)
{
    auto const revoked = revoke(world.ports, Revocation::of(ann.id));
    ASSERT_TRUE(revoked);
    EXPECT_FALSE(is_accepted(grant));
    auto const next = renew();
    ASSERT_TRUE(next);
    EXPECT_TRUE(is_accepted(*next)) << "in the same millisecond";
    auto const& row = world.stores.memory().audit.back();
    EXPECT_EQ(row.event, AuditEvent::tokens_revoked);
    EXPECT_EQ(row.user, ann.id);
    EXPECT_EQ(row.detail, "user " + ann.id.text() + ", by an operator");
}

TEST_F(Revoke, RefusesEverythingOfUntilNow)
{
    ASSERT_TRUE(revoke(world.ports, Revocation::of_everything()));
    EXPECT_FALSE(is_accepted(grant));
    EXPECT_TRUE(is_accepted(*world.sign_in()));
}

// CHECKS B39
TEST_F(Revoke, NeverSaysDoneWhenStorageFailed)
{
    world.stores.memory().failing = true;
    EXPECT_EQ(revoke(world.ports, Revocation::of(grant.session)).error().code, Errc::unavailable);
    EXPECT_EQ(revoke(world.ports, Revocation::of(ann.id)).error().code, Errc::unavailable);
    EXPECT_TRUE(is_accepted(grant));
}

// CHECKS E6: one account could else fill the memory of every verifier.
TEST_F(Revoke, EndsASessionOfWhichTooManyTokensAreRevokedOneByOne)
{
    auto const caller = authenticator.authenticate(grant.access.text).value();
    for (std::size_t i = 0; i < NamedTokens::kMost; ++i) {
        ASSERT_EQ(revoke_token(world.ports, caller, {}).value(), world.stores.memory().log_head.sequence);
        EXPECT_EQ(world.stores.memory().log.back().entry.kind, Kind::token);
    }
    EXPECT_TRUE(renew()) << "it goes on";
    auto const last = revoke_token(world.ports, caller, {}).value();
    EXPECT_EQ(world.stores.memory().log.back().entry.kind, Kind::session);
    EXPECT_EQ(renew().error().code, Errc::invalid_grant);
    EXPECT_EQ(revoke_token(world.ports, caller, {}).value(), last) << "it is over";
}

}  // namespace
}  // namespace signet::core
