#include "storage/sqlite.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/result.hpp"
#include "storage/sqlite_engine.hpp"
#include "storage/test_file.hpp"
#include "storage/test_storage.hpp"

namespace signet::storage {
namespace {

using core::AuditEvent;
using core::Errc;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr auto kNow = from_unix_milliseconds(1'800'000'000'000);

core::User sample_user()
{
    return {.id          = {{{1, 2, 3}}},
            .email       = core::Email::parse("ann@example.com").value(),
            .name        = "Ann",
            .roles       = {},
            .password    = {"hash"},
            .created_at  = kNow,
            .disabled_at = std::nullopt};
}

core::Session sample_session(core::User const& user)
{
    core::Session session{};
    session.id              = {{{9, 8, 7}}};
    session.user            = user.id;
    session.created_at      = kNow;
    session.idle_expires_at = kNow + 1h;
    session.expires_at      = kNow + 1h;
    return session;
}

class SqliteStorageTest : public testing::Test {
protected:
    // Runs one statement behind the storage's back.
    Result<void> tamper(Sql sql)
    {
        SqliteEngine engine(file_.path());
        return engine.write([&](Transaction& transaction) -> Result<void> {
            TRY(transaction.run(sql));
            return {};
        });
    }

    [[nodiscard]] std::unique_ptr<SqliteStorage> open() { return open_test_storage(file_.path()); }

    TestFile                       file_;
    std::unique_ptr<SqliteStorage> storage_ = open();
};

TEST_F(SqliteStorageTest, RefusesASchemaNewerThanTheProgram)
{
    storage_.reset();
    ASSERT_TRUE(
        tamper("INSERT INTO schema_migrations (version, applied_at, checksum) "
               "SELECT max(version) + 1, 0, 'ffff' FROM schema_migrations"));
    try {
        static_cast<void>(open());
        FAIL();
    } catch (std::runtime_error const& error) {
        EXPECT_THAT(error.what(), HasSubstr("written by a newer Signet"));
    }
}

// CHECKS E34: append-only.
TEST_F(SqliteStorageTest, LetsNobodyEditTheAuditLog)
{
    ASSERT_TRUE(storage_->audit().append({.at = kNow, .event = AuditEvent::login_refused}));
    auto const changed = tamper("UPDATE audit SET detail = 'nothing'");
    ASSERT_FALSE(changed);
    EXPECT_THAT(changed.error().detail, HasSubstr("audit rows do not change"));
    auto const removed = tamper("DELETE FROM audit");
    ASSERT_FALSE(removed);
    EXPECT_THAT(removed.error().detail, HasSubstr("audit rows do not go"));
    EXPECT_EQ(storage_->audit().latest(10).value().size(), 1U);

    // Nor afterwards, when some have gone for their age.
    EXPECT_EQ(storage_->audit().remove_entries(kNow, 10).value(), 0U);
    EXPECT_FALSE(tamper("DELETE FROM audit"));
    EXPECT_EQ(storage_->audit().remove_entries(kNow + std::chrono::hours{1}, 10).value(), 1U);
    ASSERT_TRUE(storage_->audit().append({.at = kNow, .event = AuditEvent::login_refused}));
    EXPECT_FALSE(tamper("DELETE FROM audit"));
}

TEST_F(SqliteStorageTest, SaysWhetherItCanWrite)
{
    EXPECT_TRUE(storage_->check_writable());
    core::Result<void> refused;
    {
        RefusingDisk const disk;
        refused = storage_->check_writable();
    }
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    EXPECT_TRUE(storage_->check_writable());
}

// CHECKS E21: no token without a record, and never "wrong password" for a full disk.
TEST_F(SqliteStorageTest, GivesUnavailableAndNothingElseWhileTheDiskRefuses)
{
    auto const user    = sample_user();
    auto const session = sample_session(user);
    ASSERT_TRUE(storage_->users().add_user(user, {.at = kNow, .event = AuditEvent::user_added}));

    core::AuditEntry const            audit{.at = kNow, .event = AuditEvent::login_succeeded};
    core::Result<core::OpenedSession> opened;
    core::Result<void>                appended;
    core::Result<core::Revoked>       ended;
    {
        RefusingDisk const disk;
        opened   = storage_->sessions().open_session({session, user.password, {}}, audit);
        appended = storage_->audit().append(audit);
        ended    = storage_->sessions().end_session(session.id, std::nullopt, core::EndReason::signed_out, audit);
    }
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::unavailable);
    EXPECT_EQ(appended.error().code, Errc::unavailable);
    EXPECT_TRUE(ended.value().empty());  // nothing to write: the session was never opened
    EXPECT_FALSE(storage_->sessions().find_session(session.id).value());

    EXPECT_TRUE(storage_->sessions().open_session({session, user.password, {}}, audit));
}

TEST_F(SqliteStorageTest, RefusesRowsThatBelongToNobody)
{
    EXPECT_FALSE(tamper("INSERT INTO sessions SELECT x'00', x'00', '', 0, 0, 0, 0, 0, 0, NULL, NULL, '', '', 0, 0, 0"));
    EXPECT_FALSE(
        tamper("INSERT INTO sessions SELECT x'00112233445566778899aabbccddeeff', "
               "x'00112233445566778899aabbccddeeff', '', 0, 0, 0, 0, 0, 0, NULL, NULL, '', '', 0, 0, 0"));
}

TEST_F(SqliteStorageTest, GivesUnavailableForARowItCannotRead)
{
    auto const user = sample_user();
    ASSERT_TRUE(storage_->users().add_user(user, {.at = kNow, .event = AuditEvent::user_added}));
    ASSERT_TRUE(tamper("UPDATE users SET email = 'not an address'"));
    EXPECT_EQ(storage_->users().find_user(user.id).error().code, Errc::unavailable);

    ASSERT_TRUE(
        tamper("INSERT INTO audit (at, event, address, user_agent, detail, link) "
               "VALUES (0, 'unheard_of', '', '', '', x'00')"));
    EXPECT_EQ(storage_->audit().latest(1).error().code, Errc::unavailable);
}

TEST_F(SqliteStorageTest, KeepsEmailAndHashOutOfItsErrors)
{
    auto const user = sample_user();
    ASSERT_TRUE(storage_->users().add_user(user, {.at = kNow, .event = AuditEvent::user_added}));
    auto other       = sample_user();
    other.email      = core::Email::parse("bob@example.com").value();
    auto const added = storage_->users().add_user(other, {.at = kNow, .event = AuditEvent::user_added});
    ASSERT_FALSE(added);  // the same id: a bug of the caller
    EXPECT_EQ(added.error().code, Errc::unavailable);
    EXPECT_THAT(added.error().detail, testing::Not(HasSubstr("bob@example.com")));
}

// The primary key or an index finds it, whatever the number of rows (DESIGN 12: growth).
TEST_F(SqliteStorageTest, ScansNoTableOnTheWayOfARequest)
{
    SqliteEngine engine(file_.path());
    auto const   plan = [&](Sql sql) {
        return engine
            .read([&](Transaction& transaction) {
                return transaction.list(sql, {},
                                          [](Row const& row) -> Result<std::string> { return std::string{row.text(3)}; });
            })
            .value();
    };
    using testing::Each;
    using testing::StartsWith;
    auto const searches = Each(StartsWith("SEARCH"));
    EXPECT_THAT(plan("EXPLAIN QUERY PLAN UPDATE sessions SET generation = 1 WHERE id = x'00' AND generation = 0"),
                searches);
    EXPECT_THAT(plan("EXPLAIN QUERY PLAN SELECT 1 FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = x'00'"),
                searches);
    EXPECT_THAT(plan("EXPLAIN QUERY PLAN SELECT id FROM users WHERE email_key = 'a'"), searches);
    EXPECT_THAT(plan("EXPLAIN QUERY PLAN SELECT id FROM sessions WHERE user_id = x'00' AND ended_at IS NULL"),
                searches);
    EXPECT_THAT(plan("EXPLAIN QUERY PLAN SELECT id FROM sessions WHERE sweep_at < 5 ORDER BY sweep_at LIMIT 5"),
                searches);
    EXPECT_THAT(plan("EXPLAIN QUERY PLAN SELECT kind FROM revocations WHERE sequence > 5 ORDER BY sequence LIMIT 5"),
                searches);
    EXPECT_THAT(
        plan("EXPLAIN QUERY PLAN SELECT sequence FROM revocations WHERE until < 5 ORDER BY until, sequence LIMIT 5"),
        searches);
    EXPECT_THAT(plan("EXPLAIN QUERY PLAN SELECT 1 FROM attempts WHERE scope = 'a' AND subject = 'b'"), searches);
}

// CHECKS E30
TEST_F(SqliteStorageTest, CopiesOneMomentAsADatabaseOfItsOwn)
{
    ASSERT_TRUE(storage_->users().add_user(sample_user(), {.at = kNow, .event = AuditEvent::user_added}));
    TestFile const copy;
    ASSERT_TRUE(storage_->copy_to(copy.path()));
    ASSERT_TRUE(storage_->users().disable_user(sample_user().id, {.at = kNow, .event = AuditEvent::user_disabled}));

    auto const copied = open_test_storage(copy.path());
    auto const user   = copied->users().find_user(sample_user().id).value();
    ASSERT_TRUE(user);
    EXPECT_FALSE(user->disabled_at) << "as it was then";
    EXPECT_EQ(copied->audit().latest(10)->size(), 1U);
    EXPECT_TRUE(copied->check_sound());
    EXPECT_TRUE(copied->check_writable());

    auto const again = storage_->copy_to(copy.path());
    ASSERT_FALSE(again) << "never over a file that is there";
    EXPECT_EQ(again.error().code, Errc::unavailable);
}

TEST_F(SqliteStorageTest, FindsDamage)
{
    ASSERT_TRUE(storage_->users().add_user(sample_user(), {.at = kNow, .event = AuditEvent::user_added}));
    ASSERT_TRUE(storage_->check_sound());
    storage_.reset();
    // The content of every page but the first, which says what is where.
    auto const   size = std::filesystem::file_size(file_.path());
    std::fstream file(file_.path(), std::ios::in | std::ios::out | std::ios::binary);
    for (std::uintmax_t page = 4096; page < size; page += 4096) {
        file.seekp(static_cast<std::streamoff>(page));
        file.put('\x7f');
    }
    file.close();
    std::string trouble;
    try {
        auto const sound = SqliteStorage::open(file_.path())->check_sound();
        if (!sound) trouble = sound.error().detail;
    } catch (std::runtime_error const& error) {
        trouble = error.what();
    }
    EXPECT_NE(trouble, "");
}

}  // namespace
}  // namespace signet::storage
