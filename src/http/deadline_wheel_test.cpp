#include "http/deadline_wheel.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace signet::http {
namespace {

using namespace std::chrono_literals;
using Time = DeadlineWheel::Time;

constexpr Time kStart{1'000'000s};

struct Bell final : Timed {
    int                   rung = 0;
    std::function<void()> then = [] {};

    void on_deadline() override
    {
        ++rung;
        then();
    }
};

TEST(DeadlineWheel, RingsOnceAndNeverEarly)
{
    for (auto const delay : {0ms, 1ms, 249ms, 250ms, 10'000ms, 63'999ms, 64'000ms, 200'000ms}) {
        DeadlineWheel wheel;
        Bell          bell;
        wheel.turn(kStart);
        wheel.set(bell, kStart + delay);
        auto now = kStart;
        for (; bell.rung == 0 && now < kStart + 300s; now += 50ms) wheel.turn(now);
        EXPECT_EQ(bell.rung, 1) << delay.count();
        EXPECT_GT(now - 50ms, kStart + delay - 1ms) << delay.count();
        EXPECT_LE(now - 50ms, kStart + delay + 2 * DeadlineWheel::kTick) << delay.count();
        EXPECT_TRUE(wheel.empty());
        wheel.turn(now + 100s);
        EXPECT_EQ(bell.rung, 1);
    }
}

TEST(DeadlineWheel, ForgetsWhatIsClearedAndWhatIsReplaced)
{
    DeadlineWheel wheel;
    Bell          cleared;
    Bell          moved;
    wheel.set(cleared, kStart + 1s);
    wheel.set(moved, kStart + 1s);
    wheel.set(moved, kStart + 5s);
    wheel.clear(cleared);
    wheel.clear(cleared);
    wheel.turn(kStart + 2s);
    EXPECT_EQ(cleared.rung, 0);
    EXPECT_EQ(moved.rung, 0);
    wheel.turn(kStart + 6s);
    EXPECT_EQ(moved.rung, 1);
    EXPECT_TRUE(wheel.empty());
}

TEST(DeadlineWheel, RingsAllThatAPauseHasOvertaken)
{
    DeadlineWheel     wheel;
    std::vector<Bell> bells(1000);
    wheel.turn(kStart);
    for (std::size_t i = 0; i < bells.size(); ++i) wheel.set(bells[i], kStart + i * 100ms);
    wheel.turn(kStart + 1h);
    for (auto const& bell : bells) EXPECT_EQ(bell.rung, 1);
    EXPECT_TRUE(wheel.empty());
}

TEST(DeadlineWheel, LetsABellSetAndClearOthersWhileItRings)
{
    DeadlineWheel wheel;
    Bell          first;
    Bell          neighbour;
    Bell          again;
    first.then = [&] {
        if (first.rung > 1) return;
        wheel.clear(neighbour);
        wheel.set(first, kStart + 1s);  // past: the next tick
        wheel.set(again, kStart + 2s);
    };
    wheel.set(first, kStart + 1s);
    wheel.set(neighbour, kStart + 1s);
    wheel.turn(kStart + 3s);
    EXPECT_EQ(first.rung, 1);
    EXPECT_EQ(neighbour.rung, 0);
    wheel.turn(kStart + 4s);
    EXPECT_EQ(first.rung, 2);
    EXPECT_EQ(again.rung, 1);
}

TEST(DeadlineWheel, IgnoresATimeThatGoesBack)
{
    DeadlineWheel wheel;
    Bell          bell;
    wheel.turn(kStart);
    wheel.set(bell, kStart + 1s);
    wheel.turn(kStart - 1h);
    EXPECT_EQ(bell.rung, 0);
    wheel.turn(kStart + 2s);
    EXPECT_EQ(bell.rung, 1);
}

}  // namespace
}  // namespace signet::http
