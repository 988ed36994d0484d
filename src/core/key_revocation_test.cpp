#include <gtest/gtest.h>

#include "core/access_token.hpp"
#include "core/keyring.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using testing::make_master_key;
using testing::World;

struct KeyRevocation : ::testing::Test {
    Settings                settings = testing::cheap_settings();
    testing::ManualClock    clock;
    testing::CountingRandom random;
    testing::MemoryStores   stores;
    MasterKey               master_key = make_master_key();
    Keyring                 keyring{stores.signing_keys(), master_key, settings, clock, random};

    std::string signing() { return std::string{keyring.current()->signing->kid()}; }
    std::size_t published() { return keyring.current()->published.size(); }
    bool        publishes(std::string const& kid) { return keyring.current()->published.find(kid) != nullptr; }
    void        advance(std::chrono::milliseconds by)
    {
        clock.advance(by);
        ASSERT_TRUE(keyring.maintain());
    }
};

// CHECKS E27: the bad day.
TEST_F(KeyRevocation, RevokesTheSigningKeyAndSignsWithAnotherAtOnce)
{
    ASSERT_TRUE(keyring.load());
    auto const leaked = signing();
    auto const fresh  = keyring.revoke(leaked);
    ASSERT_TRUE(fresh);
    EXPECT_EQ(signing(), *fresh);
    EXPECT_FALSE(publishes(leaked)) << "also not for the rest of its last token's life";
    EXPECT_EQ(published(), 1U);
    EXPECT_EQ(keyring.current()->jwks.find(leaked), std::string::npos);
    EXPECT_EQ(stores.memory().audit.back().detail, leaked + " replaced by " + *fresh);

    Keyring next{stores.signing_keys(), master_key, settings, clock, random};
    ASSERT_TRUE(next.load());
    EXPECT_EQ(next.current()->signing->kid(), *fresh);
    EXPECT_FALSE(next.current()->published.find(leaked));
}

TEST_F(KeyRevocation, NoticesARevocationByAnotherProcess)
{
    ASSERT_TRUE(keyring.load());
    auto const leaked     = signing();
    auto const generation = keyring.current()->generation;
    Keyring    operators{stores.signing_keys(), master_key, settings, clock, random};
    ASSERT_TRUE(operators.load());
    ASSERT_TRUE(operators.revoke(leaked));
    ASSERT_TRUE(keyring.maintain());
    EXPECT_FALSE(publishes(leaked));
    EXPECT_EQ(signing(), operators.current()->signing->kid());
    EXPECT_GT(keyring.current()->generation, generation) << "what was verified before is verified again";
}

TEST_F(KeyRevocation, RevokesARetiredKeyAndLeavesTheSigningOne)
{
    ASSERT_TRUE(keyring.load());
    auto const retired = signing();
    auto const second  = keyring.rotate_now().value();
    EXPECT_TRUE(publishes(retired));
    EXPECT_EQ(keyring.revoke(retired).value(), "");
    EXPECT_FALSE(publishes(retired));
    EXPECT_EQ(signing(), second);
    EXPECT_EQ(published(), 1U);
}

TEST_F(KeyRevocation, ReplacesARevokedSuccessorByOneThatIsPublishedAsLongAhead)
{
    ASSERT_TRUE(keyring.load());
    auto const first = signing();
    advance(30 * 24h - 1h);
    auto const waiting = find_latest(keyring.current()->records).kid;
    ASSERT_NE(waiting, first);
    advance(50min);

    auto const replacement = keyring.revoke(waiting).value();
    EXPECT_FALSE(publishes(waiting));
    EXPECT_TRUE(publishes(replacement));
    EXPECT_EQ(signing(), first);
    advance(1h - 1s);
    EXPECT_EQ(signing(), first) << "it signs until its successor has been published for an hour";
    advance(1s);
    EXPECT_EQ(signing(), replacement);
    EXPECT_TRUE(publishes(first));
    advance(settings.tokens.access_lifetime + 1min);
    EXPECT_FALSE(publishes(first));
}

TEST_F(KeyRevocation, RefusesToRevokeAKeyThatIsNotPublished)
{
    ASSERT_TRUE(keyring.load());
    auto const kid = signing();
    for (auto const& unknown : {std::string{}, std::string{"nobody"}, kid.substr(1), kid + "x"})
        EXPECT_EQ(keyring.revoke(unknown).error().code, Errc::not_found) << unknown;
    ASSERT_TRUE(keyring.revoke(kid));
    EXPECT_EQ(keyring.revoke(kid).error().code, Errc::not_found) << "once is enough";
}

// CHECKS E27
TEST_F(KeyRevocation, NoTokenOfARevokedKeyIsAcceptedAnyMore)
{
    World world;
    world.add_user();
    Authenticator const authenticator{world.ports};
    auto const          before = world.sign_in().value().access.text;
    ASSERT_TRUE(authenticator.authenticate(before)) << "and it is remembered";
    ASSERT_TRUE(world.keyring.revoke(world.keyring.current()->signing->kid()));
    EXPECT_EQ(authenticator.authenticate(before).error().code, Errc::invalid_token);
    EXPECT_TRUE(authenticator.authenticate(world.sign_in().value().access.text));
}

}  // namespace
}  // namespace signet::core
