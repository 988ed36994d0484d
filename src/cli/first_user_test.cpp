#include "cli/first_user.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/testing/world.hpp"

namespace signet::cli {
namespace {

using core::testing::World;

TEST(FirstUser, IsMadeWhenThereIsNoAccount)
{
    World      world;
    auto const first = think_of_first_user(world.ports);
    ASSERT_TRUE(first && *first);
    EXPECT_EQ((*first)->email, "demo@example.com");
    ASSERT_TRUE(add_first_user(world.ports, **first));
    auto const grant = world.sign_in((*first)->password, {}, (*first)->email);
    ASSERT_TRUE(grant);
    EXPECT_THAT(grant->user.roles, ::testing::ElementsAre("viewer"));
}

// Who dies between the two has kept a password of no account, and thinks of another: no account is left behind whose
// password nobody knows.
TEST(FirstUser, IsNoAccountUntilItIsAdded)
{
    World      world;
    auto const first = think_of_first_user(world.ports);
    ASSERT_TRUE(first && *first);
    EXPECT_FALSE(world.sign_in((*first)->password, {}, (*first)->email));
    auto const again = think_of_first_user(world.ports);
    ASSERT_TRUE(again && *again);
}

TEST(FirstUser, IsNotMadeBesideAnyOtherAccount)
{
    World world;
    world.add_user();
    auto const first = think_of_first_user(world.ports);
    ASSERT_TRUE(first);
    EXPECT_FALSE(*first);
}

TEST(FirstUser, SaysThatStorageFailed)
{
    World      world;
    auto const thought            = think_of_first_user(world.ports).value().value();
    world.stores.memory().failing = true;
    auto const first              = think_of_first_user(world.ports);
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().code, core::Errc::unavailable);
    auto const added = add_first_user(world.ports, thought);
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, core::Errc::unavailable);
}

TEST(FirstUser, HasAPasswordOfFourWordsAndNeverTheSame)
{
    core::testing::CountingRandom random;
    auto const                    one   = make_memorable_password(random, 8);
    auto const                    other = make_memorable_password(random, 8);
    EXPECT_EQ(std::ranges::count(one, '-'), 3);
    EXPECT_NE(one, other);
}

TEST(FirstUser, HasAPasswordAsLongAsConfigured)
{
    core::testing::CountingRandom random;
    EXPECT_GE(make_memorable_password(random, 64).size(), 64U);
}

}  // namespace
}  // namespace signet::cli
