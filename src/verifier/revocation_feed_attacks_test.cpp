// The feed and whoever stands between it and its issuer; and clocks that are wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "verifier/revocation_feed_fixture.hpp"

namespace signet {
namespace {

using revocation::Kind;
using revocation::test::Issuer;

TEST_F(RevocationFeeds, BelieveNobodyButTheIssuer)
{
    start();
    Issuer forger{issuer.issuer()};
    auto   log = issuer.log();
    log.add(Kind::session, "forged");
    auto const before = states.size();
    issuer.send(forger.sign(log.delta(0)));
    states.wait_for_problem("a message of the stream is not believed: bad_signature", before);
    EXPECT_FALSE(is_revoked("forged"));
    issuer.revoke(Kind::session, "true");
    EXPECT_TRUE(soon([&] { return is_revoked("true"); })) << "by another stream";
    EXPECT_FALSE(is_revoked("forged"));
}

TEST_F(RevocationFeeds, TakeNoRubbish)
{
    start();
    for (auto const& rubbish : {std::string{"x"}, std::string(100'000, 'x')}) {
        auto const streams = issuer.streams();
        issuer.send(rubbish);
        EXPECT_TRUE(soon([&] { return issuer.streams() > streams; }));
        EXPECT_TRUE(soon([&] { return feed->state() == State::live; }));
    }
}

TEST_F(RevocationFeeds, LoseNothingThatIsDroppedOnce)
{
    start();
    issuer.set_middle_man([dropped = false](std::string const& message) mutable {
        return std::exchange(dropped, true) ? std::vector{message} : std::vector<std::string>{};
    });
    issuer.revoke(Kind::session, "dropped");
    EXPECT_TRUE(soon([&] { return is_revoked("dropped"); }));
    EXPECT_EQ(issuer.snapshots(), 1U) << "another stream was enough";
}

// Whatever stream it comes on, this one message never comes through.
TEST_F(RevocationFeeds, LoseNothingThatIsAlwaysDropped)
{
    start();
    issuer.set_middle_man([](std::string const& message) {
        auto const claims   = jose::UnverifiedToken::parse(message, revocation::kLargestMessage);
        bool const is_delta = claims && claims->claims_json().contains("urn:signet:revocations");
        return is_delta ? std::vector<std::string>{} : std::vector{message};
    });
    issuer.revoke(Kind::session, "dropped");
    EXPECT_TRUE(soon([&] { return is_revoked("dropped"); }));
    EXPECT_TRUE(soon([&] { return issuer.snapshots() == 2; }));
    EXPECT_TRUE(soon([&] { return feed->state() == State::live; }));
}

// Three by three the wrong way round, until he tires of it.
TEST_F(RevocationFeeds, HoldEverythingWhateverOrderItComesIn)
{
    start();
    issuer.set_middle_man([held_back = std::deque<std::string>{}, left = 60](std::string const& message) mutable {
        if (left > 0) left -= 1;
        held_back.push_front(message);
        std::vector<std::string> now;
        if (held_back.size() == 3 || left == 0) now.assign(held_back.begin(), held_back.end());
        if (!now.empty()) held_back.clear();
        return now;
    });
    for (int i = 0; i < 30; ++i) issuer.revoke(Kind::session, "s" + std::to_string(i));
    EXPECT_TRUE(soon([&] { return is_revoked("s29"); }));
    for (int i = 0; i < 30; ++i) EXPECT_TRUE(is_revoked("s" + std::to_string(i))) << i;
}

TEST_F(RevocationFeeds, AreNoYoungerForWhatIsRepeated)
{
    start();
    auto const old = issuer.signed_heartbeat();
    issuer.set_middle_man([old](std::string const&) { return std::vector{old}; });
    states.wait_for(State::degraded);
    states.wait_for(State::stale);
    EXPECT_EQ(feed->state(), State::stale);
    auto const before = states.size();
    issuer.set_middle_man({});
    states.wait_for(State::live, before);
}

// Kept from a run that lasted longer: they will do for as long as it takes the server to have run so long again.
TEST_F(RevocationFeeds, AreNoYoungerForWhatAnotherRunSaid)
{
    std::vector<std::string> kept;
    for (int i = 1; i <= 1000; ++i) kept.push_back(issuer.signed_heartbeat(i * 100ms));
    std::atomic<std::size_t> used = 0;
    issuer.restart();
    start();
    issuer.set_middle_man([&](std::string const&) { return std::vector{kept.at(used++)}; });
    states.wait_for(State::degraded);
    states.wait_for(State::stale);
    EXPECT_LT(used, kept.size()) << "though he had more of them";
    auto const before = states.size();
    issuer.set_middle_man({});
    states.wait_for(State::live, before);
}

// He lets everything through, late: what is not known yet is not taken for what there is.
TEST_F(RevocationFeeds, AreNotLiveOfWhatIsHeldBack)
{
    start();
    issuer.set_middle_man([held_back = std::deque<std::string>{}](std::string const& message) mutable {
        held_back.push_back(message);
        std::vector<std::string> now;
        if (held_back.size() > 15) now.push_back(held_back.front());  // a second and a half
        if (!now.empty()) held_back.pop_front();
        return now;
    });
    issuer.revoke(Kind::session, "hidden");
    states.wait_for(State::degraded);
    auto const since = states.size();
    for (auto const end = std::chrono::steady_clock::now() + 3s; std::chrono::steady_clock::now() < end;)
        std::this_thread::sleep_for(10ms);
    auto const reports = states.reports();
    EXPECT_TRUE(std::none_of(reports.begin() + static_cast<std::ptrdiff_t>(since), reports.end(),
                             [](auto const& report) { return report.state == State::live; }));
}

// A snapshot that somebody kept for a while is good for what it holds; the stream tells the rest.
TEST_F(RevocationFeeds, CatchUpFromAnOldSnapshot)
{
    issuer.revoke(Kind::session, "old");
    issuer.answer_snapshots_with(issuer.signed_snapshot());
    issuer.revoke(Kind::session, "new");
    start();
    EXPECT_TRUE(is_revoked("old"));
    EXPECT_TRUE(is_revoked("new")) << "or it would not be live";
}

TEST_F(RevocationFeeds, TakeNoSnapshotThatIsNotTheIssuers)
{
    Issuer     forger{issuer.issuer()};
    auto const log = issuer.log();
    issuer.answer_snapshots_with(forger.snapshot(log));
    feed.emplace(options());
    states.wait_for_problem("the snapshot is not believed: bad_signature");
    auto cut = issuer.signed_snapshot();
    cut.pop_back();
    issuer.answer_snapshots_with(cut);
    states.wait_for_problem("the snapshot is not believed: malformed_claims");
    EXPECT_FALSE(feed->has_started());
    issuer.answer_snapshots_with("");
    EXPECT_TRUE(feed->wait_until_live(30s));
}

class OffClocks : public RevocationFeeds, public ::testing::WithParamInterface<std::chrono::minutes> {};

INSTANTIATE_TEST_SUITE_P(FiveMinutes, OffClocks, ::testing::Values(5min, -5min));

TEST_P(OffClocks, AreNoReasonToBelieveAnythingElse)
{
    issuer.set_clock(GetParam());
    start();
    issuer.revoke(Kind::session, "s1");
    EXPECT_TRUE(soon([&] { return is_revoked("s1"); }));
    EXPECT_EQ(feed->state(), State::live);
    auto const offset = status().clock_offset;
    EXPECT_LT(std::chrono::abs(offset - GetParam()), 10s);
    for (auto const& report : states.reports()) EXPECT_EQ(report.problem, "");
}

TEST_P(OffClocks, MayJumpByAsMuch)
{
    start();
    auto const streams = issuer.streams();
    issuer.set_clock(GetParam());
    EXPECT_TRUE(soon([&] { return std::chrono::abs(status().clock_offset - GetParam()) < 10s; }));
    EXPECT_EQ(feed->state(), State::live);
    EXPECT_EQ(issuer.streams(), streams) << "how late a message is, no wall clock says";
    issuer.revoke(Kind::session, "s1");
    EXPECT_TRUE(soon([&] { return is_revoked("s1"); }));
}

TEST_F(RevocationFeeds, SayWhenTheClocksAreFurtherApartThanEntriesAreKept)
{
    issuer.set_clock(9min + 40s);
    start();
    auto const report = states.wait_for_problem("clock is");
    EXPECT_EQ(report.problem,
              "this machine's clock is more than 570 s behind the issuer's: a token may outlive the news that it is "
              "revoked");
    EXPECT_EQ(report.state, State::live);
}

TEST_F(RevocationFeeds, SayWhenTokensExpireHereBeforeTheyDo)
{
    issuer.set_clock(-9min - 40s);
    start();
    EXPECT_EQ(states.wait_for_problem("clock is").problem,
              "this machine's clock is more than 570 s ahead of the issuer's: tokens are refused before they expire");
}

}  // namespace
}  // namespace signet
