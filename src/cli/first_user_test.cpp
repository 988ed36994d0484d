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
    auto const first = add_first_user(world.ports);
    ASSERT_TRUE(first && *first);
    EXPECT_EQ((*first)->email, "demo@example.com");
    auto const grant = world.sign_in((*first)->password, {}, (*first)->email);
    ASSERT_TRUE(grant);
    EXPECT_THAT(grant->user.roles, ::testing::ElementsAre("viewer"));
}

TEST(FirstUser, IsNotMadeASecondTime)
{
    World world;
    ASSERT_TRUE(add_first_user(world.ports));
    auto const second = add_first_user(world.ports);
    ASSERT_TRUE(second);
    EXPECT_FALSE(*second);
}

TEST(FirstUser, IsNotMadeBesideAnyOtherAccount)
{
    World world;
    world.add_user();
    auto const first = add_first_user(world.ports);
    ASSERT_TRUE(first);
    EXPECT_FALSE(*first);
}

TEST(FirstUser, SaysThatStorageFailed)
{
    World world;
    world.stores.memory().failing = true;
    auto const first              = add_first_user(world.ports);
    ASSERT_FALSE(first);
    EXPECT_EQ(first.error().code, core::Errc::unavailable);
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
