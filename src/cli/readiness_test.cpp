#include "cli/readiness.hpp"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

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

TEST(Readiness, GivesTheReasonOfAFailingStorage)
{
    Readiness  readiness([] { return core::Result<void>{core::refused(core::Errc::unavailable, "disk full")}; });
    auto const ready = readiness.ask();
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().code, core::Errc::unavailable);
    EXPECT_EQ(ready.error().detail, "disk full");
}

TEST(Readiness, IsOverOnceDraining)
{
    Readiness readiness([] { return core::Result<void>{}; });
    EXPECT_TRUE(readiness.ask());
    readiness.drain();
    auto const ready = readiness.ask();
    ASSERT_FALSE(ready);
    EXPECT_EQ(ready.error().code, core::Errc::unavailable);
}

}  // namespace
}  // namespace signet::cli
