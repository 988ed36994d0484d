// CHECKS E11, E14: who sends much waits for it alone.
#include "base/fair_queue.hpp"

#include <gtest/gtest.h>

#include <string>

namespace signet {
namespace {

std::string drain(FairQueue<char>& queue)
{
    std::string order;
    while (auto const item = queue.pop()) order += *item;
    return order;
}

TEST(FairQueue, KeepsTheOrderOfOneSource)
{
    FairQueue<char> queue;
    for (char const c : std::string_view{"abc"}) queue.push("", c);
    EXPECT_EQ(queue.size(), 3U);
    EXPECT_EQ(drain(queue), "abc");
    EXPECT_TRUE(queue.empty());
}

TEST(FairQueue, CountsNoSourceForMoreThanItIsAskedTo)
{
    FairQueue<char> queue;
    for (char const c : std::string_view{"abcde"}) queue.push("much", c);
    queue.push("one", '1');
    EXPECT_EQ(queue.size_by_source(2), 3U);
    EXPECT_EQ(queue.size_by_source(9), queue.size());
}

TEST(FairQueue, TakesTurnsBetweenSources)
{
    FairQueue<char> queue;
    for (char const c : std::string_view{"abcde"}) queue.push("much", c);
    queue.push("one", '1');
    for (char const c : std::string_view{"xy"}) queue.push("two", c);
    EXPECT_EQ(drain(queue), "a1xbycde");
}

TEST(FairQueue, StartsASourceAtTheEndOfTheTurnsEachTime)
{
    FairQueue<char> queue;
    queue.push("a", '1');
    queue.push("b", '2');
    EXPECT_EQ(queue.pop(), '1');
    queue.push("a", '3');
    EXPECT_EQ(drain(queue), "23");
}

TEST(FairQueue, MakesRoomAtTheCostOfWhoHasMost)
{
    FairQueue<char> queue;
    for (char const c : std::string_view{"abcd"}) queue.push("much", c);
    queue.push("some", '1');
    EXPECT_EQ(queue.make_room("new"), 'd');
    queue.push("new", 'n');
    EXPECT_EQ(queue.make_room("new"), 'c');
    queue.push("new", 'm');
    EXPECT_EQ(queue.make_room("new"), std::nullopt) << "two each: nobody has more than a share";
    EXPECT_EQ(queue.make_room("much"), std::nullopt) << "the longest gets nothing at its own cost";
    EXPECT_EQ(queue.size(), 5U);
    EXPECT_EQ(drain(queue), "a1nbm");
}

TEST(FairQueue, HasNoRoomToMakeWhenEmpty)
{
    FairQueue<char> queue;
    EXPECT_EQ(queue.make_room("new"), std::nullopt);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

}  // namespace
}  // namespace signet
