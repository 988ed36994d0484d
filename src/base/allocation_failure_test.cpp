// Wherever memory runs out, a queue is what it was before, and a pool goes on.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <new>
#include <string>
#include <thread>

#include "base/fair_queue.hpp"
#include "base/testing/replaced_new.hpp"
#include "base/worker_pool.hpp"

namespace {

// Of this thread; 0: nothing fails.
thread_local std::size_t countdown = 0;

}  // namespace

bool signet::testing::is_granted(std::size_t) noexcept
{
    return countdown == 0 || --countdown != 0;
}

void signet::testing::before_free(void*) noexcept {}

namespace signet {
namespace {

using namespace std::chrono_literals;
using Turn = WorkerPool::Turn;

// Whether `call` was refused memory; its `nth` allocation is.
template <class Call>
bool runs_out(std::size_t nth, Call const& call)
{
    bool thrown = false;
    countdown   = nth;
    try {
        call();
    } catch (std::bad_alloc const&) {
        thrown = true;
    }
    countdown = 0;
    return thrown;
}

std::string source(int number)
{
    return "a source whose name does not fit into a std::string: " + std::to_string(number);
}

TEST(FairQueueWithoutMemory, HasChangedNothing)
{
    int refused = 0;
    for (std::size_t nth = 1; nth <= 6; ++nth) {
        // So many that each container has had to grow.
        FairQueue<int> queue;
        int            kept = 0;
        for (int i = 0; i < 600; ++i) {
            auto const from = source(i % 150);
            bool const lost = runs_out(nth, [&] { queue.push(from, i); });
            kept += lost ? 0 : 1;
            refused += lost ? 1 : 0;
            ASSERT_EQ(queue.size(), static_cast<std::size_t>(kept));
        }
        for (int i = 0; i < kept; ++i) ASSERT_TRUE(queue.pop()) << nth << ": " << i << " of " << kept;
        EXPECT_EQ(queue.pop(), std::nullopt);
        EXPECT_TRUE(queue.empty());
        queue.push(source(1), 7);
        EXPECT_EQ(queue.pop(), 7) << "a source that was refused has no lane left behind";
    }
    EXPECT_GT(refused, 0);
}

TEST(FairQueueWithoutMemory, GivesWhatItHasAllTheSame)
{
    FairQueue<int> queue;
    for (int i = 0; i < 600; ++i) queue.push(source(i % 7), i);
    int given = 0;
    EXPECT_FALSE(runs_out(1, [&] {
        while (queue.make_room("new")) ++given;
        while (queue.pop()) ++given;
    }));
    EXPECT_EQ(given, 600);
}

TEST(WorkerPoolWithoutMemory, GoesOnAndAnswersWhomItDisplaced)
{
    std::atomic<int> run       = 0;
    std::atomic<int> displaced = 0;
    int              taken     = 0;
    int              refused   = 0;
    {
        std::latch running{1};
        std::latch released{1};
        WorkerPool pool{{.name = "test", .threads = 1, .queue = 4, .longest_wait = 1h}};
        ASSERT_TRUE(pool.submit([&](Turn) {
            running.count_down();
            released.wait();
        }));
        running.wait();
        auto const submit = [&](std::size_t nth, int from) {
            auto const name = source(from);
            bool       took = false;
            auto       job  = WorkerPool::Job{[&](Turn turn) { ++(turn == Turn::displaced ? displaced : run); }};
            refused += runs_out(nth, [&] { took = pool.submit(std::move(job), name); }) ? 1 : 0;
            taken += took ? 1 : 0;
        };
        for (int i = 0; i < 4; ++i) submit(0, 0);
        for (std::size_t nth = 1; nth <= 6; ++nth) submit(nth, static_cast<int>(nth));
        released.count_down();
    }
    EXPECT_GT(refused, 0);
    EXPECT_GT(displaced, 0);
    EXPECT_EQ(run + displaced, taken) << "every job that was taken is called once";
}

TEST(WorkerPoolWithoutMemory, RunsWhatComesLater)
{
    WorkerPool pool{{.name = "test", .threads = 1, .queue = 1000, .longest_wait = 1h}};
    for (int i = 0; i < 300; ++i)
        for (std::size_t nth = 1; nth <= 6; ++nth) {
            auto const name = source(i);
            runs_out(nth, [&] { static_cast<void>(pool.submit([](Turn) {}, name)); });
        }
    std::promise<void> done;
    while (!pool.submit([&](Turn) { done.set_value(); }, "later")) std::this_thread::yield();
    EXPECT_EQ(done.get_future().wait_for(1min), std::future_status::ready);
}

}  // namespace
}  // namespace signet
