#include "base/worker_pool.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>
#include <memory>

namespace signet {
namespace {

using namespace std::chrono_literals;
using Turn = WorkerPool::Turn;

WorkerPool::Options options(std::size_t threads, std::size_t queue, std::chrono::milliseconds longest_wait = 1h)
{
    return {.name = "test", .threads = threads, .queue = queue, .longest_wait = longest_wait};
}

// Holds one thread of a pool until released.
class Blocker {
public:
    explicit Blocker(WorkerPool& pool)
    {
        EXPECT_TRUE(pool.submit([running = running_, released = released_](Turn) {
            running->count_down();
            released->wait();
        }));
        running_->wait();
    }
    ~Blocker() { release(); }
    void release()
    {
        if (!std::exchange(done_, true)) released_->count_down();
    }

private:
    // The thread may look at them a moment longer than this lives.
    std::shared_ptr<std::latch> running_  = std::make_shared<std::latch>(1);
    std::shared_ptr<std::latch> released_ = std::make_shared<std::latch>(1);
    bool                        done_     = false;
};

TEST(WorkerPool, RunsWhatItTakes)
{
    std::atomic<int> runs = 0;
    {
        WorkerPool pool{options(2, 64)};
        for (int i = 0; i < 50; ++i) ASSERT_TRUE(pool.submit([&](Turn turn) { runs += turn == Turn::run; }));
    }
    EXPECT_EQ(runs, 50);
}

TEST(WorkerPool, RefusesAtOnceWhenItsQueueIsFull)
{
    std::atomic<int> called = 0;
    {
        WorkerPool pool{options(1, 2)};
        Blocker    blocker{pool};
        EXPECT_TRUE(pool.submit([&](Turn) { ++called; }));
        EXPECT_TRUE(pool.submit([&](Turn) { ++called; }));
        EXPECT_FALSE(pool.submit([&](Turn) { ++called; }));
        EXPECT_EQ(pool.queued(), 2u);
        EXPECT_EQ(pool.running(), 1u);
        blocker.release();
    }
    EXPECT_EQ(called, 2);
}

TEST(WorkerPool, TellsAJobThatWaitedTooLong)
{
    std::promise<Turn> turn;
    WorkerPool         pool{options(1, 2, -1ms)};  // every wait is too long
    ASSERT_TRUE(pool.submit([&](Turn given) { turn.set_value(given); }));
    EXPECT_EQ(turn.get_future().get(), Turn::waited_too_long);
}

// CHECKS E11: one address with a thousand sign-ins does not keep others out.
TEST(WorkerPool, LetsNoSourceKeepOthersOut)
{
    std::string      order;
    std::atomic<int> displaced = 0;
    {
        WorkerPool pool{options(1, 4)};
        Blocker    blocker{pool};
        auto const job = [&](char what) {
            return [&, what](Turn turn) {
                if (turn == Turn::run) order += what;
                displaced += turn == Turn::displaced;
            };
        };
        for (char const what : std::string_view{"abcd"}) EXPECT_TRUE(pool.submit(job(what), "much"));
        EXPECT_FALSE(pool.submit(job('e'), "much"));
        EXPECT_EQ(displaced, 0);
        EXPECT_TRUE(pool.submit(job('1'), "other"));
        EXPECT_EQ(displaced, 1);
        EXPECT_EQ(pool.queued(), 4U);
        blocker.release();
    }
    EXPECT_EQ(order, "a1bc");
}

// CHECKS C9, C35: a crowd of strangers, each with an address of its own, does not keep out who has been here before.
TEST(WorkerPool, GivesTheKnownEverySecondTurnAndPlacesOfTheirOwn)
{
    std::string order;
    {
        WorkerPool pool{options(1, 3)};
        Blocker    blocker{pool};
        auto const job = [&](char what) { return [&order, what](Turn) { order += what; }; };
        for (char const what : std::string_view{"abc"}) EXPECT_TRUE(pool.submit(job(what), {&what, 1}));
        EXPECT_FALSE(pool.submit(job('d'), "d"));
        for (char const what : std::string_view{"123"})
            EXPECT_TRUE(pool.submit(job(what), {&what, 1}, WorkerPool::Standing::known));
        EXPECT_FALSE(pool.submit(job('4'), "4", WorkerPool::Standing::known));
        EXPECT_EQ(pool.queued(), 6U);
        blocker.release();
    }
    EXPECT_EQ(order, "1a2b3c");
}

TEST(WorkerPool, RunsWhatGoesFirstBeforeTheRestAndThoughTheQueueIsFull)
{
    std::string order;
    {
        WorkerPool pool{options(1, 2)};
        Blocker    blocker{pool};
        EXPECT_FALSE(pool.is_crowded());
        EXPECT_TRUE(pool.submit([&](Turn) { order += 'a'; }));
        EXPECT_FALSE(pool.is_crowded());
        EXPECT_TRUE(pool.submit([&](Turn) { order += 'b'; }));
        EXPECT_FALSE(pool.is_crowded()) << "one source alone is no crowd";
        EXPECT_FALSE(pool.submit([](Turn) {}));
        EXPECT_TRUE(pool.submit_first([&](Turn) { order += '1'; }));
        EXPECT_TRUE(pool.submit_first([&](Turn) { order += '2'; }));
        EXPECT_FALSE(pool.submit_first([](Turn) {}));
        blocker.release();
    }
    EXPECT_EQ(order, "12ab");
}

TEST(WorkerPool, IsCrowdedWhenSeveralHaveMoreThanHalfOfItsQueue)
{
    WorkerPool pool{options(1, 4)};
    Blocker    blocker{pool};
    for (std::string const source : {"a", "b"}) EXPECT_TRUE(pool.submit([](Turn) {}, source));
    EXPECT_TRUE(pool.submit([](Turn) {}, "b"));
    EXPECT_FALSE(pool.is_crowded());
    EXPECT_TRUE(pool.submit([](Turn) {}, "c", WorkerPool::Standing::known));
    EXPECT_TRUE(pool.is_crowded());
    blocker.release();
}

TEST(WorkerPool, EndsAJobsCapturesBeforeItStops)
{
    auto const held = std::make_shared<int>(1);
    {
        WorkerPool pool{options(1, 4)};
        ASSERT_TRUE(pool.submit([held](Turn) {}));
    }
    EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace signet
