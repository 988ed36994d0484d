#include "verifier/revocation_feed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "verifier/revocation_feed_fixture.hpp"

namespace signet {
namespace {

using revocation::Kind;
using revocation::test::Log;

TEST_F(RevocationFeeds, HoldWhatWasRevokedBeforeAndWhatIsRevokedNow)
{
    issuer.revoke(Kind::session, "before");
    start();
    EXPECT_TRUE(is_revoked("before"));
    EXPECT_FALSE(is_revoked("now"));
    issuer.revoke(Kind::session, "now");
    EXPECT_TRUE(soon([&] { return is_revoked("now"); }));
    EXPECT_EQ(feed->state(), State::live);
    EXPECT_EQ(issuer.strangers(), 0U);
    EXPECT_EQ(states.reports().front().before, State::starting);
}

TEST_F(RevocationFeeds, ConfirmWhatTheyHoldAtOnce)
{
    start();
    issuer.beat_every(0ms);  // nothing else wakes them
    for (int i = 0; i < 20; ++i) {
        auto const session = "s" + std::to_string(i);
        auto const entry   = issuer.revoke(Kind::session, session);
        issuer.wait_for_confirmation(entry.sequence);
        EXPECT_TRUE(is_revoked(session)) << "before it is confirmed, not after";
    }
    EXPECT_EQ(issuer.streams(), 1U);
}

// Fifty while one waits for its answer are one more, of the last of them.
TEST_F(RevocationFeeds, JoinConfirmationsWhileOneIsUnderWay)
{
    auto patient         = options();
    patient.terms.limits = {.degraded_after = 30s, .stale_after = 1min};
    feed.emplace(patient);
    ASSERT_TRUE(feed->wait_until_live(30s));
    issuer.freeze(1h);
    revocation::Entry last;
    for (int i = 0; i < 50; ++i) last = issuer.revoke(Kind::session, "s" + std::to_string(i));
    EXPECT_TRUE(soon([&] { return is_revoked("s49"); }));
    issuer.freeze(0ms);
    issuer.wait_for_confirmation(last.sequence);
    auto const confirmed = issuer.confirmations();
    EXPECT_LE(confirmed.size(), 3U);
    EXPECT_TRUE(std::ranges::is_sorted(confirmed));
    EXPECT_EQ(confirmed.back(), last.sequence);
}

TEST_F(RevocationFeeds, FollowManyEntriesFromWhereTheyStopped)
{
    start();
    issuer.answer_with(500);
    issuer.end_streams();
    states.wait_for_problem("status 500");
    for (int i = 0; i < 1000; ++i) issuer.revoke(Kind::session, "s" + std::to_string(i));
    issuer.answer_with(0);
    EXPECT_TRUE(soon([&] { return is_revoked("s999"); }));
    EXPECT_TRUE(is_revoked("s0"));
    EXPECT_EQ(issuer.snapshots(), 1U);
    EXPECT_TRUE(soon([&] { return status().sequence == 1000; }));
    EXPECT_EQ(status().entries, 1000U);
    EXPECT_GE(status().reconnects, 1U);
    EXPECT_EQ(status().resyncs, 0U);
}

TEST_F(RevocationFeeds, TakeTheSnapshotWhenTheIssuerHasNoMoreOfTheLog)
{
    start();
    issuer.answer_with(500);
    issuer.end_streams();
    issuer.revoke(Kind::session, "meanwhile");
    issuer.forget_before(1);
    issuer.answer_with(0);
    EXPECT_TRUE(soon([&] { return is_revoked("meanwhile"); }));
    EXPECT_TRUE(soon([&] { return feed->state() == State::live; }));
    EXPECT_EQ(issuer.snapshots(), 2U);
    EXPECT_EQ(status().resyncs, 1U);
}

TEST_F(RevocationFeeds, SayWhenTheirCredentialIsNotAccepted)
{
    auto wrong             = options();
    wrong.terms.credential = "another";
    feed.emplace(wrong);
    auto const report = states.wait_for_problem("credential");
    EXPECT_EQ(report.problem, "the issuer does not accept the credential: status 401");
    EXPECT_EQ(report.state, State::starting);
    EXPECT_FALSE(feed->has_started());
    EXPECT_FALSE(feed->wait_until_live(0ms));
}

TEST_F(RevocationFeeds, AreStartingUntilTheFirstStreamHasBegun)
{
    issuer.set_middle_man([](std::string const&) { return std::vector<std::string>{}; });
    feed.emplace(options());
    states.wait_for_problem("not heard of");
    EXPECT_EQ(feed->state(), State::starting);
    issuer.set_middle_man({});
    EXPECT_TRUE(feed->wait_until_live(30s));
}

TEST_F(RevocationFeeds, RenewTheirStreamNowAndThenAndNobodyNotices)
{
    auto brief                 = options();
    brief.terms.longest_stream = 200ms;
    feed.emplace(brief);
    ASSERT_TRUE(feed->wait_until_live(30s));
    for (int i = 0; i < 100; ++i)
        issuer.wait_for_confirmation(issuer.revoke(Kind::session, "s" + std::to_string(i)).sequence);
    EXPECT_TRUE(soon([&] { return issuer.streams() > 5; }));
    EXPECT_EQ(issuer.snapshots(), 1U);
    for (auto const& report : states.reports()) EXPECT_EQ(report.problem, "");
}

TEST_F(RevocationFeeds, GoOverToTheLogOfARestoredIssuer)
{
    issuer.revoke(Kind::session, "before");
    start();
    Log restored{issuer.log().end().log + 1};
    restored.add(Kind::everything, "*");
    auto const last = restored.add(Kind::session, "after");
    issuer.replace_log(restored);
    EXPECT_TRUE(soon([&] { return is_revoked("after"); }));
    EXPECT_TRUE(is_revoked("before"));
    EXPECT_TRUE(soon([&] { return feed->state() == State::live && status().sequence == last.sequence; }));
}

TEST_F(RevocationFeeds, NeverGoBackToAnOlderLog)
{
    issuer.revoke(Kind::session, "s1");
    start();
    auto const log = issuer.log();
    Log        older{log.end().log - 1};
    issuer.replace_log(older);
    states.wait_for_problem("the issuer's log is older than the one held");
    states.wait_for(State::stale);
    EXPECT_TRUE(is_revoked("s1"));
    auto const before = states.size();
    issuer.replace_log(Log{log.end().log});
    states.wait_for_problem("the issuer's log ends before what is held", before);
    issuer.replace_log(log);
    EXPECT_TRUE(soon([&] { return feed->state() == State::live; }));
}

TEST_F(RevocationFeeds, LearnANewKeyFromTheFirstMessageItSigned)
{
    start();
    auto const fetches = issuer.key_fetches();
    issuer.rotate_feed_key("f2");
    issuer.revoke(Kind::session, "signed-with-it");
    EXPECT_TRUE(soon([&] { return is_revoked("signed-with-it"); }));
    EXPECT_GT(issuer.key_fetches(), fetches);
}

TEST_F(RevocationFeeds, AreDegradedThenStaleWhileTheIssuerIsFrozenAndLiveAfterwards)
{
    start();
    issuer.freeze(3s);
    EXPECT_EQ(states.wait_for(State::degraded).before, State::live);
    EXPECT_EQ(states.wait_for(State::stale).before, State::degraded);
    EXPECT_EQ(states.wait_for([](auto const& report) { return report.before == State::stale; }).state, State::live);
}

TEST_F(RevocationFeeds, EndAtOnceWhateverIsUnderWay)
{
    issuer.freeze(1h);
    feed.emplace(options());
    std::this_thread::sleep_for(50ms);
    auto const begin = std::chrono::steady_clock::now();
    feed.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
    issuer.freeze(0ms);
    start();
    auto const again = std::chrono::steady_clock::now();
    feed.reset();
    EXPECT_LT(std::chrono::steady_clock::now() - again, 2s);
}

TEST_F(RevocationFeeds, OutliveAnApplicationThatThrowsWhenItIsTold)
{
    auto rude     = options();
    rude.on_state = [record = states.recorder()](StateReport const& report) {
        record(report);
        throw std::runtime_error("not our matter");
    };
    feed.emplace(rude);
    ASSERT_TRUE(feed->wait_until_live(30s));
    issuer.revoke(Kind::session, "s1");
    EXPECT_TRUE(soon([&] { return is_revoked("s1"); }));
}

}  // namespace
}  // namespace signet
