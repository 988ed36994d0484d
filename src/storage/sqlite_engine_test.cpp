#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <stdexcept>

#include "base/result.hpp"
#include "storage/sqlite_engine_fixture.hpp"

namespace signet::storage {
namespace {

using core::Errc;
using testing::HasSubstr;
using namespace std::chrono_literals;

Result<std::string> read_text(Row const& row)
{
    return std::string{row.text(0)};
}

Result<std::map<std::string, std::string>> pragmas(Transaction& transaction)
{
    std::map<std::string, std::string> values;
    auto const                         ask = [&](Sql pragma) -> Result<void> {
        auto const value = TRY(transaction.find(pragma, {}, read_text));
        values.emplace(pragma.text().substr(7), value.value_or("none"));
        return {};
    };
    TRY(ask("PRAGMA journal_mode"));
    TRY(ask("PRAGMA synchronous"));
    TRY(ask("PRAGMA foreign_keys"));
    TRY(ask("PRAGMA busy_timeout"));
    TRY(ask("PRAGMA temp_store"));
    TRY(ask("PRAGMA mmap_size"));
    TRY(ask("PRAGMA wal_autocheckpoint"));
    TRY(ask("PRAGMA cache_size"));
    TRY(ask("PRAGMA trusted_schema"));
    TRY(ask("PRAGMA query_only"));
    return values;
}

TEST_F(SqliteEngineTest, SetsWhatDurabilityAndMemoryNeedOnEveryConnection)
{
    SqliteEngine                       engine(file_.path());
    std::map<std::string, std::string> expected = {
        {"journal_mode", "wal"}, {"synchronous", "2"}, {"foreign_keys", "1"},   {"busy_timeout", "5000"},
        {"temp_store", "2"},     {"mmap_size", "0"},   {"cache_size", "-2000"}, {"wal_autocheckpoint", "0"},
        {"trusted_schema", "0"}, {"query_only", "0"},
    };
    EXPECT_EQ(engine.write(pragmas).value(), expected);
    expected["query_only"] = "1";
    expected["cache_size"] = "-500";
    EXPECT_EQ(engine.read(pragmas).value(), expected);
}

TEST_F(SqliteEngineTest, MakesFilesThatOnlyTheirOwnerReads)
{
    auto const   before = ::umask(0);
    SqliteEngine engine(file_.path());
    make_table(engine);
    ::umask(before);
    for (auto const& file : {file_.path(), file_.wal(), file_.shm()}) {
        struct stat status{};
        ASSERT_EQ(::stat(file.c_str(), &status), 0) << file;
        EXPECT_EQ(status.st_mode & 0777U, 0600U) << file;
    }
}

TEST_F(SqliteEngineTest, RefusesAFileThatIsNoDatabase)
{
    std::ofstream(file_.path()) << std::string(5'000, 'x');
    try {
        SqliteEngine const engine(file_.path());
        FAIL();
    } catch (std::runtime_error const& error) {
        EXPECT_THAT(error.what(), HasSubstr("test.db: file is not a database"));
    }
}

TEST_F(SqliteEngineTest, RefusesADamagedDatabase)
{
    {
        SqliteEngine engine(file_.path());
        make_table(engine);
    }
    // The header stays whole, the list of tables behind it does not.
    std::fstream file(file_.path(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(100);
    file << std::string(3'900, '\x5a');
    file.close();
    try {
        SqliteEngine const engine(file_.path());
        FAIL();
    } catch (std::runtime_error const& error) {
        EXPECT_THAT(error.what(), HasSubstr("test.db: database disk image is malformed"));
    }
}

TEST_F(SqliteEngineTest, RefusesADatabaseOfAnotherProgram)
{
    {
        SqliteEngine engine(file_.path());
        make_table(engine);
        ASSERT_TRUE(
            engine.write([](Transaction& transaction) { return transaction.run_script("PRAGMA application_id=7;"); }));
    }
    try {
        SqliteEngine const engine(file_.path());
        FAIL();
    } catch (std::runtime_error const& error) {
        EXPECT_THAT(error.what(), HasSubstr("a database of another program"));
    }
}

TEST_F(SqliteEngineTest, RefusesAFolderThatIsNotThere)
{
    EXPECT_THROW(SqliteEngine(file_.path().parent_path() / "none" / "test.db"), std::runtime_error);
    EXPECT_THROW(SqliteEngine(file_.path().parent_path()), std::runtime_error);
}

TEST_F(SqliteEngineTest, BindsByNumberAndKeepsEveryKindOfValue)
{
    using namespace std::string_literals;
    SqliteEngine engine(file_.path());
    make_table(engine);
    auto const bytes = "\0\xff'\0"s;
    ASSERT_TRUE(engine.write([&](Transaction& transaction) -> Result<void> {
        TRY(transaction.run("INSERT INTO t (b, s, n) VALUES ($3, $2, $1)",
                            {std::int64_t{-1} << 62, "a'; DROP TABLE t; --\0é"s, Param::bytes(bytes)}));
        TRY(transaction.run("INSERT INTO t (n, s, b) VALUES ($1, $2, $3)",
                            {std::nullopt, "", Param::bytes(std::string_view{})}));
        return {};
    }));
    ASSERT_TRUE(engine.read([&](Transaction& transaction) -> Result<void> {
        auto const rows =
            TRY(transaction.list("SELECT n, s, b FROM t ORDER BY rowid", {}, [&](Row const& row) -> Result<int> {
                if (row.is_null(0)) {
                    EXPECT_FALSE(row.is_null(1));
                    EXPECT_FALSE(row.is_null(2));
                    EXPECT_EQ(row.text(1), "");
                    EXPECT_EQ(row.bytes(2), "");
                    return 0;
                }
                EXPECT_EQ(row.integer(0), std::int64_t{-1} << 62);
                EXPECT_EQ(row.text(1), "a'; DROP TABLE t; --\0é"s);
                EXPECT_EQ(row.bytes(2), bytes);
                return 1;
            }));
        EXPECT_THAT(rows, testing::ElementsAre(1, 0));
        return {};
    }));
}

TEST_F(SqliteEngineTest, TakesAStatementThatLacksAValueForABug)
{
    SqliteEngine engine(file_.path());
    make_table(engine);
    auto const run = [&](Sql sql) {
        return engine.write([&](Transaction& transaction) -> Result<void> {
            TRY(transaction.run(sql, {1}));
            return {};
        });
    };
    EXPECT_THROW(static_cast<void>(run("INSERT INTO t (n, s) VALUES ($1, $2)")), std::logic_error);
    EXPECT_THROW(static_cast<void>(run("INSERT INTO t (n) VALUES (?)")), std::logic_error);
    EXPECT_THROW(static_cast<void>(run("DELETE FROM t WHERE n = $1; DELETE FROM t")), std::logic_error);
    EXPECT_EQ(count(engine), 0);
}

TEST_F(SqliteEngineTest, RollsBackWhatARefusalEnded)
{
    SqliteEngine engine(file_.path());
    make_table(engine);
    auto const refused = engine.write([](Transaction& transaction) -> Result<void> {
        TRY(transaction.run("INSERT INTO t (n) VALUES ($1)", {1}));
        return core::refused(Errc::not_found);
    });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::not_found);
    EXPECT_EQ(count(engine), 0);
    EXPECT_TRUE(insert(engine, 2));
}

// CHECKS E18
TEST_F(SqliteEngineTest, RollsBackWhatAnExceptionEnded)
{
    SqliteEngine engine(file_.path());
    make_table(engine);
    auto const broken = [&]() -> Result<void> {
        return engine.write([](Transaction& transaction) -> Result<void> {
            TRY(transaction.run("INSERT INTO t (n) VALUES ($1)", {1}));
            throw std::runtime_error("a bug");
        });
    };
    EXPECT_THROW(static_cast<void>(broken()), std::runtime_error);
    EXPECT_EQ(count(engine), 0);
    EXPECT_TRUE(insert(engine, 2));
}

TEST_F(SqliteEngineTest, DoesNotCommitAfterAFailureThatTheDeedPassedOver)
{
    SqliteEngine engine(file_.path());
    make_table(engine);
    auto const written = engine.write([](Transaction& transaction) -> Result<void> {
        TRY(transaction.run("INSERT INTO t (n) VALUES ($1)", {1}));
        static_cast<void>(transaction.run("INSERT INTO t (n) VALUES ($1)", {"no number"}));
        static_cast<void>(transaction.run("DELETE FROM no_such_table"));
        return {};
    });
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::unavailable);
    EXPECT_THAT(written.error().detail, HasSubstr("cannot store TEXT value")) << "what failed first";
    EXPECT_EQ(count(engine), 0);
}

TEST_F(SqliteEngineTest, AReaderCannotWrite)
{
    SqliteEngine engine(file_.path());
    make_table(engine);
    auto const written = engine.read([](Transaction& transaction) -> Result<void> {
        TRY(transaction.run("INSERT INTO t (n) VALUES ($1)", {1}));
        return {};
    });
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, Errc::unavailable);
    EXPECT_EQ(count(engine), 0);
}

TEST_F(SqliteEngineTest, AReaderSeesOneMomentAndHoldsNobodyUp)
{
    SqliteEngine engine(file_.path());
    make_table(engine);
    ASSERT_TRUE(engine.read([&](Transaction& transaction) -> Result<void> {
        auto const before = TRY(transaction.find("SELECT count(*) FROM t", {}, read_number));
        EXPECT_TRUE(insert(engine, 1));
        auto const after = TRY(transaction.find("SELECT count(*) FROM t", {}, read_number));
        EXPECT_EQ(before, after);
        return {};
    }));
    EXPECT_EQ(count(engine), 1);
}

// CHECKS E22: a lock is waited for, and not for ever.
TEST_F(SqliteEngineTest, GivesUnavailableWhenAnotherProcessKeepsTheLock)
{
    SqliteEngine engine(file_.path(), {.longest_wait = 20ms});
    SqliteEngine other(file_.path(), {.longest_wait = 20ms});
    make_table(engine);
    ASSERT_TRUE(other.write([&](Transaction&) -> Result<void> {
        auto const written = insert(engine, 1);
        EXPECT_FALSE(written);
        EXPECT_EQ(written.error().code, Errc::unavailable);
        EXPECT_THAT(written.error().detail, HasSubstr("locked"));
        EXPECT_EQ(written.error().reason, "database_busy");
        return {};
    }));
    EXPECT_TRUE(insert(engine, 2));
}

TEST_F(SqliteEngineTest, GivesUnavailableWhenEveryConnectionIsInUse)
{
    SqliteEngine engine(file_.path(), {.readers = 1, .longest_wait = 20ms});
    make_table(engine);
    auto const nothing = [](Transaction&) -> Result<void> { return {}; };
    ASSERT_TRUE(engine.write([&](Transaction&) -> Result<void> {
        auto const second = engine.write(nothing);
        EXPECT_EQ(second.error().code, Errc::unavailable);
        EXPECT_THAT(second.error().detail, HasSubstr("in use"));
        return {};
    }));
    ASSERT_TRUE(engine.read([&](Transaction&) -> Result<void> {
        EXPECT_EQ(engine.read(nothing).error().code, Errc::unavailable);
        return {};
    }));
    EXPECT_TRUE(engine.read(nothing));
}

// CHECKS E21
TEST_F(SqliteEngineTest, RefusesWritesWhileTheDatabaseIsFullAndGoesOnAfterwards)
{
    SqliteEngine engine(file_.path());
    make_table(engine);
    auto const limit = [&](Sql pragma) {
        return engine.write([&](Transaction& transaction) { return transaction.find(pragma, {}, read_number); });
    };
    ASSERT_TRUE(limit("PRAGMA max_page_count=4"));
    auto const large = std::string(20'000, 'x');
    auto const full  = insert(engine, 1, large);
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, Errc::unavailable);
    EXPECT_THAT(full.error().detail, HasSubstr("full"));
    EXPECT_EQ(full.error().reason, "disk_full");
    EXPECT_EQ(count(engine), 0);

    ASSERT_TRUE(limit("PRAGMA max_page_count=1000"));
    EXPECT_TRUE(insert(engine, 2, large));
    EXPECT_EQ(count(engine), 1);
}

// CHECKS E21: what the disk refuses is not committed, reading goes on, and it heals by itself.
TEST_F(SqliteEngineTest, RefusesWritesWhileTheDiskDoesAndGoesOnAfterwards)
{
    SqliteEngine engine(file_.path());
    make_table(engine);
    ASSERT_TRUE(insert(engine, 1));

    Result<void> refused;
    Result<void> again;
    std::int64_t read = 0;
    {
        RefusingDisk const disk;
        refused = insert(engine, 2);
        again   = insert(engine, 3);
        read    = count(engine);
    }
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    EXPECT_THAT(refused.error().detail, HasSubstr("disk I/O error"));
    EXPECT_EQ(refused.error().reason, "disk_error");
    EXPECT_EQ(again.error().code, Errc::unavailable);
    EXPECT_EQ(read, 1);

    EXPECT_TRUE(insert(engine, 4));
    EXPECT_EQ(count(engine), 2);
}

// CHECKS E19: the process ends between the statement and the commit.
TEST_F(SqliteEngineTest, AKillInsideATransactionLeavesNothingOfIt)
{
    {
        SqliteEngine engine(file_.path());
        make_table(engine);
        ASSERT_TRUE(insert(engine, 1));
    }
    auto const child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        SqliteEngine engine(file_.path());
        static_cast<void>(engine.write([](Transaction& transaction) -> Result<void> {
            TRY(transaction.run("INSERT INTO t (n) VALUES ($1)", {2}));
            ::_exit(7);
        }));
        ::_exit(1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(WEXITSTATUS(status), 7);
    SqliteEngine engine(file_.path());
    EXPECT_EQ(count(engine), 1);
    EXPECT_TRUE(insert(engine, 3));
}

TEST_F(SqliteEngineTest, CountsTheStatementsItRuns)
{
    SqliteEngine engine(file_.path());
    make_table(engine);
    auto const before = engine.statements();
    ASSERT_TRUE(insert(engine, 1));
    EXPECT_EQ(engine.statements(), before + 3);  // with its BEGIN and COMMIT
}

}  // namespace
}  // namespace signet::storage
