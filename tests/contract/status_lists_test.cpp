// Places in the status lists: who has one, and which of them are revoked.
#include <gmock/gmock.h>

#include <algorithm>
#include <thread>

#include "contract/samples.hpp"
#include "contract/stores.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using core::EndReason;
using core::PasswordHash;
using core::Revocation;
using core::StatusIndex;
using core::StatusListing;
using revocation::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

class StatusLists : public ContractTest {
protected:
    core::User ann_ = add_user(users_, "ann@example.com");
    core::User bob_ = add_user(users_, "bob@example.com");

    core::Session open_listed(core::User const& user, TimePoint at = kStart, std::string const& client_id = "signet")
    {
        auto session         = sample_session(user, at);
        session.client_id    = client_id;
        auto const opened    = sessions_.open_session({session, user.password, {}, StatusListing::next_index},
                                                      entry(AuditEvent::login_succeeded, at));
        session.status_index = opened.value().status_index;
        return session;
    }
    void revoke(Revocation const& what, TimePoint at = kStart)
    {
        ASSERT_TRUE(revocations_.revoke({&what, 1}, entry(AuditEvent::tokens_revoked, at)));
    }
    std::vector<StatusIndex> revoked(StatusIndex first = 0, std::size_t count = 1000)
    {
        return revocations_.list_revoked_statuses(first, count).value();
    }
};
INSTANTIATE_TEST_SUITE_P(Contract, StatusLists, testing::ValuesIn(keepers()), keeper_name);

TEST_P(StatusLists, HaveAPlaceForEachSessionThatWantsOne)
{
    EXPECT_EQ(revocations_.next_status_index().value(), 0U);
    auto const first  = open_listed(ann_);
    auto const none   = open_session(sessions_, ann_);
    auto const second = open_listed(bob_);
    EXPECT_EQ(first.status_index, 0U);
    EXPECT_EQ(second.status_index, 1U);
    EXPECT_EQ(revocations_.next_status_index().value(), 2U);

    EXPECT_EQ(sessions_.find_session(first.id).value()->session.status_index, 0U);
    EXPECT_EQ(sessions_.find_session(none.id).value()->session.status_index, std::nullopt);
    EXPECT_EQ(sessions_.list_sessions(bob_.id, kStart).value().front().status_index, 1U);
}

TEST_P(StatusLists, LoseNoPlaceToASessionThatIsNotOpened)
{
    auto const refused =
        sessions_.open_session({sample_session(ann_), PasswordHash{"another"}, {}, StatusListing::next_index},
                               entry(AuditEvent::login_succeeded));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, core::Errc::bad_credentials);
    EXPECT_EQ(open_listed(ann_).status_index, 0U);
}

TEST_P(StatusLists, GiveEachPlaceOnceToManyAtOnce)
{
    std::vector<StatusIndex> given(16);
    std::vector<std::thread> threads;
    for (auto& index : given) threads.emplace_back([&] { index = open_listed(ann_).status_index.value(); });
    for (auto& thread : threads) thread.join();
    std::ranges::sort(given);
    for (StatusIndex i = 0; i < given.size(); ++i) EXPECT_EQ(given[i], i);
}

TEST_P(StatusLists, ShowWhatEndedAndNothingElse)
{
    auto const ended = open_listed(ann_);
    open_listed(ann_);
    EXPECT_THAT(revoked(), IsEmpty());
    ASSERT_TRUE(sessions_.end_session(ended.id, std::nullopt, EndReason::signed_out, entry(AuditEvent::session_ended)));
    EXPECT_THAT(revoked(), ElementsAre(0U));
    auto const without = open_session(sessions_, ann_);
    ASSERT_TRUE(
        sessions_.end_session(without.id, std::nullopt, EndReason::signed_out, entry(AuditEvent::session_ended)));
    EXPECT_THAT(revoked(), ElementsAre(0U)) << "it has no place";
}

TEST_P(StatusLists, ShowEachSessionOfAnAccountThatIsDisabled)
{
    open_listed(ann_);
    open_listed(bob_);
    open_listed(ann_);
    ASSERT_TRUE(users_.disable_user(ann_.id, entry(AuditEvent::user_disabled)));
    EXPECT_THAT(revoked(), ElementsAre(0U, 2U));
}

// A bit cannot say which token of a session.
TEST_P(StatusLists, ShowTheSessionOfATokenThatIsRevokedAlone)
{
    auto const session = open_listed(ann_);
    open_listed(ann_);
    revoke(Revocation::of_token("0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3c", session.id));
    EXPECT_THAT(revoked(), ElementsAre(0U));
    revoke({Kind::token, "0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3d"});
    EXPECT_THAT(revoked(), ElementsAre(0U)) << "nobody knows of which session that is";
}

// Nor from when on.
TEST_P(StatusLists, ShowEverySessionThatMayHaveATokenOfBefore)
{
    open_listed(ann_, kStart);
    open_listed(ann_, kStart + 2s);
    open_listed(bob_, kStart);
    open_listed(bob_, kStart, "notes");
    revoke(Revocation::of(ann_.id), kStart + 1s);
    EXPECT_THAT(revoked(), ElementsAre(0U));
    revoke({Kind::client, "notes"}, kStart + 1s);
    EXPECT_THAT(revoked(), ElementsAre(0U, 3U));
    revoke(Revocation::of_everything(), kStart + 1s);
    EXPECT_THAT(revoked(), ElementsAre(0U, 2U, 3U)) << "each once, and not the one that was opened later";
    revoke(Revocation::of_key("kid"), kStart + 10s);
    EXPECT_THAT(revoked(), ElementsAre(0U, 2U, 3U)) << "whoever has the key set has that key no more";
}

TEST_P(StatusLists, ShowOnlyWhatIsAskedFor)
{
    for (int i = 0; i < 5; ++i) open_listed(ann_);
    ASSERT_TRUE(sessions_.end_sessions(ann_.id, EndReason::signed_out_everywhere, entry(AuditEvent::session_ended)));
    EXPECT_THAT(revoked(1, 3), ElementsAre(1U, 2U, 3U));
    EXPECT_THAT(revoked(5, 3), IsEmpty());
    revoke(Revocation::of_everything());
    EXPECT_THAT(revoked(1, 3), ElementsAre(1U, 2U, 3U));
}

TEST_P(StatusLists, ForgetWithTheLog)
{
    auto const session = open_listed(ann_);
    ASSERT_TRUE(
        sessions_.end_session(session.id, std::nullopt, EndReason::signed_out, entry(AuditEvent::session_ended)));
    revoke(Revocation::of_everything());
    ASSERT_TRUE(revocations_.remove_revocations(kStart + 24h, 1000));
    EXPECT_THAT(revoked(), IsEmpty());
    EXPECT_EQ(open_listed(ann_).status_index, 1U) << "a place is nobody else's";
}

TEST_P(StatusLists, ShowThatEverythingOfAnEpochBeforeIsVoid)
{
    open_listed(ann_);
    ASSERT_TRUE(epochs_.begin_epoch(
        {.key          = sample_key("new", kStart + 1s, kStart + 1s),
         .feed_key     = sample_key("feed", kStart + 1s, kStart + 1s, core::KeyPurpose::revocation_feed),
         .token_secret = "sealed"},
        entry(AuditEvent::data_restored, kStart + 1s)));
    EXPECT_THAT(revoked(), ElementsAre(0U));
    EXPECT_EQ(open_listed(ann_, kStart + 2s).status_index, 1U);
    EXPECT_THAT(revoked(), ElementsAre(0U));
}

}  // namespace
}  // namespace signet::contract
