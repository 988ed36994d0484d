#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "storage/sqlite_engine_fixture.hpp"

namespace {

// While it is not empty, the file of that name cannot be synced.
std::string broken;
std::mutex  broken_mutex;

std::atomic<int> refused_syncs = 0;

bool is_broken(int file)
{
    std::lock_guard const lock(broken_mutex);
    return !broken.empty() && std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(file)) == broken;
}
void break_file(std::filesystem::path const& file)
{
    std::lock_guard const lock(broken_mutex);
    broken = file;
}

}  // namespace

// What SQLite syncs with, in this program.
extern "C" int fdatasync(int file)
{
    if (!is_broken(file)) return static_cast<int>(::syscall(SYS_fdatasync, file));
    ++refused_syncs;
    errno = EIO;
    return -1;
}

namespace signet::storage {
namespace {

using namespace std::chrono_literals;

using SqliteCheckpointTest = SqliteEngineTest;

TEST_F(SqliteCheckpointTest, MovesTheWalIntoTheDatabaseAndStartsItOverWithoutBeingAsked)
{
    SqliteEngine engine(file_.path(), {.checkpoint_pages = 4});
    make_table(engine);
    // Each commit adds at least a page to the WAL, until the other thread has emptied it.
    constexpr int kMost   = 50'000;
    int           commits = 0;
    do {
        ASSERT_TRUE(insert(engine, commits));
        ++commits;
    } while (std::filesystem::file_size(file_.wal()) >= static_cast<std::uintmax_t>(commits) * 4096 && commits < kMost);
    EXPECT_LT(commits, kMost);
    EXPECT_EQ(count(engine), commits);
}

// A log that grows is synced in twice the time.
TEST_F(SqliteCheckpointTest, StartsTheWalOverThoughWritersNeverPause)
{
    constexpr int kPages = 2'000;
    constexpr int kMost  = 7 * kPages;
    SqliteEngine  engine(file_.path(), {.checkpoint_pages = kPages});
    make_table(engine);
    std::atomic<int>         written    = 0;  // pages, at least
    std::atomic<bool>        began_anew = false;
    std::vector<std::thread> writers;
    for (int w = 0; w < 4; ++w)
        writers.emplace_back([&, w] {
            while (!began_anew && written < kMost) {
                EXPECT_TRUE(insert(engine, w, std::string(4'096, 'a')));
                auto const pages = ++written;
                if (std::filesystem::file_size(file_.wal()) < std::uintmax_t{4'096} * pages) began_anew = true;
            }
        });
    for (auto& writer : writers) writer.join();
    EXPECT_TRUE(began_anew);
    EXPECT_EQ(count(engine), written);
}

// The kernel drops what it could not write, and says so once: here all of it, with the next cut of the power.
TEST_F(SqliteCheckpointTest, LosesNothingThatTheDatabaseCouldNotBeSyncedWith)
{
    TestFile const after;
    int            rows = 0;
    {
        SqliteEngine engine(file_.path(), {.checkpoint_pages = 20});
        make_table(engine);
        ASSERT_TRUE(engine.settle());
        std::filesystem::copy_file(file_.path(), after.path());
        auto const add = [&] { ASSERT_TRUE(insert(engine, rows++, std::string(4'096, 'a'))); };
        testing::internal::CaptureStderr();
        break_file(file_.path());
        refused_syncs = 0;
        while (refused_syncs == 0 && rows < 5'000) add();
        for (int i = 0; i < 200; ++i) add();
        break_file({});
        // Nor does another process move anything, whose descriptors know of no failure.
        SqliteEngine verb(file_.path(), {.checkpoint_pages = 20});
        for (int i = 0; i < 200; ++i, ++rows) ASSERT_TRUE(insert(verb, rows, std::string(4'096, 'a')));
        for (int i = 0; i < 200; ++i) add();
        EXPECT_THAT(testing::internal::GetCapturedStderr(), testing::HasSubstr("the database could not be synced"));
        EXPECT_GT(refused_syncs, 0);
        EXPECT_GT(std::filesystem::file_size(file_.wal()), std::uintmax_t{4'096} * rows);
    }
    std::filesystem::copy_file(file_.wal(), after.wal());
    SqliteEngine engine(after.path());
    auto const   bytes = engine.read(
        [](Transaction& transaction) { return transaction.find("SELECT sum(length(s)) FROM t", {}, read_number); });
    EXPECT_EQ(bytes.value(), rows * 4'096);
}

TEST_F(SqliteCheckpointTest, SettledItNeedsNoWal)
{
    SqliteEngine engine(file_.path(), {.longest_wait = 50ms});
    make_table(engine);
    ASSERT_TRUE(insert(engine, 1));
    ASSERT_GT(std::filesystem::file_size(file_.wal()), 0);
    ASSERT_TRUE(engine.settle());
    EXPECT_EQ(std::filesystem::file_size(file_.wal()), 0);

    TestFile const alone;
    std::filesystem::copy_file(file_.path(), alone.path());
    SqliteEngine copy(alone.path());
    EXPECT_EQ(count(copy), 1);

    // Somebody who still reads what was before.
    SqliteEngine other(file_.path());
    auto const   read = other.read([&](Transaction& transaction) -> Result<void> {
        TRY(transaction.find("SELECT count(*) FROM t", {}, read_number));
        EXPECT_TRUE(insert(engine, 2));
        auto const settled = engine.settle();
        EXPECT_EQ(settled ? "" : settled.error().reason, "database_busy");
        return {};
    });
    ASSERT_TRUE(read);
}

}  // namespace
}  // namespace signet::storage
