#include "http/revocation_snapshots.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "http/compression.hpp"

namespace signet::http {
namespace {

using namespace std::chrono_literals;

class Snapshots : public ::testing::Test {
protected:
    static revocation::Position at(revocation::Sequence sequence, std::int64_t log = 1)
    {
        return {.log = log, .sequence = sequence, .hash = {}};
    }
    std::string take(revocation::Position const& published)
    {
        auto const bytes = snapshots_.compressed(published, key_id_, now_);
        return bytes ? decompress(**bytes, Wrapper::gzip) : std::string{core::name(bytes.error().code)};
    }

    std::string                            key_id_ = "k1";
    RevocationSnapshots::Clock::time_point now_{1h};
    std::atomic<int>                       made_  = 0;
    bool                                   fails_ = false;
    RevocationSnapshots                    snapshots_{[this](auto const& published) -> core::Result<std::string> {
        ++made_;
        if (fails_) return core::refused(core::Errc::unavailable, "no disk");
        return "at " + std::to_string(published.sequence);
    }};
};

TEST_F(Snapshots, AreMadeOnceForAPosition)
{
    EXPECT_EQ(take(at(7)), "at 7");
    now_ += 1h;
    EXPECT_EQ(take(at(7)), "at 7");
    EXPECT_EQ(made_, 1);
}

TEST_F(Snapshots, AreNotMadeForEachNewEntry)
{
    EXPECT_EQ(take(at(7)), "at 7");
    now_ += 999ms;
    EXPECT_EQ(take(at(8)), "at 7");
    now_ += 1ms;
    EXPECT_EQ(take(at(9)), "at 9");
    EXPECT_EQ(made_, 2);
}

TEST_F(Snapshots, OfAnotherLogAreOfNoUse)
{
    EXPECT_EQ(take(at(7, 1)), "at 7");
    EXPECT_EQ(take(at(3, 2)), "at 3");
}

TEST_F(Snapshots, AreMadeAnewWithAnotherKey)
{
    EXPECT_EQ(take(at(7)), "at 7");
    key_id_ = "k2";
    EXPECT_EQ(take(at(7)), "at 7");
    EXPECT_EQ(made_, 2);
}

TEST_F(Snapshots, ThatCannotBeMadeAreRefusedAndTriedAgain)
{
    fails_ = true;
    EXPECT_EQ(take(at(7)), "unavailable");
    fails_ = false;
    EXPECT_EQ(take(at(7)), "at 7");
}

// A thread of the pool for each would leave none for refreshes.
TEST_F(Snapshots, AreUnpackedOnceForAllWhoAreBeingSentThem)
{
    auto const packed = snapshots_.compressed(at(7), key_id_, now_).value();
    auto const text   = snapshots_.plain(packed);
    EXPECT_EQ(*text, "at 7");
    EXPECT_EQ(snapshots_.plain(packed), text);
    auto const other = snapshots_.compressed(at(9), key_id_, now_ + 1s).value();
    EXPECT_EQ(*snapshots_.plain(other), "at 9");
    EXPECT_EQ(*text, "at 7");
    EXPECT_EQ(*snapshots_.plain(packed), "at 7");
}

TEST(SnapshotsAtOnce, AreMadeOnceWhileAFewWaitAndTheOthersComeAgain)
{
    constexpr int       kOthers = 10;
    std::atomic<int>    made    = 0;
    std::atomic<int>    served  = 0;
    std::latch          begun{1};
    std::latch          refused{kOthers - 3};
    std::latch          release{1};
    RevocationSnapshots snapshots{[&](auto const&) -> core::Result<std::string> {
        ++made;
        begun.count_down();
        release.wait();
        return "all";
    }};
    auto const          ask = [&] {
        auto const bytes = snapshots.compressed({.log = 1, .sequence = 1, .hash = {}}, "k1", {});
        if (bytes) ++served;
        if (!bytes && bytes.error().code == core::Errc::busy) refused.count_down();
    };
    {
        std::vector<std::jthread> threads;
        threads.emplace_back(ask);
        begun.wait();
        for (int i = 0; i < kOthers; ++i) threads.emplace_back(ask);
        refused.wait();
        release.count_down();
    }
    EXPECT_EQ(made, 1);
    EXPECT_EQ(served, 4);
}

TEST(SnapshotsAtOnce, AreTheOnesBeforeWhileAnotherIsMade)
{
    std::latch          begun{1};
    std::latch          release{1};
    bool                waits = false;
    RevocationSnapshots snapshots{[&](auto const& at) -> core::Result<std::string> {
        if (waits) {
            begun.count_down();
            release.wait();
        }
        return "at " + std::to_string(at.sequence);
    }};
    using namespace std::chrono_literals;
    RevocationSnapshots::Clock::time_point const now{1h};
    auto const                                   take = [&](revocation::Sequence sequence, auto when) {
        return decompress(*snapshots.compressed({.log = 1, .sequence = sequence, .hash = {}}, "k1", when).value(),
                                                            Wrapper::gzip);
    };
    EXPECT_EQ(take(1, now), "at 1");
    waits = true;
    std::jthread const maker{[&] { EXPECT_EQ(take(2, now + 2s), "at 2"); }};
    begun.wait();
    EXPECT_EQ(take(2, now + 2s), "at 1");
    release.count_down();
}

}  // namespace
}  // namespace signet::http
