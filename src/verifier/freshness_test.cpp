#include "verifier/freshness.hpp"

#include "verifier/clock_watch.hpp"

#include <gtest/gtest.h>

namespace signet {
namespace {

using namespace std::chrono_literals;
using Time = Freshness::Time;

constexpr Freshness::Limits kLimits{.degraded_after = 3s, .stale_after = 30s};

Time const kStart{1000h};

// A server that had run for so long when a stream was asked for, at kStart.
struct Server {
    std::chrono::milliseconds off;

    [[nodiscard]] revocation::Uptime clock(Time real) const
    {
        return std::chrono::floor<std::chrono::milliseconds>(real - kStart) + off;
    }
};

State state(Freshness const& freshness, Time now)
{
    return state_of(freshness.current_at(), kLimits, now);
}

// However long it was, and also if what it says is nonsense.
class Freshnesses : public ::testing::TestWithParam<std::chrono::minutes> {
protected:
    Freshnesses() { EXPECT_TRUE(freshness.answered(kStart, kStart + 50ms, server.clock(kStart + 30ms))); }

    // Made at `made`, come at `came`: all that it names is held.
    bool hear(Time made, Time came)
    {
        bool const in_step = freshness.arrived(came, server.clock(made));
        freshness.current(server.clock(made));
        return in_step;
    }

    Server    server{.off = GetParam()};
    Freshness freshness{kLimits};
};

INSTANTIATE_TEST_SUITE_P(Clocks, Freshnesses,
                         ::testing::Values(0min, 5min, -5min, 60 * 24 * 365 * 20 * 1min, -60 * 24 * 365 * 20 * 1min));

TEST_P(Freshnesses, AreStartingUntilSomethingIsKnownToBeCurrent)
{
    EXPECT_EQ(state(freshness, kStart + 50ms), State::starting);
    EXPECT_TRUE(freshness.arrived(kStart + 1s, server.clock(kStart + 1s)));
    EXPECT_EQ(state(freshness, kStart + 1h), State::starting);
}

TEST_P(Freshnesses, AreLiveThenDegradedThenStale)
{
    freshness.current(server.clock(kStart + 30ms));
    // It was made when the nonce left at the earliest, and that is what counts.
    EXPECT_EQ(state(freshness, kStart + 3s - 1ms), State::live);
    EXPECT_EQ(state(freshness, kStart + 3s), State::degraded);
    EXPECT_EQ(state(freshness, kStart + 30s - 1ms), State::degraded);
    EXPECT_EQ(state(freshness, kStart + 30s), State::stale);
    EXPECT_TRUE(hear(kStart + 40s, kStart + 40s));
    EXPECT_EQ(state(freshness, kStart + 40s), State::live);
}

TEST_P(Freshnesses, StayLiveWithAHeartbeatASecond)
{
    for (auto at = kStart + 1s; at < kStart + 10min; at += 1s) {
        EXPECT_TRUE(hear(at, at + 20ms));
        EXPECT_EQ(state(freshness, at + 1s + 20ms), State::live);
    }
}

TEST_P(Freshnesses, CountAHeartbeatFromWhenItWasMade)
{
    EXPECT_TRUE(hear(kStart + 1s, kStart + 20s));
    EXPECT_EQ(state(freshness, kStart + 20s), State::degraded) << "19 s old";
    EXPECT_TRUE(hear(kStart + 2s, kStart + 33s));
    EXPECT_EQ(state(freshness, kStart + 33s), State::stale);
    EXPECT_TRUE(hear(kStart + 33s, kStart + 33s + 5ms));
    EXPECT_EQ(state(freshness, kStart + 33s + 5ms), State::live);
}

// A middle man who lets every heartbeat through, each five seconds late, gains nothing.
TEST_P(Freshnesses, AreNeverLiveOfWhatIsHeldBack)
{
    for (auto made = kStart + 1s; made < kStart + 5min; made += 1s) {
        EXPECT_TRUE(hear(made, made + 5s));
        EXPECT_NE(state(freshness, made + 5s), State::live);
    }
}

TEST_P(Freshnesses, AreNoYoungerForWhatIsRepeated)
{
    EXPECT_TRUE(hear(kStart + 1s, kStart + 1s));
    for (auto at = kStart + 2s; at < kStart + 10s; at += 1s) EXPECT_TRUE(hear(kStart + 1s, at));
    EXPECT_EQ(state(freshness, kStart + 4s), State::degraded);
    EXPECT_TRUE(hear(kStart + 5s, kStart + 5s));
    EXPECT_TRUE(hear(kStart + 1s, kStart + 6s)) << "in another order";
    EXPECT_EQ(state(freshness, kStart + 7s), State::live);
}

TEST_P(Freshnesses, AreNoYoungerForAnAnswerThatWasHeldBack)
{
    Freshness held_back{kLimits};
    EXPECT_TRUE(held_back.answered(kStart, kStart + 2900ms, server.clock(kStart + 30ms)));
    held_back.current(server.clock(kStart + 30ms));
    EXPECT_EQ(state(held_back, kStart + 2900ms), State::live);
    EXPECT_EQ(state(held_back, kStart + 3s), State::degraded);
    // And what follows, each as late as that, is as old as it is.
    EXPECT_TRUE(held_back.arrived(kStart + 3900ms, server.clock(kStart + 1s)));
    held_back.current(server.clock(kStart + 1s));
    EXPECT_EQ(state(held_back, kStart + 4s), State::degraded);
}

TEST_P(Freshnesses, TakeNoAnswerThatTookTooLong)
{
    Freshness late{kLimits};
    EXPECT_FALSE(late.answered(kStart, kStart + 3s, server.clock(kStart + 1s)));
    EXPECT_TRUE(late.answered(kStart, kStart + 3s - 1ms, server.clock(kStart + 1s)));
}

// As where this machine slept. Without that, whatever is held back for as long would look young.
TEST_P(Freshnesses, AskAnewWhenTheServerHasRunForLongerThanIsKnown)
{
    EXPECT_TRUE(hear(kStart + 1s, kStart + 1s));
    server.off += 5min;
    EXPECT_FALSE(hear(kStart + 2s, kStart + 2s));
    EXPECT_EQ(state(freshness, kStart + 5s), State::degraded) << "it was made when it came, and no later";
    EXPECT_FALSE(hear(kStart + 3s, kStart + 3s)) << "until there is another stream";
    EXPECT_TRUE(freshness.answered(kStart + 6s, kStart + 6s + 10ms, server.clock(kStart + 6s)));
    EXPECT_TRUE(hear(kStart + 7s, kStart + 7s));
    EXPECT_EQ(state(freshness, kStart + 8s), State::live);
}

// CHECKS E26
TEST_P(Freshnesses, AreOlderByAsMuchAsThisMachineSlept)
{
    EXPECT_TRUE(hear(kStart + 1s, kStart + 1s));
    freshness.slept(5min);
    EXPECT_EQ(state(freshness, kStart + 1s), State::stale);
    EXPECT_TRUE(freshness.answered(kStart + 2s, kStart + 2s + 10ms, server.clock(kStart + 2s)));
    EXPECT_TRUE(hear(kStart + 2s, kStart + 2s + 10ms));
    EXPECT_EQ(state(freshness, kStart + 3s), State::live);
}

TEST_P(Freshnesses, AreDegradedWhenTheServersUptimeGoesBackUntilThereIsAnotherStream)
{
    EXPECT_TRUE(hear(kStart + 1s, kStart + 1s));
    server.off -= 5min;
    EXPECT_TRUE(hear(kStart + 2s, kStart + 2s));
    EXPECT_EQ(state(freshness, kStart + 4s), State::degraded);
    EXPECT_TRUE(freshness.answered(kStart + 5s, kStart + 5s + 10ms, server.clock(kStart + 5s)));
    EXPECT_TRUE(hear(kStart + 6s, kStart + 6s));
    EXPECT_EQ(state(freshness, kStart + 6s), State::live);
}

TEST_P(Freshnesses, FollowAClockThatRunsALittleFaster)
{
    for (auto at = kStart + 1s; at < kStart + 1h; at += 1s) {
        server.off += at.time_since_epoch() % 10s == 0s ? 1ms : 0ms;  // 100 parts in a million
        EXPECT_TRUE(hear(at, at));
        EXPECT_EQ(state(freshness, at), State::live);
        EXPECT_EQ(state(freshness, at + 3s), State::degraded);
    }
}

TEST(ClockWatches, TellHowFarTheWallClockHasMovedAgainstTheSteadyOne)
{
    TimePoint const wall{std::chrono::milliseconds{1'800'000'000'000}};
    ClockWatch      watch;
    EXPECT_EQ(watch.moved(wall, kStart), 0ms);
    EXPECT_EQ(watch.moved(wall + 10s, kStart + 10s), 0ms);
    EXPECT_EQ(watch.moved(wall + 5min + 20s, kStart + 20s), 5min) << "it slept";
    EXPECT_EQ(watch.moved(wall + 5min + 30s, kStart + 30s), 0ms) << "and was told of once";
    EXPECT_EQ(watch.moved(wall, kStart + 30s), -5min - 30s);
}

// CHECKS E26: whoever's clock is wrong, and in whichever direction.
TEST(ForgettableBefore, IsTheEarlierTimeLessWhatATokenIsGivenBeyondItsEnd)
{
    TimePoint const now{std::chrono::milliseconds{1'800'000'000'000}};
    EXPECT_EQ(forgettable_before(now, now, 30s), now - 30s);
    EXPECT_EQ(forgettable_before(now + 1h, now, 30s), now - 30s);
    EXPECT_EQ(forgettable_before(now, now + 1h, 30s), now - 30s);
}

TEST(NextChange, IsWhenTheStateWillBeAnother)
{
    EXPECT_EQ(next_change(std::nullopt, kLimits, kStart), Time::max());
    EXPECT_EQ(next_change(kStart, kLimits, kStart), kStart + 3s);
    EXPECT_EQ(next_change(kStart, kLimits, kStart + 3s), kStart + 30s);
    EXPECT_EQ(next_change(kStart, kLimits, kStart + 30s), Time::max());
}

}  // namespace
}  // namespace signet
