#include "core/master_key_change.hpp"

#include <gtest/gtest.h>

#include "core/keyring.hpp"
#include "core/refresh.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using testing::make_master_key;
using testing::World;

struct ChangingTheMasterKey : ::testing::Test {
    World       world;
    MasterKey   after  = make_master_key("b");
    TokenSecret secret = load(world.master_key).value();

    Result<TokenSecret> load(MasterKey const& key)
    {
        return load_token_secret({.sealed       = world.stores.sealed(),
                                  .signing_keys = world.stores.signing_keys(),
                                  .master_key   = key,
                                  .random       = world.random,
                                  .now          = world.clock.now()});
    }
    Result<std::size_t> change(MasterKey const& from)
    {
        return change_master_key(
            {.sealed = world.stores.sealed(), .before = from, .after = after, .random = world.random},
            {.at = world.clock.now(), .event = AuditEvent::master_key_changed});
    }
    bool opens(MasterKey const& key) { return opens_everything(world.stores.sealed(), key).value(); }
};

// CHECKS E28: nobody is signed out, nothing is signed by another key.
TEST_F(ChangingTheMasterKey, PutsEverythingUnderTheNewOne)
{
    auto const retired = std::string{world.keyring.current()->signing->kid()};
    ASSERT_TRUE(world.keyring.rotate_now());
    auto const revoked = world.keyring.revoke(retired);
    ASSERT_TRUE(revoked);
    ASSERT_TRUE(world.feed_keyring.load());
    EXPECT_EQ(change(world.master_key).value(), 4U) << "three keys, revoked ones too, and the token secret";
    EXPECT_TRUE(opens(after));
    EXPECT_FALSE(opens(world.master_key));

    Keyring next{world.stores.signing_keys(), after, world.settings, world.clock, world.random};
    ASSERT_TRUE(next.load());
    EXPECT_EQ(next.current()->jwks, world.keyring.current()->jwks);
    Keyring feed{world.stores.signing_keys(), after, world.settings, world.clock, world.random,
                 KeyPurpose::revocation_feed};
    ASSERT_TRUE(feed.load());
    EXPECT_EQ(feed.current()->jwks, world.feed_keyring.current()->jwks);
    EXPECT_EQ(load(after)->mac("refresh token", "m"), secret.mac("refresh token", "m"));
    EXPECT_EQ(load(world.master_key).error().code, Errc::wrong_master_key);
    EXPECT_EQ(world.count(AuditEvent::master_key_changed), 1U);
}

TEST_F(ChangingTheMasterKey, RefusesAWrongOneAndChangesNothing)
{
    EXPECT_EQ(change(make_master_key("c")).error().code, Errc::wrong_master_key);
    EXPECT_TRUE(opens(world.master_key));
    EXPECT_EQ(world.count(AuditEvent::master_key_changed), 0U);
}

TEST_F(ChangingTheMasterKey, ChangesNothingWhenOneThingDoesNotOpen)
{
    world.stores.memory().secrets["another"] = after.seal(SecretString{"x"}, "secret\nanother", world.random);
    EXPECT_EQ(change(world.master_key).error().code, Errc::wrong_master_key);
    EXPECT_TRUE(load(world.master_key));
    EXPECT_FALSE(opens(world.master_key));
    EXPECT_FALSE(opens(after));
}

}  // namespace
}  // namespace signet::core
