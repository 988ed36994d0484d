// What each deed has receivers told.
#include <gmock/gmock.h>

#include "contract/samples.hpp"
#include "contract/stores.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using core::EndReason;
using core::Initiator;
using core::PasswordHash;
using core::SecurityEvent;
using core::SecurityEventType;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class SecurityEvents : public ContractTest {
protected:
    core::User ann_ = add_user(users_, "ann@example.com");

    void SetUp() override { add_receiver("notes", {kBoth.begin(), kBoth.end()}); }

    static constexpr auto kBoth = core::kSecurityEventTypes;

    void add_receiver(std::string name, std::vector<SecurityEventType> events)
    {
        ASSERT_TRUE(receivers_.add_receiver({.name         = std::move(name),
                                             .url          = "https://notes.example.com/events",
                                             .audience     = "notes",
                                             .events       = std::move(events),
                                             .ca_file      = {},
                                             .sealed_token = std::nullopt,
                                             .created_at   = kStart},
                                            entry(AuditEvent::receiver_added)));
    }
    std::vector<SecurityEvent> told(std::string_view receiver = "notes")
    {
        std::vector<SecurityEvent> events;
        auto const                 all = receivers_.list_pending(receiver, kStart, 10'000).value();
        for (auto const& one : all) events.push_back(one.event);
        return events;
    }
    SecurityEvent ended(core::Session const& session, EndReason reason, Initiator by, TimePoint at = kStart)
    {
        return {.type    = SecurityEventType::session_revoked,
                .user    = ann_.id,
                .session = session.id,
                .by      = by,
                .reason  = std::string{name(reason)},
                .at      = at};
    }
    core::Result<core::Revoked> end(core::SessionId id, EndReason reason, std::optional<core::UserId> owner = {})
    {
        return sessions_.end_session(id, owner, reason, entry(AuditEvent::session_ended, kStart));
    }
};
INSTANTIATE_TEST_SUITE_P(Contract, SecurityEvents, testing::ValuesIn(keepers()), keeper_name);

TEST_P(SecurityEvents, AnEndedSessionIsOneWithItsReasonAndWhoEndedIt)
{
    using enum EndReason;
    std::vector<SecurityEvent> expected;
    for (auto const& [reason, by] :
         {std::pair{signed_out, Initiator::user}, std::pair{ended_by_owner, Initiator::user},
          std::pair{ended_by_operator, Initiator::admin}, std::pair{refresh_reuse, Initiator::policy},
          std::pair{replays_elsewhere, Initiator::policy}}) {
        auto const session = open_session(sessions_, ann_);
        ASSERT_TRUE(end(session.id, reason));
        expected.push_back(ended(session, reason, by));
    }
    EXPECT_EQ(told(), expected);
}

TEST_P(SecurityEvents, WhatEndedNothingIsNone)
{
    auto const session = open_session(sessions_, ann_);
    ASSERT_TRUE(end(next_session_id(), EndReason::signed_out));
    ASSERT_TRUE(end(session.id, EndReason::ended_by_owner, core::UserId{next_uuid()}));
    EXPECT_THAT(told(), IsEmpty());
    ASSERT_TRUE(end(session.id, EndReason::signed_out));
    ASSERT_TRUE(end(session.id, EndReason::signed_out));
    EXPECT_EQ(told().size(), 1U) << "it ended once";
}

TEST_P(SecurityEvents, SigningOutEverywhereIsOneForEachSession)
{
    auto const one    = open_session(sessions_, ann_);
    auto const two    = open_session(sessions_, ann_);
    auto const reason = EndReason::signed_out_everywhere;
    open_session(sessions_, add_user(users_, "bob@example.com"));
    ASSERT_TRUE(sessions_.end_sessions(ann_.id, reason, entry(AuditEvent::session_ended, kStart)));
    EXPECT_THAT(told(), UnorderedElementsAre(ended(one, reason, Initiator::user), ended(two, reason, Initiator::user)));
}

TEST_P(SecurityEvents, AChangedPasswordIsOneBesideTheSessionsItEnded)
{
    auto const kept  = open_session(sessions_, ann_);
    auto const other = open_session(sessions_, ann_);
    ASSERT_TRUE(users_.change_password(ann_.id, ann_.password, PasswordHash{"new"}, kept.id,
                                       entry(AuditEvent::password_changed, kStart)));
    EXPECT_THAT(told(), ElementsAre(core::changed_password(ann_.id, Initiator::user, kStart),
                                    ended(other, EndReason::password_changed, Initiator::user)));
}

TEST_P(SecurityEvents, APasswordThatAnOperatorSetsIsTheOperators)
{
    auto const session = open_session(sessions_, ann_);
    ASSERT_TRUE(users_.change_password(ann_.id, std::nullopt, PasswordHash{"new"}, std::nullopt,
                                       entry(AuditEvent::password_changed, kStart)));
    EXPECT_THAT(told(), ElementsAre(core::changed_password(ann_.id, Initiator::admin, kStart),
                                    ended(session, EndReason::password_changed, Initiator::admin)));
}

TEST_P(SecurityEvents, ARefusedDeedIsNone)
{
    open_session(sessions_, ann_);
    auto const refused = users_.change_password(ann_.id, PasswordHash{"not hers"}, PasswordHash{"new"}, std::nullopt,
                                                entry(AuditEvent::password_changed));
    EXPECT_EQ(refused.error().code, core::Errc::bad_credentials);
    EXPECT_THAT(told(), IsEmpty());
}

TEST_P(SecurityEvents, ADisabledAccountIsOneBesideItsSessions)
{
    auto const session = open_session(sessions_, ann_);
    ASSERT_TRUE(users_.disable_user(ann_.id, entry(AuditEvent::user_disabled, kStart)));
    EXPECT_THAT(told(), ElementsAre(ended(session, EndReason::account_disabled, Initiator::admin),
                                    core::disabled_account(ann_.id, kStart)));
    ASSERT_TRUE(users_.disable_user(ann_.id, entry(AuditEvent::user_disabled, kStart)));
    EXPECT_EQ(told().size(), 2U) << "it was disabled";
}

TEST_P(SecurityEvents, WhoMakesRoomIsOne)
{
    auto const first = open_session(sessions_, ann_, kStart - 1s);
    for (std::size_t i = 1; i < core::kMostSessions; ++i) open_session(sessions_, ann_);
    EXPECT_THAT(told(), IsEmpty());
    open_session(sessions_, ann_, kStart + 1s);
    EXPECT_THAT(told(), ElementsAre(ended(first, EndReason::too_many, Initiator::policy, kStart + 1s)));
}

TEST_P(SecurityEvents, AnEpochIsOneForEachLiveSession)
{
    auto const over = open_session(sessions_, ann_);
    auto const live = open_session(sessions_, ann_);
    ASSERT_TRUE(end(over.id, EndReason::signed_out));
    ASSERT_TRUE(epochs_.begin_epoch(
        {.key          = sample_key("first", kStart + 1s, kStart + 1s),
         .feed_key     = sample_key("feed", kStart + 1s, kStart + 1s, core::KeyPurpose::revocation_feed),
         .token_secret = "sealed"},
        entry(AuditEvent::tokens_voided, kStart + 1s)));
    EXPECT_THAT(told(), ElementsAre(ended(over, EndReason::signed_out, Initiator::user),
                                    ended(live, EndReason::new_epoch, Initiator::admin, kStart + 1s)));
}

TEST_P(SecurityEvents, EachReceiverIsToldWhatItAskedFor)
{
    add_receiver("passwords", {SecurityEventType::credential_change});
    add_receiver("sessions", {SecurityEventType::session_revoked});
    open_session(sessions_, ann_);
    ASSERT_TRUE(users_.change_password(ann_.id, std::nullopt, PasswordHash{"new"}, std::nullopt,
                                       entry(AuditEvent::password_changed)));
    EXPECT_EQ(told("notes").size(), 2U);
    ASSERT_EQ(told("passwords").size(), 1U);
    EXPECT_EQ(told("passwords").front().type, SecurityEventType::credential_change);
    ASSERT_EQ(told("sessions").size(), 1U);
    EXPECT_EQ(told("sessions").front().type, SecurityEventType::session_revoked);
}

// The deed is one transaction: what its last statement refuses was not done, and nobody is told of it.
TEST(SecurityEventsOnSqlite, GoWithADeedThatIsRolledBack)
{
    TemporaryFolder const folder;
    auto                  storage = open_storage(folder.path() / "contract.db");
    auto const            ann     = add_user(storage->users(), "ann@example.com");
    ASSERT_TRUE(storage->receivers().add_receiver({.name         = "notes",
                                                   .url          = "https://notes.example.com/events",
                                                   .audience     = "notes",
                                                   .events       = {SecurityEventType::credential_change},
                                                   .ca_file      = {},
                                                   .sealed_token = std::nullopt,
                                                   .created_at   = kStart},
                                                  entry(AuditEvent::receiver_added)));
    auto const change = [&](storage::SqliteStorage& where) {
        return where.users().change_password(ann.id, std::nullopt, PasswordHash{"new"}, std::nullopt,
                                             entry(AuditEvent::password_changed));
    };
    // One whose audit log was not begun can finish no deed.
    auto const unbegun = storage::SqliteStorage::open(folder.path() / "contract.db");
    EXPECT_EQ(change(*unbegun).error().code, core::Errc::unavailable);
    EXPECT_THAT(storage->receivers().list_pending("notes", kStart, 10).value(), IsEmpty());
    EXPECT_EQ(storage->users().find_user(ann.id).value()->password, ann.password);

    ASSERT_TRUE(change(*storage));
    EXPECT_EQ(storage->receivers().list_pending("notes", kStart, 10).value().size(), 1U);
}

}  // namespace
}  // namespace signet::contract
