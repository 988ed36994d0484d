#include "base/least_time.hpp"

#include <gtest/gtest.h>

namespace signet {
namespace {

using namespace std::chrono_literals;

TimePoint const         kWall{1'764'200'000s};
LeastTime::Steady const kSteady{1000h};

TEST(LeastTime, IsTheWallClockWhereBothRunEvenly)
{
    LeastTime const least{kWall, kSteady};
    EXPECT_EQ(least.at(kWall, kSteady), kWall);
    EXPECT_EQ(least.at(kWall + 1h, kSteady + 1h), kWall + 1h);
}

// CHECKS E26
TEST(LeastTime, DoesNotFollowAWallClockThatJumpsAhead)
{
    LeastTime const least{kWall, kSteady};
    EXPECT_EQ(least.at(kWall + 24h * 365, kSteady + 1min), kWall + 1min);
    EXPECT_EQ(least.at(kWall + 2min, kSteady + 2min), kWall + 2min) << "and is right once that is put right";
}

TEST(LeastTime, FollowsAWallClockThatJumpsBack)
{
    LeastTime const least{kWall, kSteady};
    EXPECT_EQ(least.at(kWall - 1h, kSteady + 1min), kWall - 1h);
}

// A machine that sleeps has a steady clock that sleeps with it: what is kept is kept for longer.
TEST(LeastTime, StaysBehindAfterASleep)
{
    LeastTime const least{kWall, kSteady};
    EXPECT_EQ(least.at(kWall + 8h, kSteady + 1min), kWall + 1min);
}

}  // namespace
}  // namespace signet
