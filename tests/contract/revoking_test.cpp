// What each deed writes into the revocation log.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "contract/samples.hpp"
#include "contract/stores.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using core::EndReason;
using core::PasswordHash;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class Revoking : public ContractTest {
protected:
    core::User ann_ = add_user(users_, "ann@example.com");

    core::RevocationLog      read() { return revocations_.read_log(0, 1'000'000).value(); }
    // "session 0199…", as they stand in the log.
    std::vector<std::string> logged()
    {
        std::vector<std::string> logged;
        auto const               entries = read().entries;
        for (auto const& entry : entries) logged.push_back(std::string{name(entry.kind)} + " " + entry.subject);
        return logged;
    }
    void add_key(std::string kid, core::KeyPurpose purpose = core::KeyPurpose::access_token)
    {
        auto const key = sample_key(std::move(kid), kStart, kStart, purpose);
        ASSERT_TRUE(signing_keys_.add_key(key, std::nullopt, 15min, entry(AuditEvent::key_added)));
    }
    core::Result<core::Revoked> end(core::SessionId id, TimePoint at = kStart)
    {
        return sessions_.end_session(id, std::nullopt, EndReason::signed_out, entry(AuditEvent::session_ended, at));
    }
    core::Result<void> begin_epoch(std::string kid, TimePoint at)
    {
        auto feed_key = sample_key("feed-of-" + kid, at, at, core::KeyPurpose::revocation_feed);
        return epochs_.begin_epoch(
            {.key = sample_key(std::move(kid), at, at), .feed_key = std::move(feed_key), .token_secret = "sealed"},
            entry(AuditEvent::data_restored, at));
    }
};
INSTANTIATE_TEST_SUITE_P(Contract, Revoking, testing::ValuesIn(keepers()), keeper_name);

std::string as_logged(core::Session const& session)
{
    return "session " + session.id.text();
}

TEST_P(Revoking, AnEndedSessionIsAnEntryOfTheMomentItEnded)
{
    auto const session = open_session(sessions_, ann_);
    auto const revoked = end(session.id, kStart + 1min).value();
    EXPECT_EQ(read().entries, revoked) << "what is given is what is kept";
    EXPECT_THAT(logged(), ElementsAre(as_logged(session)));
    EXPECT_EQ(revoked.front().sequence, 1U);
    EXPECT_EQ(revoked.front().not_before, kStart + 1min);
}

// CHECKS E26: the clock was an hour ahead when it signed in, and its token is good until then.
TEST_P(Revoking, AnEntryOutlivesTheTokensOfASessionThatIsYoungerThanItsEnd)
{
    add_key("first");
    ASSERT_TRUE(signing_keys_.raise_token_life("first", 600s));
    auto const session = open_session(sessions_, ann_, kStart + 1h);
    auto const revoked = end(session.id, kStart + 1min).value();
    ASSERT_THAT(revoked, SizeIs(1));
    EXPECT_EQ(revoked.front().not_before, kStart + 1min);
    EXPECT_EQ(revoked.front().until, kStart + 1h + 600s + 10min);
}

// The clock was ahead when it was refreshed, and right again at the next refresh.
TEST_P(Revoking, AnEntryOutlivesTheLatestTokenOfASession)
{
    add_key("first");
    ASSERT_TRUE(signing_keys_.raise_token_life("first", 600s));
    auto const session = open_session(sessions_, ann_, kStart);
    auto       refresh = [&, generation = 0U](TimePoint at) mutable {
        return sessions_
            .rotate_session({.id              = session.id,
                                   .from_generation = generation++,
                                   .at              = at,
                                   .idle_expires_at = kStart + 24h,
                                   .origin          = {}})
            .value();
    };
    ASSERT_TRUE(refresh(kStart + 20min));
    ASSERT_TRUE(refresh(kStart + 2min));
    EXPECT_EQ(end(session.id, kStart + 3min)->front().until, kStart + 20min + 600s + 10min);
}

TEST_P(Revoking, WhatEndsNothingWritesNothing)
{
    auto const session = open_session(sessions_, ann_);
    ASSERT_TRUE(end(session.id));
    auto const before = read();
    EXPECT_THAT(end(session.id).value(), IsEmpty()) << "over already";
    EXPECT_THAT(end(next_session_id()).value(), IsEmpty());
    EXPECT_THAT(
        sessions_.end_sessions(ann_.id, EndReason::signed_out_everywhere, entry(AuditEvent::session_ended)).value(),
        IsEmpty());
    EXPECT_EQ(read().head, before.head);

    auto const alone = open_session(sessions_, ann_);
    auto const gone  = users_.change_password(ann_.id, ann_.password, PasswordHash{"new"}, alone.id,
                                              entry(AuditEvent::password_changed));
    EXPECT_THAT(gone.value(), IsEmpty()) << "there is no other session";
    EXPECT_EQ(read().head, before.head);
}

TEST_P(Revoking, WhatIsRefusedWritesNothing)
{
    open_session(sessions_, ann_);
    auto const before = read();
    EXPECT_FALSE(users_.change_password(ann_.id, PasswordHash{"another"}, PasswordHash{"new"}, std::nullopt,
                                        entry(AuditEvent::password_changed)));
    EXPECT_FALSE(users_.disable_user({next_uuid()}, entry(AuditEvent::user_disabled)));
    EXPECT_FALSE(signing_keys_.revoke_key("nobody", std::nullopt, 15min, entry(AuditEvent::key_revoked)));
    EXPECT_FALSE(sessions_.open_session({sample_session(ann_), PasswordHash{"another"}, {}},
                                        entry(AuditEvent::login_succeeded)));
    EXPECT_EQ(read().head, before.head);
    EXPECT_THAT(logged(), IsEmpty());
}

TEST_P(Revoking, SigningOutEverywhereNamesEachSession)
{
    auto const one = open_session(sessions_, ann_);
    auto const two = open_session(sessions_, ann_);
    auto const revoked =
        sessions_.end_sessions(ann_.id, EndReason::signed_out_everywhere, entry(AuditEvent::session_ended)).value();
    EXPECT_THAT(logged(), UnorderedElementsAre(as_logged(one), as_logged(two)));
    EXPECT_EQ(read().entries, revoked);
}

TEST_P(Revoking, AChangedPasswordNamesEachSessionButTheOneThatIsKept)
{
    auto const kept  = open_session(sessions_, ann_);
    auto const other = open_session(sessions_, ann_);
    ASSERT_TRUE(users_.change_password(ann_.id, ann_.password, PasswordHash{"new"}, kept.id,
                                       entry(AuditEvent::password_changed)));
    EXPECT_THAT(logged(), ElementsAre(as_logged(other)));
}

TEST_P(Revoking, ADisabledUserIsNamedBesideTheSessions)
{
    auto const session = open_session(sessions_, ann_);
    auto const revoked = users_.disable_user(ann_.id, entry(AuditEvent::user_disabled, kStart + 1min)).value();
    EXPECT_THAT(logged(), ElementsAre(as_logged(session), "user " + ann_.id.text()));
    EXPECT_EQ(read().entries, revoked);
    EXPECT_EQ(revoked.back().not_before, kStart + 1min);

    EXPECT_THAT(users_.disable_user(ann_.id, entry(AuditEvent::user_disabled, kStart + 2min)).value(), IsEmpty());
    ASSERT_TRUE(users_.enable_user(ann_.id, entry(AuditEvent::user_enabled, kStart + 3min)));
    EXPECT_EQ(logged().size(), 2U) << "enabling takes nothing back";
    ASSERT_TRUE(users_.disable_user(ann_.id, entry(AuditEvent::user_disabled, kStart + 4min)));
    EXPECT_EQ(logged().back(), "user " + ann_.id.text()) << "also when nobody is signed in";
}

TEST_P(Revoking, WhoMakesRoomIsNamed)
{
    auto const first = open_session(sessions_, ann_, kStart - 1s);
    for (std::size_t i = 1; i < core::kMostSessions; ++i) open_session(sessions_, ann_);
    EXPECT_THAT(logged(), IsEmpty());
    open_session(sessions_, ann_, kStart + 1s);
    EXPECT_THAT(logged(), ElementsAre(as_logged(first)));
}

TEST_P(Revoking, ARevokedKeyOfAccessTokensIsNamed)
{
    add_key("first");
    ASSERT_TRUE(signing_keys_.raise_token_life("first", 600s));
    add_key("feed", core::KeyPurpose::revocation_feed);
    auto const revoked =
        signing_keys_.revoke_key("first", sample_key("next", kStart, kStart), 15min, entry(AuditEvent::key_revoked));
    EXPECT_EQ(read().entries, revoked.value());
    EXPECT_EQ(revoked->front().until, kStart + 600s + 10min) << "as long as what it signed";
    EXPECT_THAT(signing_keys_.revoke_key("feed", std::nullopt, 15min, entry(AuditEvent::key_revoked)).value(),
                SizeIs(1))
        << "nobody believes what it signs";
    EXPECT_THAT(logged(), ElementsAre("key first", "key feed"));

    auto const session = open_session(sessions_, ann_);
    EXPECT_EQ(end(session.id, kStart + 599s)->front().until, kStart + 599s + 600s + 10min)
        << "its tokens are still about";
    auto const later = open_session(sessions_, ann_, kStart + 600s);
    EXPECT_EQ(end(later.id, kStart + 600s)->front().until, kStart + 600s + 10min);
}

// CHECKS E30
TEST_P(Revoking, AnEpochBeginsALogOfAGreaterNameWithEverythingAndTheKeys)
{
    add_key("leaked");
    add_key("signing");
    add_key("feed", core::KeyPurpose::revocation_feed);
    ASSERT_TRUE(signing_keys_.revoke_key("leaked", std::nullopt, 15min, entry(AuditEvent::key_revoked)));
    ASSERT_TRUE(end(open_session(sessions_, ann_).id));
    open_session(sessions_, ann_);
    auto const before = read();

    auto const at = std::max(kStart, from_unix_milliseconds(before.head.log)) + 1min;
    ASSERT_TRUE(begin_epoch("new", at));
    auto const after = read();
    EXPECT_EQ(after.head.log, unix_milliseconds(at));
    EXPECT_EQ(after.removed, (revocation::Position{.log = after.head.log}));
    EXPECT_THAT(logged().front(), "everything *");
    EXPECT_EQ(after.entries.front().not_before, at);
    EXPECT_EQ(after.head.sequence, after.entries.size());
    revocation::Hash hash{};
    for (auto const& entry : after.entries) hash = revocation::link(hash, revocation::format_line(entry));
    EXPECT_EQ(after.head.hash, hash);
    EXPECT_THAT(logged(), testing::Contains("key signing"));
    EXPECT_THAT(logged(), testing::Contains("key feed"));
}

// Whoever has a leaked key dates tokens later than everything.
TEST_P(Revoking, AnEpochTakesKeysThatWereRevokedBeforeIntoItsLog)
{
    ASSERT_TRUE(begin_epoch("first", kStart));
    ASSERT_TRUE(signing_keys_.revoke_key("first", sample_key("second", kStart, kStart), 15min,
                                         entry(AuditEvent::key_revoked, kStart + 1min)));
    ASSERT_TRUE(begin_epoch("third", kStart + 2min));
    EXPECT_THAT(logged(), ElementsAre("everything *", "key feed-of-first", "key first", "key second"));
    ASSERT_TRUE(begin_epoch("fourth", kStart + 13min));
    EXPECT_THAT(logged(), ElementsAre("everything *", "key feed-of-third", "key third"))
        << "nothing that those signed is good any more";
}

// CHECKS E26
TEST_P(Revoking, AnEpochNeverGoesBackToASmallerName)
{
    ASSERT_TRUE(begin_epoch("first", kStart + 24h * 400));
    auto const before = read().head.log;
    ASSERT_TRUE(begin_epoch("second", kStart));
    EXPECT_EQ(read().head.log, before + 1);
    ASSERT_TRUE(begin_epoch("third", kStart));
    EXPECT_EQ(read().head.log, before + 2);
}

TEST_P(Revoking, NumbersWithoutGapsWhateverIsDoneAtOnce)
{
    constexpr int            kThreads = 8;
    std::vector<core::User>  users;
    std::vector<std::thread> threads;
    std::atomic<std::size_t> written = 0;
    for (int i = 0; i < kThreads; ++i) users.push_back(add_user(users_, "user" + std::to_string(i) + "@example.com"));
    for (auto const& user : users)
        threads.emplace_back([&] {
            auto const count = [&](core::Result<core::Revoked> const& revoked) { written += revoked.value().size(); };
            for (int n = 0; n < 5; ++n) {
                auto const session = open_session(sessions_, user);
                count(end(session.id));
                count(end(session.id));
                EXPECT_FALSE(users_.change_password(user.id, PasswordHash{"another"}, PasswordHash{"new"}, std::nullopt,
                                                    entry(AuditEvent::password_changed)));
                open_session(sessions_, user);
                open_session(sessions_, user);
                count(sessions_.end_sessions(user.id, EndReason::signed_out, entry(AuditEvent::session_ended)));
            }
            open_session(sessions_, user);
            count(users_.disable_user(user.id, entry(AuditEvent::user_disabled)));
        });
    for (auto& thread : threads) thread.join();

    auto const       log = read();
    revocation::Hash hash{};
    ASSERT_EQ(log.entries.size(), kThreads * (5U * 3 + 2));
    EXPECT_EQ(log.entries.size(), written);
    for (std::size_t i = 0; i < log.entries.size(); ++i) {
        EXPECT_EQ(log.entries[i].sequence, i + 1);
        hash = revocation::link(hash, revocation::format_line(log.entries[i]));
    }
    EXPECT_EQ(log.head.sequence, log.entries.size());
    EXPECT_EQ(log.head.hash, hash);
}

}  // namespace
}  // namespace signet::contract
