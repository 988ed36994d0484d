#include "verifier/refetch_schedule.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using signet::find_max_age;
using signet::RefetchSchedule;

constexpr RefetchSchedule::Time kStart{1000h};

TEST(MaxAge, IsReadWhereverItStands)
{
    EXPECT_EQ(find_max_age("max-age=300"), 300s);
    EXPECT_EQ(find_max_age("public, Max-Age=60 , must-revalidate"), 60s);
}

TEST(MaxAge, IsZeroWhenNothingMayBeKept)
{
    EXPECT_EQ(find_max_age("no-store"), 0s);
    EXPECT_EQ(find_max_age("max-age=300, no-cache"), 0s);
}

TEST(MaxAge, IsUnknownWhenItIsNoNumber)
{
    for (auto const* header : {"", ",,,", "public", "max-age", "max-age=", "max-age=-1", "max-age=5x", "max-age=\"5\"",
                               "max-age=99999999999999999999", "s-maxage=5", "xmax-age=5"})
        EXPECT_EQ(find_max_age(header), std::nullopt) << header;
}

TEST(RefetchSchedule, FetchesAtOnceInTheBeginning)
{
    EXPECT_EQ(RefetchSchedule(30s, kStart).due(), kStart);
}

TEST(RefetchSchedule, FollowsMaxAgeWithinItsBounds)
{
    RefetchSchedule schedule{30s, kStart};
    schedule.succeeded(kStart, 600s, 0.0);
    EXPECT_EQ(schedule.due(), kStart + 600s);
    schedule.succeeded(kStart, 0s, 0.0);
    EXPECT_EQ(schedule.due(), kStart + 60s);
    schedule.succeeded(kStart, 24h, 0.0);
    EXPECT_EQ(schedule.due(), kStart + 1h);
    schedule.succeeded(kStart, std::nullopt, 0.0);
    EXPECT_EQ(schedule.due(), kStart + 5min);
}

TEST(RefetchSchedule, RenewsUpToATenthEarlySoThatVerifiersSpread)
{
    RefetchSchedule schedule{30s, kStart};
    schedule.succeeded(kStart, 600s, 1.0);
    EXPECT_EQ(schedule.due(), kStart + 540s);
}

TEST(RefetchSchedule, BacksOffAndComesBackToItsFirstPace)
{
    RefetchSchedule schedule{30s, kStart};
    for (auto const wait : {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 32000ms, 60000ms, 60000ms}) {
        schedule.failed(kStart, 0.5);
        EXPECT_EQ(schedule.due(), kStart + wait);
    }
    schedule.succeeded(kStart, 60s, 0.0);
    schedule.failed(kStart, 0.5);
    EXPECT_EQ(schedule.due(), kStart + 500ms);
}

TEST(RefetchSchedule, SpreadsRetriesAroundTheirTime)
{
    RefetchSchedule early{30s, kStart};
    RefetchSchedule late{30s, kStart};
    early.failed(kStart, 0.0);
    late.failed(kStart, 1.0);
    EXPECT_EQ(early.due(), kStart + 375ms);
    EXPECT_EQ(late.due(), kStart + 625ms);
}

TEST(RefetchSchedule, FetchesAtOnceForTheFirstUnknownKid)
{
    RefetchSchedule schedule{30s, kStart};
    schedule.succeeded(kStart, 1h, 0.0);
    schedule.asked(kStart + 1s);
    EXPECT_EQ(schedule.due(), kStart + 1s);
}

// CHECKS A20
TEST(RefetchSchedule, FetchesForUnknownKidsOncePerCooldown)
{
    RefetchSchedule schedule{30s, kStart};
    schedule.succeeded(kStart, 1h, 0.0);
    schedule.asked(kStart + 1s);
    schedule.succeeded(kStart + 2s, 1h, 0.0);
    for (auto later = 3s; later < 32s; ++later) {
        schedule.asked(kStart + later);
        EXPECT_EQ(schedule.due(), kStart + 32s);
    }
    schedule.asked(kStart + 40s);
    EXPECT_EQ(schedule.due(), kStart + 32s);
}

TEST(RefetchSchedule, CountsAFailedFetchAgainstTheCooldownToo)
{
    RefetchSchedule schedule{30s, kStart};
    schedule.succeeded(kStart, 1h, 0.0);
    for (int i = 0; i < 9; ++i) schedule.failed(kStart, 0.5);  // the next retry is a minute away
    schedule.asked(kStart + 1s);
    schedule.failed(kStart + 2s, 0.5);
    schedule.asked(kStart + 3s);
    EXPECT_EQ(schedule.due(), kStart + 32s);
}

TEST(RefetchSchedule, AnUnknownKidNeverDelaysAFetch)
{
    RefetchSchedule schedule{30s, kStart};
    schedule.asked(kStart);
    schedule.failed(kStart, 0.5);
    schedule.asked(kStart + 1ms);
    EXPECT_EQ(schedule.due(), kStart + 500ms);
}

}  // namespace
