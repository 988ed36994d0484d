#include <gmock/gmock.h>

#include <thread>

#include "contract/samples.hpp"
#include "contract/stores.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using core::Revocation;
using revocation::Kind;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::size_t kAll = 1'000'000;

class RevocationStore : public ContractTest {
protected:
    core::Revoked revoke(std::vector<Revocation> const& what, TimePoint at = kStart)
    {
        return revocations_.revoke(what, entry(AuditEvent::tokens_revoked, at)).value();
    }
    core::RevocationLog read(revocation::Sequence after = 0, std::size_t most = kAll)
    {
        return revocations_.read_log(after, most).value();
    }
    void add_key(std::string kid, std::chrono::seconds life, core::KeyPurpose purpose = core::KeyPurpose::access_token)
    {
        auto key               = sample_key(std::move(kid), kStart - 1h, kStart - 1h, purpose);
        key.longest_token_life = life;
        ASSERT_TRUE(signing_keys_.add_key(key, std::nullopt, 1min, entry(AuditEvent::key_added)));
    }
};
INSTANTIATE_TEST_SUITE_P(Contract, RevocationStore, testing::ValuesIn(keepers()), keeper_name);

std::vector<revocation::Sequence> numbers(core::Revoked const& entries)
{
    std::vector<revocation::Sequence> numbers;
    for (auto const& entry : entries) numbers.push_back(entry.sequence);
    return numbers;
}

// The hash that the entries lead to from there.
revocation::Hash follow(revocation::Hash hash, core::Revoked const& entries)
{
    for (auto const& entry : entries) hash = revocation::link(hash, revocation::format_line(entry));
    return hash;
}

TEST_P(RevocationStore, HasANameAndNothingElseAtFirst)
{
    auto const log = read();
    EXPECT_GT(log.head.log, 0);
    EXPECT_EQ(log.head.sequence, 0U);
    EXPECT_EQ(log.head.hash, revocation::Hash{});
    EXPECT_EQ(log.removed, log.head);
    EXPECT_THAT(log.entries, IsEmpty());
}

TEST_P(RevocationStore, KeepsEveryFieldAndGivesWhatItKeeps)
{
    add_key("first", 600s);
    auto const written = revoke({{Kind::client, "notes"}, Revocation::of_everything()}, kStart + 1ms);
    ASSERT_THAT(written, SizeIs(2));
    EXPECT_EQ(revocation::format_line(written[0]), "1 client notes 1800000000124 1800001200124");
    EXPECT_EQ(revocation::format_line(written[1]), "2 everything * 1800000000124 1800001200124");
    EXPECT_EQ(read().entries, written);
}

TEST_P(RevocationStore, AuditsOnceForAllThatIsRevokedAtOnce)
{
    auto const rows = audited();
    revoke({{Kind::token, "one"}, {Kind::token, "two"}});
    EXPECT_EQ(audited(), rows + 1);
    EXPECT_EQ(audit_.latest(1).value().front().event, AuditEvent::tokens_revoked);
}

TEST_P(RevocationStore, WritesNothingForNothing)
{
    auto const rows = audited();
    auto const head = read().head;
    EXPECT_THAT(revoke({}), IsEmpty());
    EXPECT_EQ(read().head, head);
    EXPECT_EQ(audited(), rows);
}

TEST_P(RevocationStore, TakesNoSubjectThatCouldNotStandInALine)
{
    for (auto const* const subject : {"", "two words", "line\n", "\"", "\xC3\xBC"}) {
        std::vector<Revocation> const what{{Kind::token, "fine"}, {Kind::token, subject}};
        EXPECT_THROW(static_cast<void>(revocations_.revoke(what, entry(AuditEvent::tokens_revoked))),
                     std::invalid_argument);
    }
    EXPECT_THAT(read().entries, IsEmpty()) << "nor what stood before it";
    EXPECT_EQ(read().head.sequence, 0U);
}

TEST_P(RevocationStore, NumbersWithoutGapsAndChainsEachLineToAllBefore)
{
    auto const first  = revoke({{Kind::token, "one"}, {Kind::token, "two"}});
    auto const middle = read().head;
    auto const second = revoke({{Kind::session, "three"}});
    EXPECT_THAT(numbers(first), ElementsAre(1U, 2U));
    EXPECT_THAT(numbers(second), ElementsAre(3U));
    auto const head = read().head;
    EXPECT_EQ(head.log, middle.log);
    EXPECT_EQ(head.sequence, 3U);
    EXPECT_EQ(middle.hash, follow({}, first));
    EXPECT_EQ(head.hash, follow(middle.hash, second));
}

TEST_P(RevocationStore, ReadsWhatFollowsANumberAndNoMoreThanIsAsked)
{
    revoke({{Kind::token, "1"}, {Kind::token, "2"}, {Kind::token, "3"}, {Kind::token, "4"}});
    EXPECT_THAT(numbers(read(2).entries), ElementsAre(3U, 4U));
    EXPECT_THAT(numbers(read(1, 2).entries), ElementsAre(2U, 3U));
    EXPECT_THAT(read(4).entries, IsEmpty());
    EXPECT_THAT(read(5).entries, IsEmpty());
    EXPECT_THAT(read(0, 0).entries, IsEmpty());
    EXPECT_EQ(read(1, 2).head.sequence, 4U) << "the head is the log's, not the page's";
}

TEST_P(RevocationStore, KeepsAnEntryTenMinutesLongerThanAnyAccessTokenThatMayBeAbout)
{
    auto const until = [&](TimePoint at) { return revoke({{Kind::token, "x"}}, at).front().until - at; };
    EXPECT_EQ(until(kStart), 10min) << "no key, no token";
    add_key("long", 900s);
    add_key("short", 300s);  // "long" is published for 16 minutes from an hour before kStart
    add_key("feed", 7200s, core::KeyPurpose::revocation_feed);
    EXPECT_EQ(until(kStart - 50min), 25min) << "tokens of the one before are about";
    EXPECT_EQ(until(kStart), 15min) << "they are over";
    ASSERT_TRUE(signing_keys_.raise_token_life("short", 600s));
    EXPECT_EQ(until(kStart), 20min);
}

TEST_P(RevocationStore, RemovesWhatNobodyNeedsAndLeavesTheHead)
{
    revoke({{Kind::token, "1"}, {Kind::token, "2"}});
    revoke({{Kind::token, "3"}}, kStart + 1min);
    auto const before = read();
    EXPECT_EQ(revocations_.remove_revocations(kStart + 10min, 10).value(), 0U) << "not at its until";
    EXPECT_EQ(revocations_.remove_revocations(kStart + 10min + 1ms, 1).value(), 1U);
    EXPECT_THAT(numbers(read().entries), ElementsAre(2U, 3U));
    EXPECT_EQ(revocations_.remove_revocations(kStart + 10min + 1ms, 10).value(), 1U);
    auto const after = read();
    EXPECT_THAT(numbers(after.entries), ElementsAre(3U));
    EXPECT_EQ(after.head, before.head);
    EXPECT_EQ(after.removed.log, before.head.log);
    EXPECT_EQ(after.removed.sequence, 2U);
    EXPECT_EQ(follow(after.removed.hash, after.entries), after.head.hash) << "the chain begins where the rows do";

    EXPECT_EQ(revocations_.remove_revocations(kStart + 1h, 10).value(), 1U);
    EXPECT_EQ(read().removed, before.head);
    EXPECT_THAT(numbers(revoke({{Kind::token, "4"}}, kStart + 1h)), ElementsAre(4U)) << "no number comes again";
}

// CHECKS E26: one of an hour when the clock was ahead holds up no other.
TEST_P(RevocationStore, RemovesWhatIsOldBehindWhatIsNot)
{
    revoke({{Kind::token, "ahead"}}, kStart + 24h);
    revoke({{Kind::token, "2"}, {Kind::token, "3"}});
    revoke({{Kind::token, "4"}}, kStart + 1min);
    EXPECT_EQ(revocations_.remove_revocations(kStart + 10min + 1ms, 10).value(), 2U);
    auto const log = read();
    EXPECT_THAT(numbers(log.entries), ElementsAre(1U, 4U));
    EXPECT_EQ(log.removed.sequence, 3U);
    EXPECT_EQ(follow(log.removed.hash, {log.entries.back()}), log.head.hash);

    EXPECT_EQ(revocations_.remove_revocations(kStart + 48h, 10).value(), 2U);
    EXPECT_EQ(read().removed, read().head);
}

TEST_P(RevocationStore, NeverMovesBackWhereTheWholeLogBegins)
{
    revoke({{Kind::token, "ahead"}}, kStart + 24h);
    revoke({{Kind::token, "2"}});
    ASSERT_EQ(revocations_.remove_revocations(kStart + 1h, 10).value(), 1U);
    revoke({{Kind::token, "3"}}, kStart + 48h);
    ASSERT_EQ(revocations_.remove_revocations(kStart + 25h, 10).value(), 1U);
    EXPECT_EQ(read().removed.sequence, 2U);
    EXPECT_EQ(follow(read().removed.hash, read().entries), read().head.hash);
}

TEST_P(RevocationStore, NumbersWithoutGapsForManyAtOnce)
{
    constexpr std::size_t    kThreads = 8;
    constexpr std::size_t    kEach    = 25;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            for (std::size_t n = 0; n < kEach; ++n) {
                auto const written = revoke({{Kind::token, "one"}, {Kind::session, "other"}});
                EXPECT_EQ(written[1].sequence, written[0].sequence + 1) << "what is written at once stands together";
            }
        });
    for (auto& thread : threads) thread.join();
    auto const log = read();
    ASSERT_THAT(log.entries, SizeIs(2 * kThreads * kEach));
    for (std::size_t i = 0; i < log.entries.size(); ++i) EXPECT_EQ(log.entries[i].sequence, i + 1);
    EXPECT_EQ(log.head.sequence, log.entries.size());
    EXPECT_EQ(follow({}, log.entries), log.head.hash);
}

}  // namespace
}  // namespace signet::contract
