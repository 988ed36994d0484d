#include "base/bell.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace signet {
namespace {

using namespace std::chrono_literals;

TEST(Bell, IsHeardAlsoBySomebodyWhoComesLater)
{
    Bell early;
    early.ring();
    early.wait();
    Bell other;
    other.ring();
    EXPECT_TRUE(other.wait_for(0ns));
}

TEST(Bell, IsNotWaitedForLongerThanWanted)
{
    Bell       bell;
    auto const began = std::chrono::steady_clock::now();
    EXPECT_FALSE(bell.wait_for(20ms));
    EXPECT_GE(std::chrono::steady_clock::now() - began, 20ms);
    bell.ring();
    EXPECT_TRUE(bell.wait_for(1h));
}

TEST(Bell, MayBeDestroyedByWhoHasHeardIt)
{
    for (int i = 0; i < 2'000; ++i) {
        auto        bell = std::make_unique<Bell>();
        int         said = 0;
        std::thread ringer{[&said, bell = bell.get()] {
            said = 1;
            bell->ring();
        }};
        bell->wait();
        EXPECT_EQ(said, 1);
        bell.reset();
        ringer.join();
    }
}

}  // namespace
}  // namespace signet
