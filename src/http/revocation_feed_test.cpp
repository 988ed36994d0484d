#include "http/revocation_feed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace signet::http {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RevocationFeedTest : public ::testing::Test {
protected:
    using Sequence = revocation::Sequence;

    RevocationFeedTest() { feed_.begin_at(at(100)); }

    static revocation::Position at(Sequence sequence) { return {.log = 7, .sequence = sequence, .hash = {}}; }
    static Piece text(std::string words) { return std::make_shared<std::string const>(std::move(words)); }

    std::shared_ptr<StreamHold> follow(std::string const& stream, Sequence after = 100)
    {
        return feed_.subscribe({.verifier = "notes", .stream = stream, .after = after}, text("hello\n"));
    }
    static std::string read(std::shared_ptr<StreamHold> const& hold)
    {
        std::string bytes;
        ending_ = hold->stream().take(bytes, 1 << 20);
        return bytes;
    }
    void publish(Sequence last) { feed_.publish(at(last), text("to " + std::to_string(last) + "\n"), now_); }
    void confirm(std::string const& stream, Sequence sequence)
    {
        EXPECT_TRUE(feed_.acknowledge("notes", stream, sequence, now_));
    }
    void sign_out(Sequence sequence)
    {
        feed_.when_propagated(sequence, now_, [this, sequence](Propagation p) {
            told_.push_back(std::to_string(sequence) + ": " + std::to_string(p.confirmed) + "/" +
                            std::to_string(p.followers) + (p.absent == 0 ? "" : " and " + std::to_string(p.absent)));
        });
    }

    static inline Stream::Ending      ending_ = Stream::Ending::none;
    RevocationFeed::Clock::time_point now_    = RevocationFeed::Clock::now();
    Metrics                           metrics_;
    RevocationFeed                    feed_{{.waiting = 100, .kept = 20}, metrics_};
    std::vector<std::string>          told_;
};

TEST_F(RevocationFeedTest, SendsEachFollowerWhatIsPublished)
{
    auto const a = follow("a");
    auto const b = follow("b");
    publish(101);
    feed_.beat(text("beat\n"));
    publish(103);
    EXPECT_EQ(read(a), "hello\nto 101\nbeat\nto 103\n");
    EXPECT_EQ(read(b), "hello\nto 101\nbeat\nto 103\n");
    EXPECT_EQ(feed_.position().sequence, 103U);
}

TEST_F(RevocationFeedTest, GivesWhoComesBackWhatItMissed)
{
    publish(101);
    publish(103);
    EXPECT_EQ(read(follow("a", 100)), "hello\nto 101\nto 103\n");
    EXPECT_EQ(read(follow("b", 101)), "hello\nto 103\n");
    EXPECT_EQ(read(follow("c", 103)), "hello\n");
}

TEST_F(RevocationFeedTest, SendsWhoeverMissedTooMuchToTheSnapshot)
{
    EXPECT_EQ(follow("a", 99), nullptr);
    for (Sequence last = 101; last <= 104; ++last) publish(last);  // 28 bytes, of which 14 are kept
    EXPECT_EQ(follow("b", 101), nullptr);
    EXPECT_EQ(read(follow("c", 102)), "hello\nto 103\nto 104\n");
    EXPECT_EQ(feed_.followers(), 0U);
}

TEST_F(RevocationFeedTest, GivesNobodyWhatAnotherKeyHasSigned)
{
    publish(101);
    feed_.forget_kept();
    EXPECT_EQ(follow("a", 100), nullptr);
    auto const b = follow("b", 101);
    publish(102);
    EXPECT_EQ(read(b), "hello\nto 102\n");
}

TEST_F(RevocationFeedTest, GivesNobodyWhatWasNotPublished)
{
    EXPECT_EQ(follow("a", 101), nullptr);
}

TEST_F(RevocationFeedTest, ForgetsAFollowerWhoseConnectionEnds)
{
    auto a = follow("a");
    EXPECT_EQ(feed_.followers(), 1U);
    a.reset();
    EXPECT_EQ(feed_.followers(), 0U);
    publish(101);
    EXPECT_FALSE(feed_.acknowledge("notes", "a", 101, now_));
}

// It does not refuse yet, and need not know that it has to come back.
TEST_F(RevocationFeedTest, CountsWhoWasThereAMomentAgo)
{
    feed_.expect("other", now_);
    auto a = follow("a");
    auto b = follow("b");
    b.reset();
    publish(101);
    confirm("a", 101);
    sign_out(101);
    EXPECT_THAT(told_, ElementsAre("101: 1/1 and 2")) << "and nobody waits for them";
    b = follow("b again");
    sign_out(101);
    confirm("b again", 101);
    now_ += 31s;
    sign_out(101);
    EXPECT_THAT(told_, ElementsAre("101: 1/1 and 2", "101: 2/2 and 1", "101: 2/2"));
    b.reset();
    feed_.drop("notes");
    a.reset();
    sign_out(101);
    EXPECT_EQ(told_.back(), "101: 0/0") << "a credential that was removed is nobody's";
}

TEST_F(RevocationFeedTest, TellsOnceWhichVerifiersHaveCome)
{
    auto const a = follow("a");
    auto const b = follow("b");
    EXPECT_THAT(feed_.take_connected(), ElementsAre("notes"));
    EXPECT_THAT(feed_.take_connected(), IsEmpty());
}

// CHECKS E6
TEST_F(RevocationFeedTest, DropsWhoDoesNotRead)
{
    auto const slow  = follow("slow");
    auto const quick = follow("quick");
    for (Sequence last = 101; last <= 130; ++last) {
        publish(last);
        EXPECT_FALSE(read(quick).empty());
    }
    EXPECT_EQ(read(slow), "");
    EXPECT_EQ(ending_, Stream::Ending::broken);
    EXPECT_EQ(feed_.followers(), 1U);
}

TEST_F(RevocationFeedTest, EndsTheStreamsOfARemovedCredential)
{
    auto const mine   = follow("mine");
    auto const theirs = feed_.subscribe({.verifier = "other", .stream = "theirs", .after = 100}, text("hello\n"));
    feed_.drop("notes");
    EXPECT_EQ(read(mine), "hello\n");
    EXPECT_EQ(ending_, Stream::Ending::finished);
    EXPECT_EQ(read(theirs), "hello\n");
    EXPECT_EQ(ending_, Stream::Ending::none);
    EXPECT_EQ(feed_.followers(), 1U);
}

TEST_F(RevocationFeedTest, TellsASignOutOnceAllHaveConfirmed)
{
    auto const a = follow("a");
    auto const b = follow("b");
    sign_out(101);
    confirm("a", 101);  // before it is published: of nothing
    publish(101);
    EXPECT_THAT(told_, IsEmpty());
    confirm("a", 101);
    confirm("a", 101);
    EXPECT_THAT(told_, IsEmpty());
    confirm("b", 101);
    EXPECT_THAT(told_, ElementsAre("101: 2/2"));
    EXPECT_EQ(feed_.expire(now_ + 1h), std::nullopt);
    EXPECT_EQ(told_.size(), 1U);
}

TEST_F(RevocationFeedTest, CountsAConfirmationOfMoreForAllBefore)
{
    auto const a = follow("a");
    sign_out(101);
    sign_out(102);
    publish(102);
    confirm("a", 102);
    EXPECT_THAT(told_, ElementsAre("101: 1/1", "102: 1/1"));
}

TEST_F(RevocationFeedTest, CountsWhatWasConfirmedBeforeAnybodyAsked)
{
    auto const a = follow("a");
    publish(101);
    confirm("a", 101);
    sign_out(101);
    EXPECT_THAT(told_, ElementsAre("101: 1/1"));
}

TEST_F(RevocationFeedTest, TellsASignOutThatNobodyFollows)
{
    sign_out(101);
    EXPECT_THAT(told_, IsEmpty());
    publish(101);
    EXPECT_THAT(told_, ElementsAre("101: 0/0"));
}

TEST_F(RevocationFeedTest, WaitsForConfirmationsNoLongerThanItMay)
{
    auto const a = follow("a");
    auto const b = follow("frozen");
    sign_out(101);
    now_ += 30ms;
    publish(101);
    confirm("a", 101);
    EXPECT_EQ(feed_.expire(now_ + 49ms), now_ + 50ms);
    EXPECT_THAT(told_, IsEmpty());
    EXPECT_EQ(feed_.expire(now_ + 50ms), std::nullopt);
    EXPECT_THAT(told_, ElementsAre("101: 1/2"));
}

TEST_F(RevocationFeedTest, CountsWhoLeavesBeforeItHasConfirmed)
{
    auto const a = follow("a");
    auto       b = follow("b");
    sign_out(101);
    publish(101);
    b.reset();
    confirm("a", 101);
    EXPECT_THAT(told_, IsEmpty());
    static_cast<void>(feed_.expire(now_ + 50ms));
    EXPECT_THAT(told_, ElementsAre("101: 1/2"));
}

TEST_F(RevocationFeedTest, AsksNothingOfWhoCameAfterThePublication)
{
    auto const a = follow("a");
    sign_out(101);
    publish(101);
    auto const late  = follow("late", 101);
    auto const later = follow("later", 100);  // has missed it, and is sent it
    confirm("late", 101);
    confirm("later", 101);
    EXPECT_THAT(told_, IsEmpty());
    confirm("a", 101);
    EXPECT_THAT(told_, ElementsAre("101: 1/1"));
}

TEST_F(RevocationFeedTest, KeepsNoSignOutWaitingForAPublicationThatDoesNotCome)
{
    auto const a = follow("a");
    sign_out(101);
    static_cast<void>(feed_.expire(now_ + 1999ms));
    EXPECT_THAT(told_, IsEmpty());
    static_cast<void>(feed_.expire(now_ + 2s));
    EXPECT_THAT(told_, ElementsAre("101: 0/1"));
}

TEST_F(RevocationFeedTest, TakesConfirmationsOnlyFromTheVerifierThatFollows)
{
    auto const a = follow("a");
    publish(101);
    EXPECT_FALSE(feed_.acknowledge("other", "a", 101, now_));
    EXPECT_FALSE(feed_.acknowledge("notes", "b", 101, now_));
}

// Nobody can say that it applies what does not exist yet, and so be counted for it later.
TEST_F(RevocationFeedTest, TakesNoConfirmationOfTheFuture)
{
    auto const a = follow("a");
    confirm("a", 1'000'000);
    sign_out(101);
    publish(101);
    EXPECT_THAT(told_, IsEmpty());
    confirm("a", 101);
    EXPECT_THAT(told_, ElementsAre("101: 1/1"));
}

TEST(RevocationEvent, IsAServerSentEvent)
{
    EXPECT_EQ(*make_event("heartbeat", 42, "a.b.c"), "event: heartbeat\nid: 42\ndata: a.b.c\n\n");
}

}  // namespace
}  // namespace signet::http
