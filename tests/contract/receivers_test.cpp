#include <gmock/gmock.h>

#include "contract/samples.hpp"
#include "contract/stores.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using core::SecurityEventType;
using testing::ElementsAre;
using testing::IsEmpty;

class ReceiverStore : public ContractTest {
protected:
    core::User ann_ = add_user(users_, "ann@example.com");

    static core::Receiver receiver(std::string name)
    {
        return {.name         = std::move(name),
                .url          = "https://notes.example.com/events",
                .audience     = "https://notes.example.com",
                .events       = {SecurityEventType::session_revoked, SecurityEventType::credential_change},
                .ca_file      = "/etc/ca.pem",
                .sealed_token = std::string{"sealed\0token", 12},
                .created_at   = kStart};
    }
    core::Result<void> add(core::Receiver const& receiver)
    {
        return receivers_.add_receiver(receiver, entry(AuditEvent::receiver_added));
    }
    core::Result<void> remove(std::string_view name)
    {
        return receivers_.remove_receiver(name, entry(AuditEvent::receiver_removed));
    }
    core::Receiver find(std::string_view name)
    {
        auto const all = receivers_.list_receivers().value();
        for (auto const& one : all)
            if (one.name == name) return one;
        ADD_FAILURE() << "no receiver " << name;
        return {};
    }
    // An event for each receiver.
    void sign_out(TimePoint at = kStart)
    {
        auto const session = open_session(sessions_, ann_, at);
        ASSERT_TRUE(sessions_.end_session(session.id, std::nullopt, core::EndReason::signed_out,
                                          entry(AuditEvent::session_ended, at)));
    }
    std::vector<std::int64_t> pending(std::string_view name, std::size_t most = 1000)
    {
        std::vector<std::int64_t> numbers;
        auto const                all = receivers_.list_pending(name, kStart, most).value();
        for (auto const& one : all) numbers.push_back(one.number);
        return numbers;
    }
};
INSTANTIATE_TEST_SUITE_P(Contract, ReceiverStore, testing::ValuesIn(keepers()), keeper_name);

TEST_P(ReceiverStore, KeepsEveryField)
{
    EXPECT_THAT(receivers_.list_receivers().value(), IsEmpty());
    auto const rows = audited();
    ASSERT_TRUE(add(receiver("notes")));
    auto const kept = find("notes");
    EXPECT_EQ(kept.url, "https://notes.example.com/events");
    EXPECT_EQ(kept.audience, "https://notes.example.com");
    EXPECT_THAT(kept.events, ElementsAre(SecurityEventType::session_revoked, SecurityEventType::credential_change));
    EXPECT_EQ(kept.ca_file, "/etc/ca.pem");
    EXPECT_EQ(kept.sealed_token, (std::string{"sealed\0token", 12})) << "bytes, NUL among them";
    EXPECT_EQ(kept.created_at, kStart);
    EXPECT_EQ(kept.delivered_at, std::nullopt);
    EXPECT_EQ(kept.failed_at, std::nullopt);
    EXPECT_EQ(kept.error, "");
    EXPECT_EQ(kept.pending, 0U);
    EXPECT_EQ(kept.dropped, 0U);
    EXPECT_EQ(audited(), rows + 1);
}

TEST_P(ReceiverStore, RefusesANameThatIsTaken)
{
    ASSERT_TRUE(add(receiver("notes")));
    auto const rows    = audited();
    auto       other   = receiver("notes");
    other.sealed_token = "another";
    EXPECT_EQ(add(other).error().code, core::Errc::name_taken);
    EXPECT_EQ(find("notes").sealed_token, receiver("notes").sealed_token);
    EXPECT_EQ(audited(), rows);
}

// A change of the master key finds it there.
TEST_P(ReceiverStore, KeepsTheTokenAmongTheSecretsUntilItGoes)
{
    ASSERT_TRUE(add(receiver("notes")));
    EXPECT_EQ(sealed_.find_secret(core::receiver_secret_name("notes")).value(), receiver("notes").sealed_token);
    ASSERT_TRUE(remove("notes"));
    EXPECT_EQ(sealed_.find_secret(core::receiver_secret_name("notes")).value(), std::nullopt);

    auto bare         = receiver("notes");
    bare.sealed_token = std::nullopt;
    ASSERT_TRUE(add(bare));
    EXPECT_EQ(find("notes").sealed_token, std::nullopt);
}

TEST_P(ReceiverStore, ForgetsWhatARemovedOneWasStillToBeTold)
{
    ASSERT_TRUE(add(receiver("notes")));
    ASSERT_TRUE(add(receiver("other")));
    sign_out();
    auto const told = pending("notes");
    ASSERT_EQ(told.size(), 1U);
    ASSERT_TRUE(remove("notes"));
    EXPECT_EQ(remove("notes").error().code, core::Errc::not_found);
    EXPECT_THAT(pending("notes"), IsEmpty());
    EXPECT_EQ(pending("other").size(), 1U);

    // What was under way to it comes to nothing.
    EXPECT_TRUE(receivers_.note_delivered("notes", told[0], kStart));
    EXPECT_TRUE(receivers_.note_failed("notes", told[0], "HTTP 500", kStart));
    auto const rows = audited();
    EXPECT_TRUE(receivers_.drop_event("notes", told[0], "", entry(AuditEvent::events_dropped)));
    EXPECT_EQ(audited(), rows);

    ASSERT_TRUE(add(receiver("notes")));
    EXPECT_THAT(receivers_.list_pending("other", kStart + 1ms, 10).value(), IsEmpty()) << "another by that name";
    EXPECT_THAT(pending("notes"), IsEmpty()) << "it is told what happens from now on";
    sign_out();
    EXPECT_NE(pending("notes").at(0), told[0]) << "a number is used once";
}

TEST_P(ReceiverStore, TriesThoseFirstThatWereTriedLeast)
{
    ASSERT_TRUE(add(receiver("notes")));
    for (int i = 0; i < 3; ++i) sign_out();
    auto const all = pending("notes");
    ASSERT_EQ(all.size(), 3U);
    EXPECT_THAT(pending("notes", 2), ElementsAre(all[0], all[1])) << "the oldest first";
    ASSERT_TRUE(receivers_.note_failed("notes", all[0], "HTTP 500", kStart + 1min));
    EXPECT_THAT(pending("notes"), ElementsAre(all[1], all[2], all[0]));
    EXPECT_EQ(receivers_.list_pending("notes", kStart, 3).value().back().tries, 1U);
    EXPECT_EQ(find("notes").failed_at, kStart + 1min);
    EXPECT_EQ(find("notes").error, "HTTP 500");
    EXPECT_EQ(find("notes").pending, 3U);
}

TEST_P(ReceiverStore, ForgetsWhatWasTaken)
{
    ASSERT_TRUE(add(receiver("notes")));
    ASSERT_TRUE(add(receiver("other")));
    sign_out();
    auto const number = pending("notes").at(0);
    ASSERT_TRUE(receivers_.note_delivered("other", number, kStart + 1min));
    EXPECT_EQ(pending("notes").size(), 1U) << "another's is not this one's";
    ASSERT_TRUE(receivers_.note_delivered("notes", number, kStart + 1min));
    EXPECT_THAT(pending("notes"), IsEmpty());
    EXPECT_EQ(find("notes").delivered_at, kStart + 1min);
    EXPECT_EQ(find("notes").dropped, 0U);
}

TEST_P(ReceiverStore, CountsAndAuditsWhatIsDropped)
{
    ASSERT_TRUE(add(receiver("notes")));
    sign_out();
    auto const number = pending("notes").at(0);
    auto const rows   = audited();
    ASSERT_TRUE(receivers_.drop_event("notes", number, "invalid_request", entry(AuditEvent::events_dropped)));
    EXPECT_THAT(pending("notes"), IsEmpty());
    EXPECT_EQ(find("notes").dropped, 1U);
    EXPECT_EQ(find("notes").error, "invalid_request");
    EXPECT_EQ(audited(), rows + 1);
    ASSERT_TRUE(receivers_.drop_event("notes", number, "invalid_request", entry(AuditEvent::events_dropped)));
    EXPECT_EQ(find("notes").dropped, 1U) << "once";
    EXPECT_EQ(audited(), rows + 1);
}

TEST_P(ReceiverStore, DropsWhatIsTooOldAndTheOldestOfTooMany)
{
    ASSERT_TRUE(add(receiver("notes")));
    ASSERT_TRUE(add(receiver("other")));
    for (int i = 0; i < 5; ++i) sign_out(kStart + i * 1min);
    auto const all   = pending("notes");
    auto       audit = entry(AuditEvent::events_dropped);
    audit.detail     = "events for notes";

    auto const rows = audited();
    EXPECT_EQ(receivers_.drop_old("notes", kStart, 5, audit).value(), 0U);
    EXPECT_EQ(audited(), rows) << "nothing, and no row of it";
    EXPECT_EQ(receivers_.drop_old("notes", kStart + 1min, 5, audit).value(), 1U);
    EXPECT_THAT(pending("notes"), ElementsAre(all[1], all[2], all[3], all[4])) << "not that of the moment itself";
    EXPECT_EQ(audit_.latest(1).value().front().detail, "1 events for notes");

    ASSERT_TRUE(receivers_.note_failed("notes", all[4], "HTTP 500", kStart));
    EXPECT_EQ(receivers_.drop_old("notes", kStart, 2, audit).value(), 2U);
    EXPECT_THAT(pending("notes"), ElementsAre(all[3], all[4])) << "by age, however often they were tried";
    EXPECT_EQ(find("notes").dropped, 3U);
    EXPECT_EQ(pending("other").size(), 5U);
}

TEST_P(ReceiverStore, DropsAsManyAsThereAre)
{
    ASSERT_TRUE(add(receiver("notes")));
    for (int i = 0; i < 1100; ++i) sign_out(kStart);
    auto audit   = entry(AuditEvent::events_dropped);
    audit.detail = "events for notes";
    EXPECT_EQ(receivers_.drop_old("notes", kStart, 7, audit).value(), 1093U);
    EXPECT_EQ(find("notes").dropped, 1093U);
    EXPECT_EQ(pending("notes").size(), 7U);
}

}  // namespace
}  // namespace signet::contract
