#include "core/refresh_rule.hpp"

#include <gtest/gtest.h>

#include <string>

namespace signet::core {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;
using enum RefreshOutcome;

constexpr TimePoint kNow    = from_unix_milliseconds(1'800'000'000'000);
constexpr auto      kWindow = 30s;

Session live_session(std::uint64_t generation, std::optional<milliseconds> rotated_ago)
{
    Session session{};
    session.generation      = generation;
    session.created_at      = kNow - 1h;
    session.idle_expires_at = kNow + 1h;
    session.expires_at      = kNow + 2h;
    if (rotated_ago) session.rotated_at = kNow - *rotated_ago;
    return session;
}

struct Case {
    char const*                 name;
    std::uint64_t               current;
    std::optional<milliseconds> rotated_ago;
    std::uint64_t               token;
    RefreshOutcome              outcome;
    milliseconds                window = kWindow;
};

// DESIGN 6, line by line.
constexpr Case kCases[] = {
    // g = G
    {"a new session rotates at its first refresh", 0, std::nullopt, 0, rotate},
    {"just rotated: keep", 1, 0ms, 1, keep},
    {"rotated W ago: keep", 1, kWindow, 1, keep},
    {"rotated just under 2W ago: keep", 1, 2 * kWindow - 1ms, 1, keep},
    {"rotated exactly 2W ago: rotate", 1, 2 * kWindow, 1, rotate},
    {"rotated long ago: rotate", 7, 1h, 7, rotate},
    {"rotated in the future, by a clock set back: keep", 1, -10s, 1, keep},
    // g = G - 1
    {"superseded just now: replay", 1, 0ms, 0, replay},
    {"superseded just under W ago: replay", 1, kWindow - 1ms, 0, replay},
    {"superseded exactly W ago: reuse", 1, kWindow, 0, reuse},
    {"superseded between W and 2W ago: reuse", 1, kWindow + 1ms, 0, reuse},
    {"superseded long ago: reuse", 1, 1h, 0, reuse},
    {"superseded in the future, by a clock set back: replay", 1, -1h, 0, replay},
    {"a predecessor without a time of rotation: reuse", 1, std::nullopt, 0, reuse},
    // anything else
    {"two generations old, however fresh: reuse", 2, 0ms, 0, reuse},
    {"many generations old: reuse", 900, 1s, 3, reuse},
    {"a generation not reached yet: reuse", 1, 0ms, 2, reuse},
    {"a generation not reached by a new session: reuse", 0, std::nullopt, 1, reuse},
    {"the last generation there can be, at a new session: reuse", 0, 0ms, UINT64_MAX, reuse},
    // window 0: strict single use
    {"window 0: each use of the current token rotates", 1, 0ms, 1, rotate, 0ms},
    {"window 0: a superseded token is theft at once", 1, 0ms, 0, reuse, 0ms},
    {"window 0, clock set back: rotate", 1, -1s, 1, rotate, 0ms},
    {"window 0, clock set back: a superseded token is theft", 1, -1s, 0, reuse, 0ms},
};

TEST(RefreshRule, FollowsTheTable)
{
    for (auto const& c : kCases)
        EXPECT_EQ(decide_refresh(live_session(c.current, c.rotated_ago), c.token, kNow, c.window), c.outcome) << c.name;
}

TEST(RefreshRule, RefusesAnEndedSessionWhateverTheToken)
{
    auto session     = live_session(1, 1s);
    session.ended_at = kNow - 1s;
    for (std::uint64_t const token : {0U, 1U, 2U}) EXPECT_EQ(decide_refresh(session, token, kNow, kWindow), ended);

    session.expires_at = kNow - 1h;
    EXPECT_EQ(decide_refresh(session, 1, kNow, kWindow), ended);
}

// CHECKS B32
TEST(RefreshRule, RefusesAtTheIdleLimitAndNotBefore)
{
    auto session            = live_session(1, 1h);
    session.idle_expires_at = kNow + 1ms;
    EXPECT_EQ(decide_refresh(session, 1, kNow, kWindow), rotate);
    session.idle_expires_at = kNow;
    for (std::uint64_t const token : {0U, 1U, 2U}) EXPECT_EQ(decide_refresh(session, token, kNow, kWindow), expired);
}

// CHECKS B32
TEST(RefreshRule, RefusesAtTheAbsoluteLimitHoweverFreshTheSession)
{
    auto session       = live_session(1, 0ms);
    session.expires_at = kNow + 1ms;
    EXPECT_EQ(decide_refresh(session, 1, kNow, kWindow), keep);
    session.expires_at = kNow;
    for (std::uint64_t const token : {0U, 1U, 2U}) EXPECT_EQ(decide_refresh(session, token, kNow, kWindow), expired);
}

// The sentence that the rule rests on, for every time up to 3W: superseded less than W ago is never theft, longer is.
TEST(RefreshRule, TakesForTheftExactlyWhatWasSupersededWOrLongerAgo)
{
    for (auto ago = 0ms; ago <= 3 * kWindow; ago += 500ms) {
        auto const outcome = decide_refresh(live_session(5, ago), 4, kNow, kWindow);
        EXPECT_EQ(outcome, ago < kWindow ? replay : reuse) << ago.count();
    }
}

}  // namespace
}  // namespace signet::core
