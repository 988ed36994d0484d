// verifier/feed_position_fixture.hpp - for tests: a log of five entries, and who follows it.
#pragma once
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "revocation/test_log.hpp"
#include "verifier/feed_position.hpp"

namespace signet {

using namespace std::chrono_literals;
using namespace revocation;
using revocation::test::kNow;
using revocation::test::kRun;
using revocation::test::Log;
using Next = FeedStep::Next;

constexpr auto const* kNonce = "0123456789abcdef";

class FeedPositions : public ::testing::Test {
protected:
    FeedPositions()
    {
        for (int i = 1; i <= 5; ++i) log.add(Kind::session, "s" + std::to_string(i));
    }

    static Snapshot snapshot(Log const& of)
    {
        return {.head = {.at = of.end(), .time = kNow}, .entries = of.entries()};
    }
    static Heartbeat first(Position const& at)
    {
        return {.at = at, .time = kNow, .run = kRun, .up = 10s, .stream = "stream-1", .nonce = kNonce};
    }
    static Heartbeat beat(Position const& at, Uptime up = 11s)
    {
        return {.at = at, .time = kNow + up, .run = kRun, .up = up};
    }

    // A stream from the end of the log, all of it held.
    void follow()
    {
        EXPECT_EQ(position.take(snapshot(log)).next, Next::new_stream);
        begin(log.end());
    }
    void begin(Position const& at)
    {
        position.stream_begins(kNonce);
        auto const step = position.take(first(at));
        EXPECT_EQ(step.next, Next::read_on) << step.problem;
    }

    // "read on", or why not.
    std::string take(Message const& message)
    {
        last = position.take(message);
        if (last.next == Next::read_on) {
            EXPECT_EQ(last.problem, "");
            return "read on";
        }
        return (last.next == Next::snapshot ? "snapshot: " : "new stream: ") + std::string{last.problem};
    }

    bool is_revoked(std::string_view session) const
    {
        return set.find({.session = hash_subject(Kind::session, session)}) == Kind::session;
    }

    RevocationSet set;
    FeedPosition  position{set};
    Log           log;
    FeedStep      last;
};

}  // namespace signet
