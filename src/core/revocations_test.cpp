#include "core/revocations.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using revocation::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::World;

struct RevocationsTest : ::testing::Test {
    World       world;
    Revocations here;

    // By another process, unless it is added here.
    Revoked revoke(std::vector<Revocation> const& what)
    {
        return world.stores.revocations()
            .revoke(what, {.at = world.clock.now(), .event = AuditEvent::tokens_revoked})
            .value();
    }
    Result<RevocationNews> follow(Revocations& some)
    {
        return some.follow(world.stores.revocations(), world.clock.now());
    }
    RevocationNews follow() { return follow(here).value(); }
    std::string    complaint()
    {
        auto const news = follow(here);
        if (news) return "none";
        EXPECT_EQ(news.error().code, Errc::unavailable);
        return news.error().detail;
    }
    static bool knows(Revocations const& some, std::string_view session)
    {
        return some.find(revocation::TokenKeys::of({.session_id = session, .issued_at = {}})).has_value();
    }
    // As a server does: time passes, and every while it looks.
    void pass(std::chrono::seconds time)
    {
        for (auto const until = world.clock.now() + time; world.clock.now() < until;) {
            world.clock.advance(20s);
            ASSERT_TRUE(follow(here));
        }
    }
};

std::vector<revocation::Sequence> numbers(Revoked const& entries)
{
    std::vector<revocation::Sequence> numbers;
    for (auto const& entry : entries) numbers.push_back(entry.sequence);
    return numbers;
}

TEST_F(RevocationsTest, RefuseAtOnceWhatIsAdded)
{
    auto const version = here.version();
    EXPECT_FALSE(knows(here, "one"));
    here.add(revoke({{Kind::session, "one"}}));
    EXPECT_TRUE(knows(here, "one"));
    EXPECT_FALSE(knows(here, "two"));
    EXPECT_GT(here.version(), version);
}

TEST_F(RevocationsTest, FollowTheLogAndForgetWhatIsPast)
{
    revoke({{Kind::session, "one"}});
    EXPECT_FALSE(knows(here, "one")) << "another process wrote it";
    ASSERT_TRUE(follow(here));
    EXPECT_TRUE(knows(here, "one"));

    pass(600s);
    revoke({{Kind::session, "two"}});
    ASSERT_TRUE(follow(here));
    Revocations fresh;
    ASSERT_TRUE(follow(fresh));
    EXPECT_TRUE(knows(fresh, "one") && knows(fresh, "two")) << "a process that starts learns all that still matters";

    pass(600s - 20s);
    EXPECT_TRUE(knows(here, "one")) << "tokens of 600 s, and the ten minutes by which clocks may differ";
    pass(40s);
    EXPECT_FALSE(knows(here, "one"));
    EXPECT_TRUE(knows(here, "two"));
    EXPECT_EQ(here.size(), 1U);
}

TEST_F(RevocationsTest, GiveEachEntryOnceAlsoThoseAddedHere)
{
    auto const first = follow();
    EXPECT_EQ(first.before, first.head);
    EXPECT_THAT(first.entries, IsEmpty());

    auto written = revoke({{Kind::session, "one"}, {Kind::session, "two"}});
    here.add(written);
    auto const theirs = revoke({{Kind::session, "three"}});
    written.insert(written.end(), theirs.begin(), theirs.end());
    auto const news = follow();
    EXPECT_EQ(news.before, first.head);
    EXPECT_EQ(news.entries, written);
    EXPECT_EQ(news.head, world.stores.memory().log_head);

    auto const nothing = follow();
    EXPECT_EQ(nothing.before, news.head);
    EXPECT_EQ(nothing.head, news.head);
    EXPECT_THAT(nothing.entries, IsEmpty());
}

TEST_F(RevocationsTest, BeginWhereTheLogIsWhole)
{
    world.clock.advance(1h);
    revoke({{Kind::session, "ahead"}});
    world.clock.advance(-1h);
    revoke({{Kind::session, "two"}});
    world.clock.advance(1min);
    revoke({{Kind::session, "three"}});
    ASSERT_EQ(world.stores.revocations().remove_revocations(world.clock.now() + 20min, 10).value(), 1U);
    auto const news = follow();
    EXPECT_EQ(news.before.sequence, 2U);
    EXPECT_THAT(numbers(news.entries), ElementsAre(3U));
    EXPECT_TRUE(knows(here, "ahead")) << "what stands before that is known all the same";
    EXPECT_TRUE(knows(here, "three"));
}

TEST_F(RevocationsTest, GoOnBehindLinesThatWentUnseen)
{
    revoke({{Kind::session, "one"}});
    ASSERT_TRUE(follow(here));
    revoke({{Kind::session, "two"}, {Kind::session, "three"}});
    ASSERT_EQ(world.stores.revocations().remove_revocations(world.clock.now() + 1h, 2).value(), 2U);
    auto const news = follow();
    EXPECT_EQ(news.before.sequence, 2U);
    EXPECT_THAT(numbers(news.entries), ElementsAre(3U));
    EXPECT_EQ(follow().before, news.head);
}

TEST_F(RevocationsTest, TakeOverAnotherLogFromItsBeginning)
{
    revoke({{Kind::session, "one"}, {Kind::session, "two"}, {Kind::session, "three"}});
    auto const before = follow().head;
    world.stores.memory().begin_log(world.clock.now());
    auto const news = follow();
    EXPECT_GT(news.head.log, before.log);
    EXPECT_EQ(news.before, (revocation::Position{.log = news.head.log}));
    EXPECT_EQ(news.entries.front().kind, Kind::everything);
    EXPECT_EQ(numbers(news.entries).front(), 1U);
    EXPECT_TRUE(knows(here, "one")) << "nothing takes anything back";
}

// ---- what is not as it was written ----

TEST_F(RevocationsTest, SayThatALineWasEditedUntilItIsPutRight)
{
    revoke({{Kind::session, "one"}});
    ASSERT_TRUE(follow(here));
    revoke({{Kind::session, "two"}, {Kind::session, "three"}});
    auto& line      = world.stores.memory().log[1].entry;
    line.subject    = "edited";
    auto const said = complaint();
    EXPECT_THAT(said, HasSubstr("do not lead to its head"));
    EXPECT_EQ(complaint(), said) << "and again";
    EXPECT_TRUE(knows(here, "three")) << "what it names is refused all the same";
    line.subject = "two";
    EXPECT_THAT(numbers(follow().entries), ElementsAre(2U, 3U)) << "none is left out";
}

TEST_F(RevocationsTest, SayThatALineIsMissing)
{
    revoke({{Kind::session, "one"}, {Kind::session, "two"}, {Kind::session, "three"}});
    auto& log = world.stores.memory().log;
    log.erase(log.begin() + 1);
    EXPECT_THAT(complaint(), HasSubstr("line 2 is missing"));
    log.erase(log.begin(), log.end());
    EXPECT_THAT(complaint(), HasSubstr("do not lead to its head"));
}

TEST_F(RevocationsTest, SayThatTheLogWentBack)
{
    revoke({{Kind::session, "one"}});
    auto const log  = world.stores.memory().log;
    auto const head = world.stores.memory().log_head;
    revoke({{Kind::session, "two"}});
    ASSERT_TRUE(follow(here));
    world.stores.memory().log      = log;
    world.stores.memory().log_head = head;
    EXPECT_THAT(complaint(), HasSubstr("do not lead to its head"));
    revoke({{Kind::session, "another"}});
    EXPECT_THAT(complaint(), HasSubstr("do not lead to its head")) << "nor when it has come as far on another way";
}

TEST_F(RevocationsTest, KeepWhatTheyHaveWhileStorageFails)
{
    here.add(revoke({{Kind::session, "one"}}));
    world.stores.memory().failing = true;
    for (int i = 0; i < 3; ++i) {
        world.clock.advance(24h);
        EXPECT_EQ(follow(here).error().code, Errc::unavailable);
    }
    EXPECT_TRUE(knows(here, "one"));
}

// ---- clocks ----

// CHECKS E26
TEST_F(RevocationsTest, AreNotForgottenByAClockThatJumps)
{
    ASSERT_TRUE(follow(here));
    here.add(revoke({{Kind::session, "by_us"}}));
    revoke({{Kind::session, "by_them"}});
    ASSERT_TRUE(follow(here));
    for (auto const jump : {1h, -1h, -1h, 1h}) {
        world.clock.advance(jump);
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(follow(here));
            EXPECT_TRUE(knows(here, "by_us") && knows(here, "by_them")) << jump.count();
        }
    }
}

// CHECKS E26: the tokens live by the clock, and it has that way to go again.
TEST_F(RevocationsTest, AreKeptUntilAClockThatWasSetBackHasCaughtUp)
{
    ASSERT_TRUE(follow(here));
    here.add(revoke({{Kind::session, "one"}}));
    ASSERT_TRUE(follow(here));
    world.clock.advance(-15min);
    pass(24min);
    EXPECT_TRUE(knows(here, "one"));
    pass(24min);
    EXPECT_FALSE(knows(here, "one"));
}

// CHECKS E26
TEST_F(RevocationsTest, AreFoundWhateverTheClockOfWhoeverWroteThem)
{
    world.clock.advance(24h);
    ASSERT_TRUE(follow(here));
    world.clock.advance(-48h);
    revoke({{Kind::session, "long_ago"}});
    world.clock.advance(24h);
    ASSERT_TRUE(follow(here));
    EXPECT_TRUE(knows(here, "long_ago"));
    pass(600s);
    EXPECT_TRUE(knows(here, "long_ago")) << "as long as one of now";
}

TEST_F(RevocationsTest, NameTheFirstMillisecondThatIsNotRefused)
{
    auto const   now = world.clock.now();
    UserId const ann{Uuid::make(now, world.random)};
    auto const time = [&](std::string_view client = "signet") { return here.find_issue_time(ann, client, now) - now; };
    EXPECT_EQ(time(), 0ms);
    here.add(revoke({Revocation::of(ann)}));
    EXPECT_EQ(time(), 1ms);
    for (auto const ahead : {1ms, 2ms, 3ms, 1000ms, 3'599'998ms}) {
        world.clock.set(now + ahead);
        here.add(revoke({{Kind::client, "notes"}}));
        EXPECT_EQ(time("notes"), ahead + 1ms);
        EXPECT_EQ(time(), 1ms);
    }
    here.add(revoke({Revocation::of_everything()}));
    EXPECT_EQ(time(), 3'599'999ms);
    world.clock.set(now + 24h * 1000);
    here.add(revoke({Revocation::of_everything()}));
    EXPECT_EQ(time(), 0ms) << "no token could wait for that";
}

// ---- many at once ----

TEST_F(RevocationsTest, GiveEachEntryToOneOfManyWhoFollow)
{
    constexpr std::size_t       kWriters = 4;
    constexpr std::size_t       kEach    = 50;
    std::mutex                  mutex;
    std::vector<RevocationNews> all;
    std::vector<std::jthread>   threads;
    std::atomic<std::size_t>    writing = kWriters;
    static_cast<void>(follow());
    for (std::size_t w = 0; w < kWriters; ++w)
        threads.emplace_back([&, w] {
            for (std::size_t i = 0; i < kEach; ++i) {
                auto const session = std::to_string(w) + "-" + std::to_string(i);
                here.add(revoke({{Kind::session, session}}));
                EXPECT_TRUE(knows(here, session));
            }
            --writing;
        });
    for (int f = 0; f < 3; ++f)
        threads.emplace_back([&] {
            for (bool last = false; !last;) {
                last                       = writing == 0;
                auto const            news = follow();
                std::lock_guard const lock(mutex);
                all.push_back(news);
            }
        });
    threads.clear();
    std::ranges::sort(all, {}, [](RevocationNews const& news) { return news.head.sequence; });
    std::size_t given = 0;
    for (auto const& news : all) {
        EXPECT_EQ(news.head.sequence - news.before.sequence, news.entries.size());
        if (!news.entries.empty()) {
            EXPECT_EQ(news.before.sequence, given);
        }
        given += news.entries.size();
    }
    EXPECT_EQ(given, kWriters * kEach);
}

}  // namespace
}  // namespace signet::core
