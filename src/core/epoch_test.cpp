#include "core/epoch.hpp"

#include <gtest/gtest.h>

#include "core/access_token.hpp"
#include "core/logout.hpp"
#include "core/refresh.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using testing::World;

struct Epoch : ::testing::Test {
    World        world;
    User         ann   = world.add_user();
    SessionGrant grant = world.sign_in().value();

    Result<std::string> begin()
    {
        return begin_epoch({.epochs       = world.stores.epochs(),
                            .signing_keys = world.stores.signing_keys(),
                            .master_key   = world.master_key,
                            .random       = world.random},
                           {.at = world.clock.now(), .event = AuditEvent::data_restored});
    }
    TokenSecret load()
    {
        return load_token_secret({.sealed       = world.stores.sealed(),
                                  .signing_keys = world.stores.signing_keys(),
                                  .master_key   = world.master_key,
                                  .random       = world.random,
                                  .now          = world.clock.now()})
            .value();
    }
    // What the next start of the server is given.
    Ports next_ports(Keyring const& keyring, TokenSecret const& secret)
    {
        return {.clock            = world.clock,
                .random           = world.random,
                .users            = world.stores.users(),
                .sessions         = world.stores.sessions(),
                .attempts         = world.stores.attempts(),
                .audit            = world.stores.audit(),
                .passwords        = world.passwords,
                .keyring          = keyring,
                .token_secret     = secret,
                .revocation_log   = world.stores.revocations(),
                .revocations      = world.revocations,
                .verifiers        = world.stores.verifiers(),
                .receivers        = world.stores.receivers(),
                .refresh_refusals = world.refresh_refusals,
                .sign_ins         = world.sign_ins,
                .settings         = world.settings,
                .epoch_began      = world.stores.epochs().epoch_began().value()};
    }
};

// CHECKS E30: by the time alone, whatever else would have let them pass.
TEST_F(Epoch, RefusesEveryTokenOfBeforeByItsTime)
{
    world.clock.advance(1ms);
    world.stores.memory().epoch_began = world.clock.now();
    auto const          ports         = next_ports(world.keyring, world.token_secret);
    Authenticator const authenticator{ports};
    EXPECT_EQ(authenticator.authenticate(grant.access.text).error().detail, "older_than_the_epoch");
    auto const refreshed = refresh(ports, {.token = SecretString{grant.refresh.reveal()}, .origin = {}});
    ASSERT_FALSE(refreshed);
    EXPECT_EQ(refreshed.error().code, Errc::invalid_grant);
    EXPECT_EQ(refreshed.error().detail, "ended");

    auto const later = world.sign_in().value();
    EXPECT_TRUE(authenticator.authenticate(later.access.text)) << "in the same second, a millisecond after";
    EXPECT_TRUE(refresh(ports, {.token = SecretString{later.refresh.reveal()}, .origin = {}}));
}

// CHECKS E26: begun an hour too late, by a clock that has been put right since.
TEST_F(Epoch, KeepsNobodyOutWhileItLiesInTheFuture)
{
    world.clock.advance(1h);
    ASSERT_TRUE(begin());
    auto const secret = load();
    world.clock.advance(-1h);
    ASSERT_TRUE(world.follow()) << "everything is revoked until an hour from now";
    Keyring keyring{world.stores.signing_keys(), world.master_key, world.settings, world.clock, world.random};
    ASSERT_TRUE(keyring.load());
    auto const          ports = next_ports(keyring, secret);
    Authenticator const authenticator{ports};

    auto const again = login(ports, {.email        = "ann@example.com",
                                     .password     = SecretString{testing::kPassword},
                                     .device_token = {},
                                     .origin       = testing::origin()});
    ASSERT_TRUE(again) << again.error().detail;
    auto const known = authenticator.authenticate(again->access.text);
    EXPECT_TRUE(known) << known.error().detail;
    auto const refreshed = refresh(ports, {.token = SecretString{again->refresh.reveal()}, .origin = {}});
    EXPECT_TRUE(refreshed) << refreshed.error().detail;

    EXPECT_FALSE(authenticator.authenticate(grant.access.text)) << "its key is gone";
    EXPECT_FALSE(refresh(ports, {.token = SecretString{grant.refresh.reveal()}, .origin = {}}));
}

// CHECKS E30: and elsewhere, where only the key set is known.
TEST_F(Epoch, PublishesOneNewKeyAndNoneOfBefore)
{
    auto const before = std::string{world.keyring.current()->signing->kid()};
    auto const kid    = begin();
    ASSERT_TRUE(kid);
    ASSERT_TRUE(world.keyring.maintain());
    EXPECT_EQ(world.keyring.current()->signing->kid(), *kid);
    EXPECT_EQ(world.keyring.current()->published.size(), 1U);
    EXPECT_FALSE(world.keyring.current()->published.find(before));
    EXPECT_EQ(world.keyring.current()->signing->algorithm(), jose::Algorithm::es256);
}

TEST_F(Epoch, GivesTheFeedANewKeyToo)
{
    ASSERT_TRUE(world.feed_keyring.load());
    auto const before = std::string{world.feed_keyring.current()->signing->kid()};
    ASSERT_TRUE(begin());
    Keyring next{world.stores.signing_keys(), world.master_key, world.settings, world.clock, world.random,
                 KeyPurpose::revocation_feed};
    ASSERT_TRUE(next.load());
    EXPECT_EQ(next.current()->published.size(), 1U);
    EXPECT_FALSE(next.current()->published.find(before));
    EXPECT_EQ(next.current()->signing->algorithm(), jose::Algorithm::eddsa);
    EXPECT_EQ(world.stores.memory().keys.size(), 2U) << "which is that of the epoch, and no other";
}

TEST_F(Epoch, KeepsTheAlgorithmOfTheKeysBefore)
{
    world.settings.tokens.algorithm = jose::Algorithm::eddsa;
    ASSERT_TRUE(world.keyring.rotate_now());
    ASSERT_TRUE(begin());
    ASSERT_TRUE(world.keyring.maintain());
    EXPECT_EQ(world.keyring.current()->signing->algorithm(), jose::Algorithm::eddsa);

    world.settings.tokens.algorithm = jose::Algorithm::rs256;
    ASSERT_TRUE(world.keyring.rotate_now());
    world.clock.advance(1s);
    ASSERT_TRUE(world.feed_keyring.load());
    ASSERT_TRUE(world.feed_keyring.rotate_now()) << "the feed's is newer, and says nothing about tokens";
    ASSERT_TRUE(begin());
    ASSERT_TRUE(world.keyring.maintain());
    EXPECT_EQ(world.keyring.current()->signing->algorithm(), jose::Algorithm::rs256);
}

TEST_F(Epoch, EndsEverySessionAndReplacesTheTokenSecret)
{
    ASSERT_TRUE(begin());
    EXPECT_TRUE(world.stores.sessions().list_sessions(ann.id, world.clock.now()).value().empty());
    EXPECT_EQ(world.stores.memory().sessions.at(grant.session).end_reason, EndReason::new_epoch);
    EXPECT_NE(load().mac("p", "m"), world.token_secret.mac("p", "m"));
    EXPECT_EQ(world.stores.epochs().epoch_began().value(), world.clock.now());
    EXPECT_EQ(world.count(AuditEvent::data_restored), 1U);
}

}  // namespace
}  // namespace signet::core
