// CHECKS E34: any edit of the audit log, or cut, is found.
#include <gmock/gmock.h>

#include <thread>

#include "base/result.hpp"
#include "core/audit_review.hpp"
#include "storage/sqlite_engine.hpp"
#include "storage/test_file.hpp"
#include "storage/test_storage.hpp"

namespace signet::storage {
namespace {

using core::AuditEvent;
using core::AuditFault;
using core::AuditHead;
using namespace std::chrono_literals;

constexpr auto kNow = from_unix_milliseconds(1'800'000'000'000);

core::AuditEntry said(int number)
{
    return {.at      = kNow + std::chrono::seconds{number},
            .event   = AuditEvent::login_refused,
            .user    = core::UserId{{{1, 2, static_cast<std::uint8_t>(number)}}},
            .session = std::nullopt,
            .origin  = {.address = {"192.0.2.7"}, .user_agent = "Browser/1.0"},
            .detail  = "wrong password"};
}

class AuditChain : public testing::Test {
protected:
    void append(int from, int to)
    {
        for (int i = from; i <= to; ++i) ASSERT_TRUE(storage_->audit().append(said(i)));
    }
    [[nodiscard]] core::AuditVerdict verify(std::optional<AuditHead> const& kept = std::nullopt)
    {
        return storage_->audit_review().verify(kept).value();
    }
    [[nodiscard]] AuditHead head() { return storage_->audit_review().head().value(); }

    // What an editor of the file does, whom no trigger stops.
    void edit(Sql sql)
    {
        SqliteEngine engine(file_.path());
        auto const   done = engine.write([&](Transaction& transaction) -> Result<void> {
            TRY(transaction.run("DROP TRIGGER IF EXISTS audit_rows_do_not_change"));
            TRY(transaction.run("DROP TRIGGER IF EXISTS audit_rows_do_not_go"));
            TRY(transaction.run("DROP TRIGGER IF EXISTS audit_rows_are_linked"));
            TRY(transaction.run(sql));
            return {};
        });
        ASSERT_TRUE(done) << done.error().detail;
    }
    void expect_bad(std::int64_t row, AuditFault fault)
    {
        auto const found = verify();
        ASSERT_TRUE(found.bad);
        EXPECT_EQ(found.bad->row, row);
        EXPECT_EQ(found.bad->fault, fault) << core::name(found.bad->fault);
    }

    void open_again()
    {
        storage_.reset();
        storage_ = open_test_storage(file_.path());
    }

    TestFile                       file_;
    std::unique_ptr<SqliteStorage> storage_ = open_test_storage(file_.path());
};

TEST_F(AuditChain, HoldsOverWhatEveryDeedWrites)
{
    EXPECT_EQ(verify().rows, 0);
    EXPECT_EQ(head(), core::empty_audit_log());
    core::User const user{.id          = {{{1}}},
                          .email       = core::Email::parse("ann@example.com").value(),
                          .name        = "Ann",
                          .roles       = {},
                          .password    = {"hash"},
                          .created_at  = kNow,
                          .disabled_at = std::nullopt};
    ASSERT_TRUE(storage_->users().add_user(user, {.at = kNow, .event = AuditEvent::user_added, .user = user.id}));
    core::Session session{};
    session.user            = user.id;
    session.idle_expires_at = kNow + 1h;
    session.expires_at      = kNow + 1h;
    // With one session too many: two rows in one transaction.
    for (std::size_t i = 0; i <= core::kMostSessions; ++i) {
        session.id = {{{9, static_cast<std::uint8_t>(i)}}};
        ASSERT_TRUE(storage_->sessions().open_session(
            {session, user.password, {}}, {.at = kNow, .event = AuditEvent::login_succeeded, .session = session.id}));
    }
    append(1, 3);
    auto const found = verify();
    EXPECT_FALSE(found.bad);
    EXPECT_EQ(found.rows, static_cast<std::int64_t>(1 + core::kMostSessions + 2 + 3));
    EXPECT_EQ(found.head, head());
    EXPECT_EQ(found.first, 1);
}

TEST_F(AuditChain, ShowsAnEditOfAnyColumn)
{
    append(1, 5);
    for (Sql const sql :
         {Sql{"UPDATE audit SET at = at + 1 WHERE id = 3"}, Sql{"UPDATE audit SET event = 'user_added' WHERE id = 3"},
          Sql{"UPDATE audit SET event = 'unheard_of' WHERE id = 3"},
          Sql{"UPDATE audit SET user_id = NULL WHERE id = 3"},
          Sql{"UPDATE audit SET user_id = CAST(user_id || x'00' AS BLOB) WHERE id = 3"},
          Sql{"UPDATE audit SET session_id = user_id, user_id = NULL WHERE id = 3"},
          Sql{"UPDATE audit SET address = '' WHERE id = 3"},
          Sql{"UPDATE audit SET address = address || user_agent, user_agent = '' WHERE id = 3"},
          Sql{"UPDATE audit SET detail = 'unknown address' WHERE id = 3"},
          Sql{"UPDATE audit SET link = zeroblob(32) WHERE id = 3"},
          Sql{"UPDATE audit SET link = (SELECT link FROM audit WHERE id = 2) WHERE id = 3"}}) {
        edit("CREATE TABLE copy AS SELECT * FROM audit");
        edit(sql);
        SCOPED_TRACE(sql.text());
        expect_bad(3, AuditFault::altered);
        edit("DELETE FROM audit");
        edit("INSERT INTO audit SELECT * FROM copy");
        edit("DROP TABLE copy");
        ASSERT_FALSE(verify().bad);
    }
}

TEST_F(AuditChain, ShowsACutInTheMiddleAndAnotherOrder)
{
    append(1, 6);
    edit("UPDATE audit SET id = CASE id WHEN 3 THEN 104 ELSE 103 END WHERE id IN (3, 4)");
    edit("UPDATE audit SET id = id - 100 WHERE id > 100");
    expect_bad(3, AuditFault::altered);
    edit("UPDATE audit SET id = CASE id WHEN 3 THEN 104 ELSE 103 END WHERE id IN (3, 4)");
    edit("UPDATE audit SET id = id - 100 WHERE id > 100");
    ASSERT_FALSE(verify().bad);

    edit("DELETE FROM audit WHERE id = 3");
    expect_bad(4, AuditFault::missing);
    edit("UPDATE audit SET id = id - 1 WHERE id > 3");  // and closed up
    expect_bad(3, AuditFault::altered);
}

TEST_F(AuditChain, ShowsABeginningThatSomebodyElseRemoved)
{
    append(1, 6);
    edit("DELETE FROM audit WHERE id < 4");
    expect_bad(4, AuditFault::missing);
    // Made to look as if the rows had gone for their age: the seal needs the key.
    edit("UPDATE audit_chain SET removed_row = 3");
    expect_bad(0, AuditFault::removed_by_others);
    edit("DELETE FROM audit_chain");
    expect_bad(0, AuditFault::removed_by_others);
}

TEST_F(AuditChain, HoldsWhereRowsWentForTheirAge)
{
    append(1, 6);
    auto const early = AuditHead{.row = 2, .link = storage_->audit_review().list({.most = 2}).value().back().link};
    EXPECT_EQ(storage_->audit().remove_entries(kNow + 4500ms, 10).value(), 4U);
    EXPECT_EQ(verify().rows, 2);
    EXPECT_EQ(verify().first, 5);
    EXPECT_FALSE(verify().bad);
    EXPECT_TRUE(verify(early).head_is_too_old);
    EXPECT_FALSE(verify(early).bad);

    auto const last = head();
    EXPECT_EQ(storage_->audit().remove_entries(kNow + 1h, 10).value(), 2U);
    EXPECT_EQ(head(), last);
    EXPECT_FALSE(verify(last).bad || verify(last).head_is_too_old);
    append(7, 8);
    EXPECT_FALSE(verify(last).bad);
    EXPECT_EQ(head().row, 8) << "no number is used twice";

    edit(
        "INSERT INTO audit SELECT 2, at, event, user_id, session_id, address, user_agent, detail, link FROM audit "
        "LIMIT 1");
    expect_bad(2, AuditFault::foreign);
}

TEST_F(AuditChain, ShowsACutAtTheEndToWhoKeptTheHead)
{
    append(1, 6);
    auto const kept = head();
    append(7, 8);
    EXPECT_FALSE(verify(kept).bad);
    edit("DELETE FROM audit WHERE id > 5");
    EXPECT_FALSE(verify().bad) << "nothing in the file can show it";
    auto const cut = verify(kept).bad;
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->row, 6);
    EXPECT_EQ(cut->fault, AuditFault::cut);

    append(6, 9);  // the log goes on: the rows are good, and others
    auto replaced = kept;
    replaced.link[0] ^= 1;
    ASSERT_TRUE(verify(replaced).bad);
    EXPECT_EQ(verify(replaced).bad->fault, AuditFault::other_log);
}

TEST_F(AuditChain, HeadsAreReadBackAsTheyWereWritten)
{
    append(1, 2);
    EXPECT_EQ(AuditHead::parse(head().text()), head());
    auto const text = head().text();
    for (auto const& wrong :
         {std::string{}, std::string{"2"}, text.substr(1), text.substr(0, text.size() - 1), text + "0", "-" + text,
          " " + text, "99999999999999999999" + text, text.substr(0, 10) + "G" + text.substr(11)})
        EXPECT_EQ(AuditHead::parse(wrong), std::nullopt) << wrong;
}

// Rows without a link are from before the chain only where there is no chain yet: who takes links away shows it.
TEST_F(AuditChain, LinksNoRowASecondTime)
{
    append(1, 6);
    edit("UPDATE audit SET detail = 'forged', link = NULL WHERE id = 2");
    edit("UPDATE audit SET link = NULL WHERE id > 2");
    expect_bad(2, AuditFault::altered);
    open_again();
    expect_bad(2, AuditFault::altered);
    append(7, 8);
    expect_bad(2, AuditFault::altered);
}

TEST_F(AuditChain, ShowsThatItsRecordWasRemoved)
{
    append(1, 6);
    edit("DELETE FROM audit_chain");
    open_again();
    append(7, 8);
    expect_bad(0, AuditFault::removed_by_others);
    ASSERT_EQ(storage_->audit().remove_entries(kNow + 4500ms, 10).value(), 4U);
    expect_bad(0, AuditFault::removed_by_others);
}

TEST_F(AuditChain, ShowsThatItsKeyWasRemoved)
{
    append(1, 6);
    edit("DELETE FROM sealed_secrets WHERE name = 'audit_chain'");
    open_again();
    append(7, 8);
    expect_bad(0, AuditFault::removed_by_others);
    ASSERT_EQ(storage_->audit().remove_entries(kNow + 4500ms, 10).value(), 4U);
    expect_bad(0, AuditFault::removed_by_others);
}

// The key, the record, and every link: as in a database from before the chain, but for the name of the token secret.
TEST_F(AuditChain, ShowsThatAllOfItWasRemoved)
{
    append(1, 6);
    for (Sql const sql : {Sql{"DELETE FROM audit WHERE id = 5"}, Sql{"DELETE FROM audit_chain"},
                          Sql{"DELETE FROM sealed_secrets WHERE name = 'audit_chain'"},
                          Sql{"UPDATE audit SET link = NULL, detail = 'forged'"}})
        edit(sql);
    open_again();
    expect_bad(0, AuditFault::removed_by_others);
    append(7, 8);
    open_again();
    expect_bad(0, AuditFault::removed_by_others);

    // The name is what the secret is bound to.
    edit("DELETE FROM sealed_secrets WHERE name = 'audit_chain'");
    edit("UPDATE sealed_secrets SET name = 'token secret' WHERE name = 'token secret beside a chain'");
    SystemRandom random;
    auto const   opened = SqliteStorage::open(file_.path())->begin_audit(test_master_key(), random);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, core::Errc::wrong_master_key);
}

// Rows that were dated back, so that the program itself would let them go for their age.
TEST_F(AuditChain, ShowsThatRowsWentWhichWereNotAsWritten)
{
    append(1, 6);
    edit("UPDATE audit SET at = 0 WHERE id <= 3");
    ASSERT_EQ(storage_->audit().remove_entries(kNow, 10).value(), 3U);
    expect_bad(0, AuditFault::removed_by_others);
    ASSERT_EQ(storage_->audit().remove_entries(kNow + 4500ms, 10).value(), 1U);
    expect_bad(0, AuditFault::removed_by_others);
}

TEST_F(AuditChain, SaysAtTheStartThatAnEndIsNotAsItWasLeft)
{
    append(1, 6);
    auto const said = [this] {
        testing::internal::CaptureStderr();
        open_again();
        return testing::internal::GetCapturedStderr();
    };
    EXPECT_EQ(said(), "");
    edit("CREATE TABLE copy AS SELECT * FROM audit");
    for (Sql const sql : {Sql{"UPDATE audit SET link = NULL WHERE id = 6"}, Sql{"UPDATE audit SET at = 0 WHERE id = 1"},
                          Sql{"DELETE FROM audit WHERE id = 1"}, Sql{"UPDATE audit SET detail = '' WHERE id = 6"},
                          Sql{"UPDATE audit_chain SET removed_row = 1"}}) {
        edit(sql);
        SCOPED_TRACE(sql.text());
        EXPECT_THAT(said(), testing::HasSubstr("see signet audit verify"));
        edit("DELETE FROM audit");
        edit("INSERT INTO audit SELECT * FROM copy");
    }
}

// Whoever has the file alone cannot make links: with the key of another master key they are others.
TEST_F(AuditChain, IsUnderTheMasterKey)
{
    append(1, 3);
    storage_.reset();
    SystemRandom random;
    auto const   opened = SqliteStorage::open(file_.path())->begin_audit(test_master_key('b'), random);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, core::Errc::wrong_master_key);

    TestFile   other_file;
    auto const other = open_test_storage(other_file.path());
    for (int i = 1; i <= 3; ++i) ASSERT_TRUE(other->audit().append(said(i)));
    storage_ = open_test_storage(file_.path());
    EXPECT_EQ(other->audit_review().head().value().row, head().row);
    EXPECT_NE(other->audit_review().head().value().link, head().link) << "each database has a key of its own";
}

TEST_F(AuditChain, IsOneForAllWhoWriteAtOnce)
{
    auto const               second = open_test_storage(file_.path());
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            auto& storage = i % 2 == 0 ? *storage_ : *second;
            for (int n = 0; n < 25; ++n) EXPECT_TRUE(storage.audit().append(said(n)));
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(verify().rows, 200);
    EXPECT_FALSE(verify().bad);
    EXPECT_LT(storage_->commits(), 101U) << "no commit more than rows";
}

}  // namespace
}  // namespace signet::storage
