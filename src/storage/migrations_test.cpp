#include "storage/migrations.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "storage/sqlite_engine.hpp"
#include "storage/test_file.hpp"

namespace signet::storage {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto kNow = from_unix_milliseconds(1'800'000'000'000);

constexpr Migration kFirst{1, "0001_first", "aaaa", "CREATE TABLE a (n INTEGER); INSERT INTO a VALUES (1);"};
constexpr Migration kSecond{2, "0002_second", "bbbb", "INSERT INTO a VALUES (2); CREATE TABLE b (n INTEGER);"};
constexpr Migration kBroken{2, "0002_second", "cccc", "INSERT INTO a VALUES (2); CREATE TABLE a (n INTEGER);"};

class MigrationsTest : public testing::Test {
protected:
    void run(std::vector<Migration> const& known) { migrate(engine_, known, kNow); }

    std::string objection(std::vector<Migration> const& known)
    {
        try {
            run(known);
        } catch (std::runtime_error const& error) {
            return error.what();
        }
        return "none";
    }
    std::vector<std::string> ask(Sql sql)
    {
        return engine_
            .read([&](Transaction& transaction) {
                return transaction.list(sql, {},
                                        [](Row const& row) -> Result<std::string> { return std::string{row.text(0)}; });
            })
            .value();
    }

    TestFile     file_;
    SqliteEngine engine_{file_.path()};
};

TEST_F(MigrationsTest, RunsAndRecordsEachOnce)
{
    run({kFirst});
    run({kFirst, kSecond});
    run({kFirst, kSecond});
    EXPECT_THAT(ask("SELECT n FROM a ORDER BY n"), ElementsAre("1", "2"));
    EXPECT_THAT(ask("SELECT version || ' ' || checksum || ' ' || applied_at FROM schema_migrations ORDER BY version"),
                ElementsAre("1 aaaa 1800000000000", "2 bbbb 1800000000000"));
}

// CHECKS E25: old binary refuses new schema.
TEST_F(MigrationsTest, RefusesASchemaNewerThanTheProgram)
{
    run({kFirst, kSecond});
    EXPECT_THAT(objection({kFirst}), HasSubstr("the database has schema 2 and this program knows only 1"));
    EXPECT_THAT(objection({}), HasSubstr("written by a newer Signet"));
    EXPECT_THAT(ask("SELECT n FROM a ORDER BY n"), ElementsAre("1", "2"));
}

TEST_F(MigrationsTest, RefusesAMigrationThatWasAltered)
{
    run({kFirst});
    auto altered     = kFirst;
    altered.checksum = "dddd";
    EXPECT_THAT(objection({altered, kSecond}), HasSubstr("0001_first is not the one that was run"));
    EXPECT_THAT(ask("SELECT n FROM a"), ElementsAre("1"));
}

TEST_F(MigrationsTest, RefusesAListWithAHole)
{
    run({Migration{2, "0002_other", "eeee", "CREATE TABLE a (n INTEGER);"}});
    EXPECT_THAT(objection({kFirst, kSecond}), HasSubstr("has 2 where 1 belongs"));
}

// CHECKS E25: resumable.
TEST_F(MigrationsTest, LeavesNothingOfOneThatFailedAndGoesOnFromThere)
{
    EXPECT_THAT(objection({kFirst, kBroken}), HasSubstr("cannot bring the database up to date"));
    EXPECT_THAT(ask("SELECT n FROM a"), ElementsAre("1"));
    EXPECT_THAT(ask("SELECT version FROM schema_migrations"), ElementsAre("1"));
    run({kFirst, kSecond});
    EXPECT_THAT(ask("SELECT n FROM a ORDER BY n"), ElementsAre("1", "2"));
}

TEST_F(MigrationsTest, RunsOnceForManyAtOnce)
{
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([this] {
            SqliteEngine engine(file_.path());
            migrate(engine, std::vector{kFirst, kSecond}, kNow);
        });
    for (auto& thread : threads) thread.join();
    EXPECT_THAT(ask("SELECT n FROM a ORDER BY n"), ElementsAre("1", "2"));
}

TEST_F(MigrationsTest, AreNumberedFromOneAndBearTheirChecksum)
{
    int expected = 0;
    for (auto const& migration : sqlite_migrations()) {
        EXPECT_EQ(migration.version, ++expected);
        EXPECT_EQ(migration.checksum.size(), 64U);
        EXPECT_FALSE(migration.script.empty());
    }
    EXPECT_GE(expected, 1);
}

}  // namespace
}  // namespace signet::storage
