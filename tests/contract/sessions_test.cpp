#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "contract/samples.hpp"
#include "contract/stores.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using core::EndReason;
using core::Errc;
using core::PasswordHash;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class SessionStore : public ContractTest {
protected:
    core::User ann_ = add_user(users_, "ann@example.com");
    core::User bob_ = add_user(users_, "bob@example.com");

    core::Session row(core::SessionId id) { return sessions_.find_session(id).value().value().session; }
};
INSTANTIATE_TEST_SUITE_P(Contract, SessionStore, testing::ValuesIn(keepers()), keeper_name);

std::vector<core::SessionId> ids_of(auto const& sessions)
{
    std::vector<core::SessionId> ids;
    for (auto const& session : sessions) ids.push_back(session.id);
    return ids;
}

TEST_P(SessionStore, KeepsEveryField)
{
    auto session                  = sample_session(ann_);
    session.generation            = 7;
    session.rotated_at            = kStart + 1ms;
    session.last_used_at          = kStart + 2ms;
    session.odd_replays           = 2;
    session.odd_replay_generation = 6;
    ASSERT_TRUE(sessions_.open_session({session, ann_.password, {}}, entry(AuditEvent::login_succeeded)));

    auto const found = sessions_.find_session(session.id).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->user.id, ann_.id);
    EXPECT_EQ(found->user.email, ann_.email);
    EXPECT_EQ(found->user.roles, ann_.roles);
    auto const& kept = found->session;
    EXPECT_EQ(kept.id, session.id);
    EXPECT_EQ(kept.user, ann_.id);
    EXPECT_EQ(kept.client_id, "signet");
    EXPECT_EQ(kept.generation, 7U);
    EXPECT_EQ(kept.rotated_at, session.rotated_at);
    EXPECT_EQ(kept.created_at, session.created_at);
    EXPECT_EQ(kept.last_used_at, session.last_used_at);
    EXPECT_EQ(kept.idle_expires_at, session.idle_expires_at);
    EXPECT_EQ(kept.expires_at, session.expires_at);
    EXPECT_EQ(kept.ended_at, std::nullopt);
    EXPECT_EQ(kept.end_reason, std::nullopt);
    EXPECT_EQ(kept.origin.address.text, "192.0.2.7");
    EXPECT_EQ(kept.origin.user_agent, "Browser/1.0");
    EXPECT_EQ(kept.odd_replays, 2U);
    EXPECT_EQ(kept.odd_replay_generation, 6U);
}

TEST_P(SessionStore, FindsNothingWhereNothingIs)
{
    EXPECT_FALSE(sessions_.find_session(next_session_id()).value());
}

TEST_P(SessionStore, AuditsTheSignIn)
{
    auto const session = sample_session(ann_);
    auto       audit   = entry(AuditEvent::login_succeeded);
    audit.session      = session.id;
    ASSERT_TRUE(sessions_.open_session({session, ann_.password, {}}, audit));
    auto const latest = audit_.latest(1).value();
    EXPECT_EQ(latest.at(0).event, AuditEvent::login_succeeded);
    EXPECT_EQ(latest.at(0).session, session.id);
}

// A sign-in that was hashing while the account was closed, or its password changed.
TEST_P(SessionStore, RefusesToOpenForAnAccountDisabledMeanwhile)
{
    ASSERT_TRUE(users_.disable_user(ann_.id, entry(AuditEvent::user_disabled)));
    auto const session = sample_session(ann_);
    auto const rows    = audited();
    auto const opened  = sessions_.open_session({session, ann_.password, {}}, entry(AuditEvent::login_succeeded));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::bad_credentials);
    EXPECT_FALSE(sessions_.find_session(session.id).value());
    EXPECT_EQ(audited(), rows);
}

TEST_P(SessionStore, RefusesToOpenForAPasswordChangedMeanwhile)
{
    ASSERT_TRUE(users_.change_password(ann_.id, std::nullopt, PasswordHash{"new"}, std::nullopt,
                                       entry(AuditEvent::password_changed)));
    auto const session = sample_session(ann_);
    auto const opened  = sessions_.open_session({session, ann_.password, {}}, entry(AuditEvent::login_succeeded));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::bad_credentials);
    EXPECT_FALSE(sessions_.find_session(session.id).value());
}

TEST_P(SessionStore, RefusesToOpenForNobody)
{
    auto const stranger = sample_user("eve@example.com");
    auto const opened =
        sessions_.open_session({sample_session(stranger), stranger.password, {}}, entry(AuditEvent::login_succeeded));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::bad_credentials);
}

TEST_P(SessionStore, EndsTheLeastRecentlyUsedBeyondAHundred)
{
    auto const use = [&](core::Session const& session, TimePoint at) {
        ASSERT_TRUE(sessions_.rotate_session(sample_rotation(session, 0, at)).value());
    };
    auto const of_bob = open_session(sessions_, bob_, kStart);
    auto const first  = open_session(sessions_, ann_, kStart);
    auto const second = open_session(sessions_, ann_, kStart + 1s);
    for (std::size_t i = 2; i < core::kMostSessions; ++i) open_session(sessions_, ann_, kStart + 2s);
    use(first, kStart + 1min);
    auto const rows = audited();

    auto const session = sample_session(ann_, kStart + 2min);
    auto       audit   = entry(AuditEvent::login_succeeded, kStart + 2min);
    audit.user         = ann_.id;
    audit.session      = session.id;
    EXPECT_THAT(sessions_named(sessions_.open_session({session, ann_.password, {}}, audit).value().revoked),
                ElementsAre(second.id));
    EXPECT_EQ(row(second.id).end_reason, EndReason::too_many);
    EXPECT_EQ(row(second.id).ended_at, kStart + 2min);
    EXPECT_EQ(row(first.id).ended_at, std::nullopt);
    EXPECT_EQ(row(of_bob.id).ended_at, std::nullopt);
    EXPECT_EQ(sessions_.list_sessions(ann_.id, kStart + 2min).value().size(), core::kMostSessions);

    ASSERT_EQ(audited(), rows + 2);
    auto const told = audit_.latest(2).value();
    EXPECT_EQ(told[0].event, AuditEvent::login_succeeded);
    EXPECT_EQ(told[1].event, AuditEvent::session_ended);
    EXPECT_EQ(told[1].session, second.id);
    EXPECT_EQ(told[1].user, ann_.id);
    EXPECT_EQ(told[1].detail, "too_many");
}

TEST_P(SessionStore, RotatesToTheNextGeneration)
{
    auto const session = open_session(sessions_, ann_);
    EXPECT_TRUE(sessions_.rotate_session(sample_rotation(session, 0, kStart + 1min)).value());

    auto const rotated = row(session.id);
    EXPECT_EQ(rotated.generation, 1U);
    EXPECT_EQ(rotated.rotated_at, kStart + 1min);
    EXPECT_EQ(rotated.last_used_at, kStart + 1min);
    EXPECT_EQ(rotated.idle_expires_at, kStart + 31min);
    EXPECT_EQ(rotated.expires_at, session.expires_at);  // never extended
    EXPECT_EQ(rotated.created_at, session.created_at);
    EXPECT_EQ(rotated.origin.address.text, "2001:db8::9");
    EXPECT_EQ(rotated.origin.user_agent, "Browser/2.0");
}

TEST_P(SessionStore, DoesNotRotateFromAnotherGeneration)
{
    auto const session = open_session(sessions_, ann_);
    ASSERT_TRUE(sessions_.rotate_session(sample_rotation(session, 0, kStart + 1min)).value());
    EXPECT_FALSE(sessions_.rotate_session(sample_rotation(session, 0, kStart + 2min)).value());
    EXPECT_FALSE(sessions_.rotate_session(sample_rotation(session, 2, kStart + 2min)).value());
    EXPECT_EQ(row(session.id).generation, 1U);
    EXPECT_EQ(row(session.id).rotated_at, kStart + 1min);
}

TEST_P(SessionStore, DoesNotRotateWhatIsOver)
{
    auto const ended = open_session(sessions_, ann_);
    ASSERT_TRUE(sessions_.end_session(ended.id, std::nullopt, EndReason::signed_out, entry(AuditEvent::session_ended)));
    EXPECT_FALSE(sessions_.rotate_session(sample_rotation(ended, 0, kStart + 1min)).value());

    auto const idle = open_session(sessions_, ann_);
    EXPECT_FALSE(sessions_.rotate_session(sample_rotation(idle, 0, idle.idle_expires_at)).value());

    auto old            = sample_session(ann_);
    old.idle_expires_at = old.expires_at + 1h;
    ASSERT_TRUE(sessions_.open_session({old, ann_.password, {}}, entry(AuditEvent::login_succeeded)));
    EXPECT_FALSE(sessions_.rotate_session(sample_rotation(old, 0, old.expires_at)).value());
    EXPECT_TRUE(sessions_.rotate_session(sample_rotation(old, 0, old.expires_at - 1ms)).value());

    EXPECT_FALSE(sessions_.rotate_session(sample_rotation(sample_session(ann_), 0, kStart)).value());
    EXPECT_EQ(row(ended.id).generation, 0U);
}

TEST_P(SessionStore, RotatesOnceForTwoHundredAtOnce)
{
    constexpr int            kThreads = 200;
    auto const               session  = open_session(sessions_, ann_);
    std::atomic<int>         rotated  = 0;
    std::atomic<int>         refused  = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            auto const result = sessions_.rotate_session(sample_rotation(session, 0, kStart + 1min));
            if (result && *result) ++rotated;
            if (result && !*result) ++refused;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(rotated, 1);
    EXPECT_EQ(refused, kThreads - 1);
    EXPECT_EQ(row(session.id).generation, 1U);
}

TEST_P(SessionStore, CountsOddReplaysOncePerGeneration)
{
    auto const session = open_session(sessions_, ann_);
    auto const rows    = audited();
    auto const note    = [&](std::uint64_t generation) {
        return sessions_.note_odd_replay(session.id, generation, entry(AuditEvent::refresh_replayed_elsewhere)).value();
    };
    EXPECT_EQ(note(3), 1U);
    EXPECT_EQ(note(3), 1U);
    EXPECT_EQ(audited(), rows + 1);
    EXPECT_EQ(note(4), 2U);
    EXPECT_EQ(note(4), 2U);
    EXPECT_EQ(note(5), 3U);
    EXPECT_EQ(row(session.id).odd_replays, 3U);
    EXPECT_EQ(row(session.id).odd_replay_generation, 5U);
}

TEST_P(SessionStore, StartsAgainAfterAGenerationWithoutAnOddReplay)
{
    auto const session = open_session(sessions_, ann_);
    auto const note    = [&](std::uint64_t generation) {
        return sessions_.note_odd_replay(session.id, generation, entry(AuditEvent::refresh_replayed_elsewhere)).value();
    };
    EXPECT_EQ(note(0), 1U);  // nothing was noted before, though the row says generation 0
    EXPECT_EQ(note(1), 2U);
    EXPECT_EQ(note(3), 1U);
    EXPECT_EQ(note(4), 2U);
}

TEST_P(SessionStore, EndsASessionOnce)
{
    auto const session = open_session(sessions_, ann_);
    auto const rows    = audited();
    auto const end     = [&](EndReason reason, TimePoint at) {
        return sessions_.end_session(session.id, std::nullopt, reason, entry(AuditEvent::session_ended, at)).value();
    };
    EXPECT_THAT(sessions_named(end(EndReason::refresh_reuse, kStart + 1min)), ElementsAre(session.id));
    EXPECT_THAT(end(EndReason::signed_out, kStart + 2min), IsEmpty());
    EXPECT_EQ(row(session.id).ended_at, kStart + 1min);
    EXPECT_EQ(row(session.id).end_reason, EndReason::refresh_reuse);
    EXPECT_EQ(audited(), rows + 1);
}

TEST_P(SessionStore, KeepsEveryReason)
{
    for (auto const reason : {EndReason::signed_out, EndReason::signed_out_everywhere, EndReason::ended_by_owner,
                              EndReason::ended_by_operator, EndReason::password_changed, EndReason::account_disabled,
                              EndReason::refresh_reuse, EndReason::replays_elsewhere}) {
        auto const session = open_session(sessions_, ann_);
        ASSERT_TRUE(sessions_.end_session(session.id, std::nullopt, reason, entry(AuditEvent::session_ended)));
        EXPECT_EQ(row(session.id).end_reason, reason);
    }
}

TEST_P(SessionStore, DoesNotEndWhatIsUnknownOrExpired)
{
    auto const end = [&](core::SessionId id, TimePoint at) {
        return sessions_.end_session(id, std::nullopt, EndReason::signed_out, entry(AuditEvent::session_ended, at))
            .value();
    };
    auto const session = open_session(sessions_, ann_);
    auto const rows    = audited();
    EXPECT_THAT(end(next_session_id(), kStart), IsEmpty());
    EXPECT_THAT(end(session.id, session.idle_expires_at), IsEmpty());
    EXPECT_EQ(audited(), rows);
}

TEST_P(SessionStore, EndsASessionOnlyForItsOwner)
{
    auto const session = open_session(sessions_, ann_);
    auto const end     = [&](core::UserId owner) {
        return sessions_.end_session(session.id, owner, EndReason::ended_by_owner, entry(AuditEvent::session_ended))
            .value();
    };
    EXPECT_THAT(end(bob_.id), IsEmpty());
    EXPECT_THAT(end({}), IsEmpty());
    EXPECT_EQ(row(session.id).ended_at, std::nullopt);
    EXPECT_THAT(sessions_named(end(ann_.id)), ElementsAre(session.id));
}

TEST_P(SessionStore, EndsEveryLiveSessionOfAUser)
{
    auto const one     = open_session(sessions_, ann_);
    auto const two     = open_session(sessions_, ann_);
    auto const expired = open_session(sessions_, ann_, kStart - 24h);
    auto const foreign = open_session(sessions_, bob_);

    auto const all = [&] {
        return sessions_.end_sessions(ann_.id, EndReason::signed_out_everywhere, entry(AuditEvent::session_ended))
            .value();
    };
    EXPECT_THAT(sessions_named(all()), UnorderedElementsAre(one.id, two.id));
    EXPECT_THAT(all(), IsEmpty());
    EXPECT_EQ(row(one.id).end_reason, EndReason::signed_out_everywhere);
    EXPECT_EQ(row(expired.id).ended_at, std::nullopt);
    EXPECT_EQ(row(foreign.id).ended_at, std::nullopt);
}

TEST_P(SessionStore, ListsLiveSessionsLatestUsedFirst)
{
    auto const first  = open_session(sessions_, ann_, kStart);
    auto const second = open_session(sessions_, ann_, kStart + 1min);
    auto const third  = open_session(sessions_, ann_, kStart + 2min);
    open_session(sessions_, ann_, kStart - 24h);
    open_session(sessions_, bob_);
    ASSERT_TRUE(sessions_.end_session(second.id, ann_.id, EndReason::ended_by_owner,
                                      entry(AuditEvent::session_ended, kStart + 2min)));
    ASSERT_TRUE(sessions_.rotate_session(sample_rotation(first, 0, kStart + 5min)).value());

    EXPECT_THAT(ids_of(sessions_.list_sessions(ann_.id, kStart + 6min).value()), ElementsAre(first.id, third.id));
    // `third` was idle too long, `first` was used since.
    EXPECT_THAT(ids_of(sessions_.list_sessions(ann_.id, kStart + 32min).value()), ElementsAre(first.id));
    EXPECT_THAT(sessions_.list_sessions(ann_.id, kStart + 35min).value(), IsEmpty());
    EXPECT_THAT(sessions_.list_sessions({next_uuid()}, kStart).value(), IsEmpty());
}

TEST_P(SessionStore, RemovesWhatWasOverForLong)
{
    auto const ended   = open_session(sessions_, ann_);
    auto const expired = open_session(sessions_, ann_, kStart - 24h);
    auto const live    = open_session(sessions_, ann_);
    ASSERT_TRUE(sessions_.end_session(ended.id, std::nullopt, EndReason::signed_out,
                                      entry(AuditEvent::session_ended, kStart + 1min)));

    EXPECT_EQ(sessions_.remove_sessions(kStart, 10).value(), 1U);
    EXPECT_FALSE(sessions_.find_session(expired.id).value());
    EXPECT_EQ(sessions_.remove_sessions(kStart + 1min, 10).value(), 0U);  // not before its end
    EXPECT_EQ(sessions_.remove_sessions(kStart + 2min, 10).value(), 1U);
    EXPECT_FALSE(sessions_.find_session(ended.id).value());
    EXPECT_TRUE(sessions_.find_session(live.id).value());
    EXPECT_EQ(sessions_.remove_sessions(kStart + 48h, 10).value(), 1U);
    EXPECT_FALSE(sessions_.find_session(live.id).value());
}

TEST_P(SessionStore, KeepsASessionThatWasUsedSince)
{
    auto const used = open_session(sessions_, ann_);
    ASSERT_TRUE(sessions_.rotate_session(sample_rotation(used, 0, kStart + 20min)).value());
    EXPECT_EQ(sessions_.remove_sessions(kStart + 45min, 10).value(), 0U);
    ASSERT_TRUE(sessions_.find_session(used.id).value());
    EXPECT_EQ(sessions_.remove_sessions(kStart + 50min, 10).value(), 0U);  // idle since then, not before then
    EXPECT_EQ(sessions_.remove_sessions(kStart + 51min, 10).value(), 1U);
    EXPECT_FALSE(sessions_.find_session(used.id).value());
}

TEST_P(SessionStore, RemovesNoMoreThanItMay)
{
    // Five that are over lie behind three that were used since.
    for (int i = 0; i < 3; ++i) {
        auto const used = open_session(sessions_, ann_, kStart - 1min);
        ASSERT_TRUE(sessions_.rotate_session(sample_rotation(used, 0, kStart + 20min)).value());
    }
    for (int i = 0; i < 5; ++i) open_session(sessions_, ann_);

    auto const before = kStart + 40min;
    EXPECT_EQ(sessions_.remove_sessions(before, 0).value(), 0U);
    EXPECT_EQ(sessions_.remove_sessions(before, 2).value(), 2U);
    EXPECT_EQ(sessions_.remove_sessions(before, 2).value(), 2U);
    EXPECT_EQ(sessions_.remove_sessions(before, 2).value(), 1U);
    EXPECT_EQ(sessions_.remove_sessions(before, 2).value(), 0U);
    EXPECT_EQ(sessions_.list_sessions(ann_.id, before).value().size(), 3U);
}

}  // namespace
}  // namespace signet::contract
