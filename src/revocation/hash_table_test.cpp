#include "revocation/hash_table.hpp"

#include <gtest/gtest.h>

namespace signet::revocation {
namespace {

using Presence = HashTable<Slot>;
using Dates    = HashTable<DatedSlot>;

// All in one shard and of one home, so that each stands behind those before it.
constexpr SubjectHash neighbour(std::uint32_t number)
{
    return {.high = std::uint64_t{number + 2} << 32 | 7, .low = number};
}

TEST(HashTable, FindsWhatWasPutAndNothingElse)
{
    ReaderGate gate;
    Presence   table;
    EXPECT_EQ(table.find(neighbour(0)), nullptr);
    for (std::uint32_t i = 0; i < 100; ++i)
        EXPECT_EQ(table.put({.hash = neighbour(i), .until = 10}, gate), Presence::Change::stronger);
    for (std::uint32_t i = 0; i < 100; ++i) EXPECT_NE(table.find(neighbour(i)), nullptr) << i;
    EXPECT_EQ(table.find(neighbour(100)), nullptr);
    EXPECT_EQ(table.find({}), nullptr);
    EXPECT_EQ(table.size(), 100U);
}

TEST(HashTable, TellsHashesApartByEachOfTheirNinetySixBits)
{
    ReaderGate        gate;
    Presence          table;
    SubjectHash const kept{.high = 0x0123'4567'89AB'CDEF, .low = 0x0246'8ACE};
    (void)table.put({.hash = kept, .until = 10}, gate);
    for (int bit = 0; bit < 64; ++bit)
        EXPECT_EQ(table.find({.high = kept.high ^ std::uint64_t{1} << bit, .low = kept.low}), nullptr) << bit;
    for (int bit = 0; bit < 32; ++bit)
        EXPECT_EQ(table.find({.high = kept.high, .low = kept.low ^ 1U << bit}), nullptr) << bit;
    EXPECT_NE(table.find(kept), nullptr);
}

TEST(HashTable, FindsWhatStandsBehindAForgottenOne)
{
    ReaderGate gate;
    Presence   table;
    for (std::uint32_t i = 0; i < 5; ++i) (void)table.put({.hash = neighbour(i), .until = i == 2 ? 9U : 10U}, gate);
    table.forget(0, 10, gate);
    EXPECT_EQ(table.find(neighbour(2)), nullptr);
    for (std::uint32_t const i : {0, 1, 3, 4}) EXPECT_NE(table.find(neighbour(i)), nullptr) << i;
    EXPECT_EQ(table.size(), 4U);
    EXPECT_EQ(table.put({.hash = neighbour(2), .until = 11}, gate), Presence::Change::stronger);
    EXPECT_NE(table.find(neighbour(2)), nullptr);
}

TEST(HashTable, KeepsTheLaterTimesOfOneSubject)
{
    ReaderGate gate;
    Dates      table;
    auto const put = [&](std::int64_t not_before, std::uint32_t until) {
        return table.put({.hash = neighbour(1), .until = until, .not_before = not_before}, gate);
    };
    EXPECT_EQ(put(500, 10), Dates::Change::stronger);
    EXPECT_EQ(put(500, 10), Dates::Change::none);
    EXPECT_EQ(put(400, 9), Dates::Change::none);
    EXPECT_EQ(put(400, 11), Dates::Change::longer);
    EXPECT_EQ(put(600, 5), Dates::Change::stronger);
    EXPECT_EQ(table.find(neighbour(1))->not_before, 600);
    table.forget(0, 11, gate);
    EXPECT_NE(table.find(neighbour(1)), nullptr) << "the later until";
    table.forget(0, 12, gate);
    EXPECT_EQ(table.find(neighbour(1)), nullptr);
    EXPECT_EQ(put(300, 20), Dates::Change::stronger) << "it is as if it had never been";
}

TEST(HashTable, KeepsDatesThroughEveryGrowth)
{
    ReaderGate gate;
    Dates      table;
    for (std::uint32_t i = 0; i < 1000; ++i)
        (void)table.put({.hash = neighbour(i), .until = 10, .not_before = i}, gate);
    for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(table.find(neighbour(i))->not_before, i);
}

TEST(HashTable, GivesMemoryBackAsItEmpties)
{
    ReaderGate gate;
    Presence   table;
    for (std::uint32_t i = 0; i < 2'000; ++i) (void)table.put({.hash = neighbour(i), .until = i}, gate);
    auto const full = table.bytes();
    table.forget(0, 1'990, gate);
    EXPECT_LT(table.bytes() * 50, full);
    EXPECT_EQ(table.size(), 10U);
    for (std::uint32_t i = 1'990; i < 2'000; ++i) EXPECT_NE(table.find(neighbour(i)), nullptr) << i;
    EXPECT_EQ(gate.bytes(), 0U);
}

// Forgotten slots are used up all the same; a table that only comes and goes must not grow for them.
TEST(HashTable, StaysAsLargeAsWhatItHolds)
{
    ReaderGate gate;
    Presence   table;
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        (void)table.put({.hash = neighbour(i), .until = i}, gate);
        if (i >= 10) table.forget(0, i - 9, gate);
    }
    EXPECT_EQ(table.size(), 10U);
    EXPECT_LE(table.bytes(), 32 * sizeof(Slot));
}

}  // namespace
}  // namespace signet::revocation
