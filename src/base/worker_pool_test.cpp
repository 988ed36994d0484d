#include "base/worker_pool.hpp"

#include <gtest/gtest.h>

#include <future>
#include <latch>

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
        EXPECT_TRUE(pool.submit([this](Turn) {
            running_.count_down();
            released_.wait();
        }));
        running_.wait();
    }
    ~Blocker() { release(); }
    void release()
    {
        if (!std::exchange(done_, true)) released_.count_down();
    }

private:
    std::latch running_{1};
    std::latch released_{1};
    bool       done_ = false;
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
        EXPECT_TRUE(pool.is_crowded());
        EXPECT_FALSE(pool.submit([](Turn) {}));
        EXPECT_TRUE(pool.submit_first([&](Turn) { order += '1'; }));
        EXPECT_TRUE(pool.submit_first([&](Turn) { order += '2'; }));
        EXPECT_FALSE(pool.submit_first([](Turn) {}));
        blocker.release();
    }
    EXPECT_EQ(order, "12ab");
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
