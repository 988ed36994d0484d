#include "verifier/reconnect_schedule.hpp"

#include <gtest/gtest.h>

namespace signet {
namespace {

using namespace std::chrono_literals;

TEST(ReconnectSchedule, WaitsAFractionOfASecondAtFirst)
{
    EXPECT_EQ(ReconnectSchedule{}.wait(0.0), 100ms);
    EXPECT_EQ(ReconnectSchedule{}.wait(0.5), 550ms);
    EXPECT_EQ(ReconnectSchedule{}.wait(1.0), 1s);
}

TEST(ReconnectSchedule, BacksOffToTenSeconds)
{
    ReconnectSchedule schedule;
    for (auto const expected : {1s, 2s, 4s, 8s, 10s, 10s}) EXPECT_EQ(schedule.wait(1.0), expected);
    EXPECT_EQ(schedule.wait(0.0), 100ms) << "and some are early, however long it lasts";
}

TEST(ReconnectSchedule, BeginsAgainAfterASuccess)
{
    ReconnectSchedule schedule;
    for (int i = 0; i < 5; ++i) (void)schedule.wait(1.0);
    schedule.succeeded();
    EXPECT_EQ(schedule.wait(1.0), 1s);
}

}  // namespace
}  // namespace signet
