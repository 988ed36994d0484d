#include "revocation/reader_gate.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace signet::revocation {
namespace {

constexpr std::size_t kBytes = 64;  // one of them the filter's

void retire(ReaderGate& gate)
{
    gate.make_room();
    gate.retire(std::make_unique<Table const>(1, kBytes - 1));
}

TEST(ReaderGate, FreesAtOnceWhereNobodyReads)
{
    ReaderGate gate;
    retire(gate);
    EXPECT_EQ(gate.bytes(), 0U);
}

TEST(ReaderGate, KeepsATableUntilWhoWasInsideHasLeft)
{
    ReaderGate gate;
    {
        auto const pass = gate.enter();
        retire(gate);
        gate.sweep();
        EXPECT_EQ(gate.bytes(), kBytes);
    }
    gate.sweep();
    EXPECT_EQ(gate.bytes(), 0U);
}

TEST(ReaderGate, DoesNotWaitForWhoCameLater)
{
    ReaderGate                        gate;
    std::unique_ptr<ReaderGate::Pass> first{new ReaderGate::Pass{gate.enter()}};
    retire(gate);
    std::unique_ptr<ReaderGate::Pass> later;
    // A thread of its own, for it is by threads that the gate tells readers apart.
    std::thread{[&] { later.reset(new ReaderGate::Pass{gate.enter()}); }}.join();
    first.reset();
    gate.sweep();
    EXPECT_EQ(gate.bytes(), 0U) << "who is inside came after the table was out of reach, and its stripe was empty then";
}

}  // namespace
}  // namespace signet::revocation
