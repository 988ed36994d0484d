#include "http/made_once.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

namespace signet::http {
namespace {

using core::Errc;
using core::Result;

class MadeOnceTest : public ::testing::Test {
protected:
    // The number that is there, or made; "name" of the refusal.
    std::string get(Serves serves, Result<int> const& next = 0)
    {
        auto const made = made_.get([&](int) { return serves; }, [&] { return ++count_, next; });
        return made ? std::to_string(*made) : std::string{core::name(made.error().code)};
    }

    MadeOnce<int> made_;
    int           count_ = 0;
};

TEST_F(MadeOnceTest, IsMadeWhenThereIsNoneThatServes)
{
    EXPECT_EQ(get(Serves::yes, 1), "1");
    EXPECT_EQ(get(Serves::yes, 2), "1");
    EXPECT_EQ(get(Serves::no, 3), "3");
    EXPECT_EQ(count_, 2);
}

TEST_F(MadeOnceTest, IsRefusedAsItsMakerDoesAndTriedAgain)
{
    EXPECT_EQ(get(Serves::yes, core::refused(Errc::unavailable)), "unavailable");
    EXPECT_EQ(get(Serves::yes, 1), "1");
    EXPECT_EQ(get(Serves::no, core::refused(Errc::unavailable)), "unavailable") << "one that does not serve is none";
    EXPECT_EQ(get(Serves::yes), "1") << "and is kept";
}

// Or those who were cut off would be counted as waiting for ever.
TEST_F(MadeOnceTest, CountsNobodyWhoseMakerThrows)
{
    for (int i = 0; i < 10; ++i)
        EXPECT_THROW(static_cast<void>(made_.get([](int) { return Serves::yes; },
                                                 []() -> Result<int> { throw std::runtime_error("no memory"); })),
                     std::runtime_error);
    EXPECT_EQ(get(Serves::yes, 1), "1");
}

TEST(MadeOnceAtOnce, GivesTheOneBeforeToWhoComesMeanwhile)
{
    MadeOnce<int> made;
    std::latch    begun{1};
    std::latch    release{1};
    auto const    old = [](int) { return Serves::meanwhile; };
    ASSERT_EQ(made.get(old, []() -> Result<int> { return 1; }).value(), 1);
    std::jthread const maker{[&] {
        auto const next = made.get(old, [&]() -> Result<int> {
            begun.count_down();
            release.wait();
            return 2;
        });
        EXPECT_EQ(next.value(), 2);
    }};
    begun.wait();
    EXPECT_EQ(made.get(old, []() -> Result<int> { return 3; }).value(), 1);
    release.count_down();
}

// However long ago it was made, and by whatever key.
TEST(MadeOnceAtOnce, GivesNobodyWhatDoesNoLongerDo)
{
    MadeOnce<int> made;
    std::latch    begun{1};
    std::latch    release{1};
    auto const    is_new = [](int number) { return number == 2 ? Serves::yes : Serves::no; };
    ASSERT_EQ(made.get(is_new, []() -> Result<int> { return 1; }).value(), 1);
    std::vector<std::jthread> all;
    all.emplace_back([&] {
        auto const next = made.get(is_new, [&]() -> Result<int> {
            begun.count_down();
            release.wait();
            return 2;
        });
        EXPECT_EQ(next.value(), 2);
    });
    begun.wait();
    for (int i = 0; i < 8; ++i)
        all.emplace_back([&] {
            auto const other = made.get(is_new, []() -> Result<int> { return 3; });
            if (other)
                EXPECT_EQ(*other, 2);
            else
                EXPECT_EQ(other.error().code, Errc::busy);
        });
    release.count_down();
}

}  // namespace
}  // namespace signet::http
