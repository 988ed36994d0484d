#include "verifier/feed_position.hpp"

#include <gtest/gtest.h>

#include "verifier/feed_position_fixture.hpp"

namespace signet {
namespace {

TEST_F(FeedPositions, BeginWithASnapshot)
{
    EXPECT_FALSE(position.held());
    auto const step = position.take(snapshot(log));
    EXPECT_EQ(step.next, Next::new_stream);
    EXPECT_EQ(step.problem, "");
    EXPECT_FALSE(step.current_at) << "whoever carried it may have kept it for days";
    EXPECT_EQ(position.held(), log.end());
    for (auto const* session : {"s1", "s5"}) EXPECT_TRUE(is_revoked(session));
}

TEST_F(FeedPositions, NeedASnapshotBeforeAnyStream)
{
    position.stream_begins(kNonce);
    EXPECT_EQ(take(first(log.end())), "snapshot: nothing is held yet");
}

TEST_F(FeedPositions, AreCurrentWhenTheFirstHeartbeatNamesWhatIsHeld)
{
    (void)position.take(snapshot(log));
    position.stream_begins(kNonce);
    EXPECT_EQ(take(first(log.end())), "read on");
    EXPECT_EQ(last.current_at, 10s);
    EXPECT_EQ(position.stream_name(), "stream-1");
}

TEST_F(FeedPositions, AreCurrentOnceTheEntriesLeadToWhatTheFirstHeartbeatNames)
{
    (void)position.take(snapshot(log));
    auto const before = log.end().sequence;
    for (int i = 6; i <= 9; ++i) log.add(Kind::session, "s" + std::to_string(i));
    position.stream_begins(kNonce);
    EXPECT_EQ(take(first(log.end())), "read on");
    EXPECT_FALSE(last.current_at);
    EXPECT_EQ(take(log.delta(before, before + 2)), "read on");
    EXPECT_FALSE(last.current_at);
    EXPECT_TRUE(is_revoked("s7"));
    EXPECT_EQ(take(log.delta(before + 2)), "read on");
    EXPECT_EQ(last.current_at, 10s) << "as of the heartbeat, not of now";
    EXPECT_EQ(take(beat(log.end())), "read on");
    EXPECT_EQ(last.current_at, 11s);
}

// An old heartbeat that names what is held would else end the wait for what is missing.
TEST_F(FeedPositions, AreNotCurrentByAHeartbeatFromBefore)
{
    (void)position.take(snapshot(log));
    auto const before = log.end();
    log.add(Kind::session, "s6");
    position.stream_begins(kNonce);
    EXPECT_EQ(take(first(log.end())), "read on");
    EXPECT_EQ(take(beat(before)), "read on");
    EXPECT_FALSE(last.current_at);
    EXPECT_EQ(take(log.delta(before.sequence)), "read on");
    EXPECT_EQ(last.current_at, 10s);
}

TEST_F(FeedPositions, GoOnWithWhateverGroupsTheEntriesComeIn)
{
    follow();
    auto const held = log.end().sequence;
    for (int i = 6; i <= 9; ++i) log.add(Kind::session, "s" + std::to_string(i));
    EXPECT_EQ(take(log.delta(held - 3, held + 1)), "read on") << "it begins before what is held";
    EXPECT_TRUE(is_revoked("s6"));
    EXPECT_FALSE(is_revoked("s7"));
    EXPECT_EQ(take(log.delta(0)), "read on") << "and this with the log";
    EXPECT_TRUE(is_revoked("s9"));
    EXPECT_EQ(position.held(), log.end());
}

TEST_F(FeedPositions, PassTheTargetWithinOneMessage)
{
    (void)position.take(snapshot(log));
    auto const held = log.end().sequence;
    log.add(Kind::session, "s6");
    position.stream_begins(kNonce);
    EXPECT_EQ(take(first(log.end())), "read on");
    log.add(Kind::session, "s7");
    EXPECT_EQ(take(log.delta(held)), "read on");
    EXPECT_EQ(last.current_at, 10s);
}

TEST_F(FeedPositions, BelieveNoStreamThatDoesNotAnswerThem)
{
    auto const refused = "new stream: the stream does not begin with the answer to this request";
    (void)position.take(snapshot(log));
    auto const begin_with = [&](Message const& message) {
        position.stream_begins(kNonce);
        return take(message);
    };
    auto other = first(log.end());
    other.nonce.back() ^= 1;
    EXPECT_EQ(begin_with(other), refused);
    other = first(log.end());
    other.stream.clear();
    EXPECT_EQ(begin_with(other), refused);
    EXPECT_EQ(begin_with(beat(log.end())), refused) << "a replayed one";
    EXPECT_EQ(begin_with(log.delta(0)), refused);
    EXPECT_EQ(begin_with(SnapshotHead{.at = log.end(), .time = kNow}),
              "new stream: the stream holds a message that belongs elsewhere");
    position.stream_begins("another-nonce-of-now");
    EXPECT_EQ(take(first(log.end())), refused) << "the answer to the request before";
}

// What one kept when the server's clock was wrong, or from a server that has ended since, is not what this one says.
TEST_F(FeedPositions, TakeNoHeartbeatOfAnotherRun)
{
    follow();
    EXPECT_EQ(take(beat(log.end())), "read on");
    auto other = beat(log.end(), 12s);
    other.run  = "run-of-yesterday";
    EXPECT_EQ(take(other), "new stream: the stream holds a heartbeat of another run of the issuer");
    EXPECT_FALSE(last.current_at);
    position.stream_begins(kNonce);
    auto greeting = first(log.end());
    greeting.run  = other.run;
    EXPECT_EQ(take(greeting), "read on") << "it was restarted";
    EXPECT_EQ(take(other), "read on");
    EXPECT_EQ(last.current_at, 12s);
}

TEST_F(FeedPositions, TakeNoticeOfADroppedMessage)
{
    follow();
    log.add(Kind::session, "s6");
    log.add(Kind::session, "s7");
    EXPECT_EQ(take(beat(log.end())), "new stream: entries are missing in the stream");
    EXPECT_FALSE(last.current_at);
    follow();
    log.add(Kind::session, "s8");
    log.add(Kind::session, "s9");
    EXPECT_EQ(take(log.delta(log.end().sequence - 1)), "new stream: entries are missing in the stream");
    EXPECT_FALSE(is_revoked("s9")) << "it cannot be known to follow";
}

// A stream that goes on from what is held heals a lost message; when it does not, the snapshot does.
TEST_F(FeedPositions, AskForTheSnapshotWhenAnotherStreamDoesNotHelp)
{
    follow();
    log.add(Kind::session, "s6");
    log.add(Kind::session, "s7");
    auto const broken = log.delta(log.end().sequence - 1);
    EXPECT_EQ(take(broken), "new stream: entries are missing in the stream");
    begin(log.end());
    EXPECT_EQ(take(broken), "snapshot: entries are missing in the stream");
    EXPECT_EQ(position.take(snapshot(log)).next, Next::new_stream);
    begin(log.end());
    log.add(Kind::session, "s8");
    log.add(Kind::session, "s9");
    EXPECT_EQ(take(beat(log.end())), "new stream: entries are missing in the stream") << "it counts anew";
}

TEST_F(FeedPositions, AskForTheSnapshotWhenWhatAStreamNamesDoesNotCome)
{
    follow();
    EXPECT_EQ(position.nothing_came().problem, "the issuer is not heard of");
    EXPECT_EQ(position.nothing_came().next, Next::new_stream) << "however often";
    log.add(Kind::session, "s6");
    begin(log.end());
    EXPECT_EQ(position.nothing_came().next, Next::new_stream);
    begin(log.end());
    EXPECT_EQ(position.nothing_came().next, Next::snapshot);
}

TEST_F(FeedPositions, CountAnewAfterAStreamThatHelped)
{
    follow();
    auto const held = log.end().sequence;
    log.add(Kind::session, "s6");
    EXPECT_EQ(take(beat(log.end())), "new stream: entries are missing in the stream");
    begin(log.end());
    EXPECT_EQ(take(log.delta(held)), "read on");
    EXPECT_EQ(last.current_at, 10s);
    log.add(Kind::session, "s7");
    EXPECT_EQ(take(beat(log.end())), "new stream: entries are missing in the stream");
}

TEST_F(FeedPositions, LoseNothingByWhatIsRepeatedOrComesLate)
{
    follow();
    auto const old = log.end();
    log.add(Kind::session, "s6");
    auto const delta = log.delta(old.sequence);
    EXPECT_EQ(take(delta), "read on");
    auto const version = set.version();
    EXPECT_EQ(take(delta), "read on");
    EXPECT_EQ(take(log.delta(1, 3)), "read on");
    EXPECT_EQ(set.version(), version);
    EXPECT_EQ(take(beat(old)), "read on");
    EXPECT_FALSE(last.current_at) << "made before what is held";
    EXPECT_EQ(position.held(), log.end());
}

TEST_F(FeedPositions, FollowNoOtherChain)
{
    follow();
    auto const held = log.end().sequence;
    Log        forked;
    for (int i = 1; i <= 5; ++i) forked.add(Kind::session, "x" + std::to_string(i));
    EXPECT_EQ(take(beat(forked.end())), "new stream: the issuer's log is not the one held");
    begin(log.end());
    forked.add(Kind::session, "x6");
    EXPECT_EQ(take(forked.delta(held)), "new stream: the issuer's log is not the one held");
    EXPECT_FALSE(is_revoked("x6"));
    EXPECT_EQ(position.held(), log.end());
}

TEST_F(FeedPositions, TellNothingTwice)
{
    std::vector<std::string> told;
    FeedPosition             follower{set, [&told](Entry const& entry) { told.push_back(entry.subject); }};
    (void)follower.take(snapshot(log));
    set.forget(log.entries().back().until + 1s);
    EXPECT_FALSE(is_revoked("s5"));
    log.add(Kind::session, "s6");
    auto later = snapshot(log);
    later.entries.back().until += 1h;
    EXPECT_EQ(follower.take(later).problem, "");
    EXPECT_EQ(told, std::vector<std::string>{"s6"}) << "not what was forgotten, and came again";
}

// As where a database was put back to what it was without anybody saying so: the same numbers are other entries.
TEST_F(FeedPositions, AddAllOfAChainThatHasForked)
{
    std::vector<std::string> told;
    FeedPosition             follower{set, [&told](Entry const& entry) { told.push_back(entry.subject); }};
    (void)follower.take(snapshot(log));
    EXPECT_TRUE(told.empty());
    Log forked;
    forked.add(Kind::session, "s1");
    for (int i = 2; i <= 6; ++i) forked.add(Kind::session, "x" + std::to_string(i));
    follower.stream_begins(kNonce);
    EXPECT_EQ(follower.take(first(forked.end())).next, Next::read_on);
    EXPECT_EQ(follower.take(forked.delta(0)).next, Next::new_stream);
    follower.stream_begins(kNonce);
    EXPECT_EQ(follower.take(first(forked.end())).next, Next::read_on);
    EXPECT_EQ(follower.take(forked.delta(0)).next, Next::snapshot);
    EXPECT_EQ(follower.take(snapshot(forked)).problem, "");
    for (auto const* session : {"s5", "x2", "x3", "x4", "x5", "x6"}) EXPECT_TRUE(is_revoked(session)) << session;
    EXPECT_EQ(told, (std::vector<std::string>{"x2", "x3", "x4", "x5", "x6"}));
    follower.stream_begins(kNonce);
    EXPECT_TRUE(follower.take(first(forked.end())).current_at);
}

// The entries follow from what is held, and yet not to where the heartbeat is.
TEST_F(FeedPositions, FollowNoChainThatTheHeartbeatDoesNotKnow)
{
    (void)position.take(snapshot(log));
    auto const held  = log.end().sequence;
    auto       other = log;
    other.add(Kind::session, "x6");
    log.add(Kind::session, "s6");
    position.stream_begins(kNonce);
    EXPECT_EQ(take(first(other.end())), "read on");
    EXPECT_EQ(take(log.delta(held)), "new stream: the issuer's log is not the one held");
    EXPECT_FALSE(last.current_at);
}

TEST_F(FeedPositions, GoOverToALogThatIsNewer)
{
    follow();
    Log restored{unix_milliseconds(kNow) + 1};
    restored.add(Kind::everything, "*");
    EXPECT_EQ(take(beat(restored.end())), "snapshot: the issuer has begun a new log");
    EXPECT_EQ(take(restored.delta(0)), "snapshot: the issuer has begun a new log");
    EXPECT_EQ(position.take(snapshot(restored)).next, Next::new_stream);
    EXPECT_EQ(position.held(), restored.end()) << "whose sequences are smaller";
    begin(restored.end());
    EXPECT_TRUE(is_revoked("s1")) << "it was in the log before";
    EXPECT_EQ(set.find({.issued_at = unix_milliseconds(kNow)}), Kind::everything);
}

TEST_F(FeedPositions, NeverGoBackToALogThatIsOlder)
{
    auto const older = "new stream: the issuer's log is older than the one held";
    Log        old{unix_milliseconds(kNow) - 1};
    for (int i = 1; i <= 9; ++i) old.add(Kind::session, "o" + std::to_string(i));
    follow();
    EXPECT_EQ(take(beat(old.end())), older);
    EXPECT_EQ(take(old.delta(0)), older);
    position.stream_begins(kNonce);
    EXPECT_EQ(take(first(old.end())), older);
    auto const step = position.take(snapshot(old));
    EXPECT_EQ(step.problem, "the snapshot is older than what is held");
    EXPECT_EQ(step.next, Next::new_stream);
    EXPECT_EQ(position.held(), log.end());
}

TEST_F(FeedPositions, NeverGoBackInTheSameLog)
{
    auto longer = log;
    longer.add(Kind::session, "s6");
    (void)position.take(snapshot(longer));
    EXPECT_EQ(position.take(snapshot(log)).problem, "the snapshot is older than what is held");
    position.stream_begins(kNonce);
    EXPECT_EQ(take(first(log.end())), "new stream: the issuer's log ends before what is held");
    EXPECT_FALSE(last.current_at);
    EXPECT_EQ(position.held(), longer.end());
    EXPECT_TRUE(is_revoked("s6"));
}

}  // namespace
}  // namespace signet
