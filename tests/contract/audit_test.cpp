#include <gmock/gmock.h>

#include "contract/samples.hpp"
#include "contract/stores.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using testing::IsEmpty;

class AuditStore : public ContractTest {};
INSTANTIATE_TEST_SUITE_P(Contract, AuditStore, testing::ValuesIn(keepers()), keeper_name);

TEST_P(AuditStore, IsEmptyAtFirst)
{
    EXPECT_THAT(audit_.latest(10).value(), IsEmpty());
}

TEST_P(AuditStore, KeepsEveryField)
{
    core::AuditEntry const said = {.at      = kStart,
                                   .event   = AuditEvent::login_refused,
                                   .user    = core::UserId{next_uuid()},
                                   .session = next_session_id(),
                                   .origin  = {.address = {"192.0.2.7"}, .user_agent = "Browser/1.0 '; --"},
                                   .detail  = "wrong password"};
    ASSERT_TRUE(audit_.append(said));
    auto const kept = audit_.latest(1).value().at(0);
    EXPECT_EQ(kept.at, said.at);
    EXPECT_EQ(kept.event, said.event);
    EXPECT_EQ(kept.user, said.user);
    EXPECT_EQ(kept.session, said.session);
    EXPECT_EQ(kept.origin.address.text, said.origin.address.text);
    EXPECT_EQ(kept.origin.user_agent, said.origin.user_agent);
    EXPECT_EQ(kept.detail, said.detail);
}

TEST_P(AuditStore, KeepsWhatConcernsNobody)
{
    ASSERT_TRUE(audit_.append(entry(AuditEvent::login_refused)));
    auto const kept = audit_.latest(1).value().at(0);
    EXPECT_EQ(kept.user, std::nullopt);
    EXPECT_EQ(kept.session, std::nullopt);
    EXPECT_EQ(kept.detail, "");
}

TEST_P(AuditStore, KeepsEveryEvent)
{
    for (auto event = AuditEvent::user_added; event <= AuditEvent::key_rotated;
         event      = static_cast<AuditEvent>(static_cast<int>(event) + 1)) {
        ASSERT_TRUE(audit_.append(entry(event)));
        EXPECT_EQ(audit_.latest(1).value().at(0).event, event);
    }
}

TEST_P(AuditStore, RemovesWhatIsOldAndNoMoreThanItMay)
{
    for (int hour = 0; hour < 5; ++hour)
        ASSERT_TRUE(audit_.append(entry(AuditEvent::login_refused, kStart + std::chrono::hours{hour})));
    EXPECT_EQ(audit_.remove_entries(kStart, 10).value(), 0U);
    EXPECT_EQ(audit_.remove_entries(kStart + 4h, 3).value(), 3U);
    EXPECT_EQ(audited(), 2U);
    EXPECT_EQ(audit_.remove_entries(kStart + 4h, 3).value(), 1U);
    EXPECT_EQ(audit_.remove_entries(kStart + 4h, 3).value(), 0U);
    EXPECT_EQ(audit_.latest(1).value().at(0).at, kStart + 4h);
}

// The chain ends where a row is missing: one that was dated too late keeps those behind it.
TEST_P(AuditStore, RemovesNothingBehindARowThatStays)
{
    for (int const hour : {0, 9, 1, 2})
        ASSERT_TRUE(audit_.append(entry(AuditEvent::login_refused, kStart + std::chrono::hours{hour})));
    EXPECT_EQ(audit_.remove_entries(kStart + 5h, 10).value(), 1U);
    EXPECT_EQ(audited(), 3U);
    EXPECT_EQ(audit_.remove_entries(kStart + 10h, 10).value(), 3U);
}

// CHECKS E34, decision 0008: whoever holds a token of an ended session can repeat it, and fills no disk by that.
TEST_P(AuditStore, TellsARefusedRefreshOnceForEachSessionAndReason)
{
    auto said    = entry(AuditEvent::refresh_refused);
    said.session = next_session_id();
    said.detail  = "ended";
    EXPECT_TRUE(audit_.append_refused_refresh(said).value());
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(audit_.append_refused_refresh(said).value());
    said.detail = "expired";
    EXPECT_TRUE(audit_.append_refused_refresh(said).value());
    said.session = next_session_id();
    EXPECT_TRUE(audit_.append_refused_refresh(said).value());
    EXPECT_EQ(audited(), 3U);
}

TEST_P(AuditStore, GivesTheLatestFirstAndNoMoreThanAsked)
{
    for (int i = 0; i < 5; ++i) {
        auto said   = entry(AuditEvent::login_refused);  // all at the same moment
        said.detail = std::to_string(i);
        ASSERT_TRUE(audit_.append(said));
    }
    auto const latest = audit_.latest(2).value();
    ASSERT_EQ(latest.size(), 2U);
    EXPECT_EQ(latest[0].detail, "4");
    EXPECT_EQ(latest[1].detail, "3");
    EXPECT_THAT(audit_.latest(0).value(), IsEmpty());
}

}  // namespace
}  // namespace signet::contract
