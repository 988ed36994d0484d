// Thousands of messages in whatever order, and what must hold of them all.
#include <gtest/gtest.h>

#include <random>
#include <utility>
#include <vector>

#include "verifier/feed_position_fixture.hpp"

namespace signet {
namespace {

// Messages of an issuer whom somebody stands before, who does what he likes to them. Whatever that is: what is revoked
// stays so, and what is said to be current is.
class MiddleMen : public FeedPositions, public ::testing::WithParamInterface<unsigned> {
protected:
    std::size_t roll(std::size_t sides) { return dice() % sides; }

    Message any_message()
    {
        auto const& of  = roll(8) == 0 ? old : log;
        auto const  end = of.end().sequence;
        auto const  at  = roll(end) + 1;
        if (roll(2) == 0) return of.delta(roll(at), at);
        auto heartbeat = beat(of.at(at), std::chrono::seconds{at});
        if (roll(3) == 0) heartbeat.stream = "stream-1", heartbeat.nonce = roll(2) == 0 ? kNonce : "fedcba9876543210";
        return heartbeat;
    }

    Snapshot any_snapshot()
    {
        auto const& of = roll(4) == 0 ? old : log;
        auto const  at = roll(of.end().sequence) + 1;
        return {.head    = {.at = of.at(at), .time = kNow},
                .entries = {of.entries().begin(), of.entries().begin() + static_cast<std::ptrdiff_t>(at)}};
    }

    FeedStep anything()
    {
        if (roll(10) == 0) return position.take(any_snapshot());
        // Now and then what the issuer would say.
        if (roll(6) == 0) {
            position.stream_begins(kNonce);
            auto answer = first(log.end());
            answer.up   = std::chrono::seconds{log.end().sequence};
            return position.take(answer);
        }
        if (roll(3) == 0 && position.held() && position.held()->log == log.end().log &&
            position.held()->sequence < log.end().sequence)
            return position.take(log.delta(position.held()->sequence));
        return position.take(any_message());
    }

    // Every entry up to what is held, of the log that is held.
    void expect_all_held()
    {
        if (!position.held()) return;
        auto const& of = position.held()->log == log.end().log ? log : old;
        ASSERT_EQ(*position.held(), of.at(position.held()->sequence));
        for (auto const& entry : of.entries()) {
            if (entry.sequence > position.held()->sequence) return;
            EXPECT_TRUE(is_revoked(entry.subject)) << entry.sequence;
        }
    }

    std::minstd_rand dice{GetParam()};
    Log              old{unix_milliseconds(kNow) - 1};
};

INSTANTIATE_TEST_SUITE_P(Seeds, MiddleMen, ::testing::Range(1U, 41U));

TEST_P(MiddleMen, TakeNothingBackAndMakeNothingCurrentThatIsNot)
{
    for (int i = 1; i <= 8; ++i) old.add(Kind::session, "o" + std::to_string(i));
    std::vector<std::string> revoked;
    std::optional<Position>  before;
    std::size_t              current = 0;
    for (int i = 0; i < 400; ++i) {
        if (roll(5) == 0) log.add(Kind::session, "n" + std::to_string(i));
        auto const step = anything();
        for (auto const& session : revoked) ASSERT_TRUE(is_revoked(session));
        revoked.clear();
        for (auto const* of : {&log, &old})
            for (auto const& entry : of->entries())
                if (is_revoked(entry.subject)) revoked.push_back(entry.subject);

        expect_all_held();
        if (before && position.held()) {
            auto const place = [](Position const& at) { return std::pair{at.log, at.sequence}; };
            ASSERT_GE(place(*position.held()), place(*before));
        }
        before = position.held();
        if (!step.current_at) continue;
        // The uptime of a heartbeat is its place in these logs: all up to there is held.
        current += 1;
        auto const said = static_cast<Sequence>(*step.current_at / 1s);
        EXPECT_GE(position.held()->sequence, said);
    }
    EXPECT_GT(current, 0U);
}

}  // namespace
}  // namespace signet
