#include "storage/revocations.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "base/result.hpp"
#include "storage/sqlite_engine.hpp"
#include "storage/test_file.hpp"
#include "storage/test_storage.hpp"

namespace signet::storage {
namespace {

using core::AuditEvent;
using core::EndReason;
using testing::ElementsAre;
using namespace std::chrono_literals;

class RevocationLogTest : public testing::Test {
protected:
    [[nodiscard]] std::unique_ptr<SqliteStorage> open() const { return open_test_storage(file_.path()); }
    [[nodiscard]] core::RevocationLog read() const { return open()->revocations().read_log(0, 1000).value(); }

    // As before there was a log.
    void take_the_log_away() const
    {
        SqliteEngine engine(file_.path());
        ASSERT_TRUE(engine.write([&](Transaction& transaction) -> Result<void> {
            TRY(transaction.run("DELETE FROM revocations"));
            TRY(transaction.run("UPDATE revocation_head SET log = 0, sequence = 0, hash = zeroblob(32)"));
            return {};
        }));
    }

    TestFile  file_;
    TimePoint now_ = SystemClock{}.now();
};

TEST_F(RevocationLogTest, GoesOnAfterARestartWhereItStopped)
{
    auto const before = read();
    EXPECT_GE(before.head.log, unix_milliseconds(now_));
    std::vector<core::Revocation> const what{{revocation::Kind::client, "notes"}};
    ASSERT_TRUE(open()->revocations().revoke(what, {.at = now_, .event = AuditEvent::tokens_revoked}));
    auto const after = read();
    EXPECT_EQ(after.head.log, before.head.log);
    EXPECT_EQ(after.head.sequence, 1U);
    EXPECT_EQ(after.entries.size(), 1U);
}

TEST_F(RevocationLogTest, BeginsOnceForManyAtOnce)
{
    static_cast<void>(open());
    take_the_log_away();
    std::vector<std::int64_t> logs(6);
    std::vector<std::thread>  threads;
    for (auto& log : logs)
        threads.emplace_back(
            [&] { log = SqliteStorage::open(file_.path())->revocations().read_log(0, 1).value().head.log; });
    for (auto& thread : threads) thread.join();
    EXPECT_GT(logs.front(), 0);
    EXPECT_THAT(logs, testing::Each(logs.front()));
}

// What a server of before had ended, and told nobody but itself.
TEST_F(RevocationLogTest, BeginsWithTheSessionsWhoseTokensMayStillLive)
{
    auto const storage = open();
    core::User user{.id          = {{{1, 2, 3}}},
                    .email       = core::Email::parse("ann@example.com").value(),
                    .name        = "Ann",
                    .roles       = {},
                    .password    = {"hash"},
                    .created_at  = now_,
                    .disabled_at = std::nullopt};
    ASSERT_TRUE(storage->users().add_user(user, {.at = now_, .event = AuditEvent::user_added}));
    core::SigningKeyRecord key{.kid                = "first",
                               .algorithm          = "ES256",
                               .purpose            = "access_token",
                               .sealed             = "sealed",
                               .created_at         = now_ - 1h,
                               .active_from        = now_ - 1h,
                               .retired_at         = std::nullopt,
                               .published_until    = std::nullopt,
                               .longest_token_life = 600s};
    ASSERT_TRUE(storage->signing_keys().add_key(key, std::nullopt, 1min, {.at = now_, .event = AuditEvent::key_added}));
    std::uint8_t sessions = 0;
    auto const   ended    = [&](std::chrono::minutes ago, EndReason reason) {
        core::Session session{};
        session.id              = {{{9, ++sessions}}};
        session.user            = user.id;
        session.created_at      = now_ - 1h;
        session.idle_expires_at = now_ + 1h;
        session.expires_at      = now_ + 1h;
        EXPECT_TRUE(storage->sessions().open_session({session, user.password, {}},
                                                          {.at = now_ - 1h, .event = AuditEvent::login_succeeded}));
        EXPECT_TRUE(storage->sessions().end_session(session.id, std::nullopt, reason,
                                                         {.at = now_ - ago, .event = AuditEvent::session_ended}));
        return session.id.text();
    };
    ended(25min, EndReason::signed_out);
    auto const first  = ended(19min, EndReason::signed_out);
    auto const second = ended(1min, EndReason::refresh_reuse);
    ended(1min, EndReason::new_epoch);
    take_the_log_away();

    auto const               log = read();
    std::vector<std::string> subjects;
    for (auto const& entry : log.entries) subjects.push_back(entry.subject);
    EXPECT_THAT(subjects, ElementsAre(first, second));
    EXPECT_EQ(log.entries[0].kind, revocation::Kind::session);
    EXPECT_EQ(log.entries[0].not_before, now_ - 19min);
    EXPECT_EQ(log.entries[0].until, now_ - 19min + 600s + 10min);
    EXPECT_EQ(log.head.sequence, 2U);
    EXPECT_EQ(read().entries, log.entries) << "once";
}

// CHECKS E21
TEST_F(RevocationLogTest, SaysUnavailableForWhatItCannotRead)
{
    auto const                          storage = open();
    std::vector<core::Revocation> const what{{revocation::Kind::token, "x"}};
    ASSERT_TRUE(storage->revocations().revoke(what, {.at = now_, .event = AuditEvent::tokens_revoked}));
    SqliteEngine engine(file_.path());
    auto const   tamper = [&](Sql sql) {
        return engine.write([&](Transaction& transaction) -> Result<void> {
            TRY(transaction.run(sql));
            return {};
        });
    };
    ASSERT_TRUE(tamper("UPDATE revocations SET kind = 'rumour'"));
    EXPECT_EQ(storage->revocations().read_log(0, 10).error().code, core::Errc::unavailable);
    ASSERT_TRUE(tamper("DELETE FROM revocation_head"));
    EXPECT_EQ(storage->revocations().read_log(1, 10).error().code, core::Errc::unavailable);
    auto const revoked = storage->revocations().revoke(what, {.at = now_, .event = AuditEvent::tokens_revoked});
    EXPECT_EQ(revoked.error().code, core::Errc::unavailable) << "no number, no entry";
}

}  // namespace
}  // namespace signet::storage
