#include "verifier/revocation_feed.hpp"

#include <gtest/gtest.h>

#include <deque>

#include "verifier/feed_server.hpp"
#include "verifier/state_log.hpp"

namespace signet {
namespace {

using namespace std::chrono_literals;
using revocation::hash_subject;
using revocation::Kind;
using revocation::Sequence;
using revocation::test::Issuer;
using revocation::test::Log;

// Nothing here waits for as long as a test may take.
template <class Condition>
bool soon(Condition const& holds)
{
    for (auto const end = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < end;) {
        if (holds()) return true;
        std::this_thread::sleep_for(2ms);
    }
    return false;
}

class RevocationFeeds : public ::testing::Test {
protected:
    RevocationFeeds() { issuer.beat_every(100ms); }

    RevocationFeed::Options options()
    {
        return {.terms         = {.revocations = {.url = issuer.issuer() + "/revocations", .plain_http = true},
                                  .issuer      = issuer.issuer(),
                                  .ca_file     = {},
                                  .credential  = FeedServer::kCredential,
                                  .limits      = {.degraded_after = 1s, .stale_after = 2s}},
                .clock_skew    = 30s,
                .cooldown      = 0s,
                .longest_stale = 1h,
                .on_state      = states.recorder()};
    }

    void start()
    {
        feed.emplace(options());
        ASSERT_TRUE(feed->wait_until_live(30s));
    }

    [[nodiscard]] bool is_revoked(std::string_view session) const
    {
        return feed->revoked().find({.session = hash_subject(Kind::session, session)}) == Kind::session;
    }
    [[nodiscard]] VerifierStatus status() const
    {
        VerifierStatus status;
        feed->describe(status);
        return status;
    }

    FeedServer                    issuer;
    StateLog                      states;
    std::optional<RevocationFeed> feed;
};

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

// Fifty at once are not fifty confirmations, and the last one is there.
TEST_F(RevocationFeeds, JoinConfirmationsWhileOneIsUnderWay)
{
    start();
    revocation::Entry last;
    for (int i = 0; i < 50; ++i) last = issuer.revoke(Kind::session, "s" + std::to_string(i));
    issuer.wait_for_confirmation(last.sequence);
    auto const confirmed = issuer.confirmations();
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

// ---- what a middle man can do ----

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
    issuer.set_middle_man({});
    states.wait_for(State::live, states.size());
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

// ---- the issuer itself ----

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
    issuer.replace_log(Log{log.end().log});
    states.wait_for_problem("the issuer's log ends before what is held", states.size());
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
    issuer.set_clock(GetParam());
    auto const streams = issuer.streams();
    EXPECT_TRUE(soon([&] { return issuer.streams() > streams; })) << "another nonce tells what is late";
    EXPECT_TRUE(soon([&] { return feed->state() == State::live; }));
    issuer.revoke(Kind::session, "s1");
    EXPECT_TRUE(soon([&] { return is_revoked("s1"); }));
}

TEST_F(RevocationFeeds, SayWhenTheClocksAreFurtherApartThanEntriesAreKept)
{
    issuer.set_clock(9min + 40s);
    start();
    auto const report = states.wait_for_problem("clocks");
    EXPECT_EQ(
        report.problem,
        "the clocks of this machine and of the issuer are more than 570 s apart: a token may outlive the news that "
        "it is revoked");
    EXPECT_EQ(report.state, State::live);
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

}  // namespace
}  // namespace signet
