#include "http/absent_followers.hpp"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

using namespace std::chrono_literals;

class AbsentFollowersTest : public ::testing::Test {
protected:
    AbsentFollowers                    absent_;
    AbsentFollowers::Clock::time_point now_{1h};
};

TEST_F(AbsentFollowersTest, AreCountedUntilTheyComeBack)
{
    EXPECT_EQ(absent_.count(now_), 0U);
    absent_.left("notes", now_);
    absent_.left("notes", now_ + 1s);
    absent_.left("mail", now_ + 2s);
    EXPECT_EQ(absent_.count(now_ + 2s), 3U);
    absent_.came("notes");
    EXPECT_EQ(absent_.count(now_ + 2s), 2U);
    absent_.came("nobody");
    absent_.came("notes");
    absent_.came("notes");
    EXPECT_EQ(absent_.count(now_ + 2s), 1U) << "the mail's";
}

TEST_F(AbsentFollowersTest, AreCountedForAsLongAsTheyMayBeSureOfThemselves)
{
    absent_.left("notes", now_);
    absent_.left("notes", now_ + 10s);
    EXPECT_EQ(absent_.count(now_ + 30s - 1ms), 2U);
    EXPECT_EQ(absent_.count(now_ + 30s), 1U);
    absent_.came("notes");
    EXPECT_EQ(absent_.count(now_ + 30s), 0U);
    absent_.left("notes", now_ + 31s);
    EXPECT_EQ(absent_.count(now_ + 2min), 0U);
}

TEST_F(AbsentFollowersTest, AreForgottenWithTheirCredential)
{
    absent_.left("notes", now_);
    absent_.left("mail", now_);
    absent_.left("notes", now_ + 1s);
    absent_.forget("notes");
    EXPECT_EQ(absent_.count(now_ + 1s), 1U);
    EXPECT_EQ(absent_.count(now_ + 1min), 0U);
}

}  // namespace
}  // namespace signet::http
