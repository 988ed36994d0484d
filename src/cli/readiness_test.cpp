#include "cli/readiness.hpp"

#include <gtest/gtest.h>

#include <future>
#include <stdexcept>
#include <thread>
#include <vector>

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

// Long enough for any machine: what takes as long waits for something that does not come.
constexpr auto kPatience = 10s;

struct ManualTime {
    Readiness::TimePoint now{1h};

    std::function<Readiness::TimePoint()> read()
    {
        return [this] { return now; };
    }
};

TEST(Readiness, AsksStorageOnceForManyQuestions)
{
    int       checks = 0;
    Readiness readiness([&] {
        ++checks;
        return core::Result<void>{};
    });
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(readiness.ask());
    EXPECT_LE(checks, 2);
}

TEST(Readiness, RestsAfterASlowCheckAsAfterAQuickOne)
{
    int        checks = 0;
    ManualTime time;
    Readiness  readiness(
        [&] {
            ++checks;
            time.now += 3s;
            return core::Result<void>{};
        },
        time.read());
    EXPECT_TRUE(readiness.ask());
    EXPECT_TRUE(readiness.ask());
    EXPECT_EQ(checks, 1);
    time.now += 1s;
    EXPECT_TRUE(readiness.ask());
    EXPECT_EQ(checks, 2);
}

// Whoever waited would hold a thread of the storage pool, and then check once more.
TEST(Readiness, LetsNobodyWaitForTheCheckOfAnother)
{
    struct Other {
        std::future<core::Result<void>> asked;
        bool                            answered = false;
    };
    ManualTime         time;
    std::vector<Other> others(3);
    std::size_t        checks    = 0;
    Readiness*         asked     = nullptr;
    auto const         ask_again = [&](Other& other) {
        other.asked    = std::async(std::launch::async, [&] { return asked->ask(); });
        other.answered = other.asked.wait_for(kPatience) == std::future_status::ready;
    };
    auto const asker = std::this_thread::get_id();
    Readiness  readiness(
        [&] {
            // An other that waited, and then checks as well, fails the test and asks no more.
            if (std::this_thread::get_id() != asker) return core::Result<void>{};
            ask_again(others.at(checks++));
            if (checks < 2) return core::Result<void>{};
            time.now += 5s;
            ask_again(others.at(2));
            return core::Result<void>{};
        },
        time.read());
    asked = &readiness;

    EXPECT_TRUE(readiness.ask());
    time.now += 1h;
    EXPECT_TRUE(readiness.ask());
    EXPECT_EQ(checks, 2U);
    for (auto const& other : others) EXPECT_TRUE(other.answered);

    auto const first = others[0].asked.get();
    ASSERT_FALSE(first) << "nothing is known yet";
    EXPECT_EQ(first.error().detail, "starting");
    EXPECT_TRUE(others[1].asked.get()) << "the answer before";
    auto const late = others[2].asked.get();
    ASSERT_FALSE(late) << "what hangs is not ready";
    EXPECT_EQ(late.error().detail, "the check has not come back");
    EXPECT_EQ(late.error().reason, "database_stuck");
}

TEST(Readiness, AsksAgainAfterACheckThatThrew)
{
    int       checks = 0;
    Readiness readiness([&] {
        if (++checks == 1) throw std::runtime_error("no memory");
        return core::Result<void>{};
    });
    EXPECT_THROW(static_cast<void>(readiness.ask()), std::runtime_error);
    EXPECT_TRUE(readiness.ask());
}

TEST(Readiness, GivesTheReasonOfAFailingStorage)
{
    Readiness  readiness([] { return core::Result<void>{core::unavailable("disk_full", "disk full")}; });
    auto const ready = readiness.ask();
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().code, core::Errc::unavailable);
    EXPECT_EQ(ready.error().detail, "disk full");
    EXPECT_EQ(ready.error().reason, "disk_full");
}

TEST(Readiness, IsOverOnceDraining)
{
    Readiness readiness([] { return core::Result<void>{}; });
    EXPECT_TRUE(readiness.ask());
    readiness.drain();
    auto const ready = readiness.ask();
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().code, core::Errc::unavailable);
    EXPECT_EQ(ready.error().reason, "draining");
}

}  // namespace
}  // namespace signet::cli
