#include "core/hash_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace signet::core {
namespace {

TEST(HashMemory, IsNeverGivenOutTwice)
{
    HashMemory               memory{100, 6};
    std::atomic<int>         taken = 0;
    std::atomic<int>         most  = 0;
    std::vector<std::thread> threads;
    for (int const bytes : {30, 30, 60, 100, 40, 30})
        threads.emplace_back([&, bytes] {
            for (int i = 0; i < 200; ++i) {
                auto const share = memory.take(static_cast<std::size_t>(bytes));
                most             = std::max<int>(most, taken += bytes);
                std::this_thread::yield();
                taken -= bytes;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_LE(most, 100);
    EXPECT_EQ(taken, 0);
}

TEST(HashMemory, LetsNoMoreRunThanItMay)
{
    HashMemory               memory{100, 2};
    std::atomic<int>         running = 0;
    std::atomic<int>         most    = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 6; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                auto const share = memory.take(1);
                most             = std::max<int>(most, ++running);
                std::this_thread::yield();
                --running;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_LE(most, 2);
    EXPECT_EQ(running, 0);
}

TEST(HashMemory, GivesAllOfItToWhatNeedsMore)
{
    HashMemory memory{100, 2};
    for (int i = 0; i < 3; ++i) auto const share = memory.take(1'000);
    auto const half  = memory.take(50);
    auto const other = memory.take(50);
}

}  // namespace
}  // namespace signet::core
