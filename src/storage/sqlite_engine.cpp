#include "storage/sqlite_engine.hpp"

#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "base/log.hpp"
#include "base/result.hpp"
#include "storage/commit_queue.hpp"
#include "storage/connection_pool.hpp"
#include "storage/sqlite_connection.hpp"
#include "storage/sqlite_transaction.hpp"

namespace signet::storage {
namespace {

using std::chrono::milliseconds;

// "SGNT" in the file's header tells our databases from others.
constexpr std::int64_t kApplicationId = 0x53474E54;

// A checkpoint goes on beside the writers until so few pages are left, or so often; then they wait for the rest.
constexpr int kShortRest = 400;
constexpr int kPasses    = 4;

// Moves pages from the WAL into the database on its own thread, so that no
// request waits for it.
class Checkpointer {
public:
    Checkpointer(std::string const& file, SqliteOptions const& options, ConnectionPool& writers)
        : connection_(std::make_unique<Connection>(file, Role::checkpointer, options.longest_wait)),
          writers_(writers),
          pages_(options.checkpoint_pages),
          thread_([this] { work(); })
    {
    }
    ~Checkpointer()
    {
        {
            std::lock_guard const lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_one();
        thread_.join();
        if (has_given_up_) keep_open(std::move(connection_));
    }

    // SQLite calls this after each commit of `db`, outside its locks.
    static int committed(void* self, sqlite3* /*db*/, char const* /*name*/, int pages_in_wal)
    {
        static_cast<Checkpointer*>(self)->note(pages_in_wal);
        return SQLITE_OK;
    }

private:
    void note(int pages_in_wal)
    {
        {
            std::lock_guard const lock(mutex_);
            if (pages_in_wal < latest_) due_at_ = pages_;  // the WAL has started over
            latest_ = pages_in_wal;
            if (latest_ < due_at_) return;
            due_at_ = latest_ + pages_;
            is_due_ = true;
        }
        wake_.notify_one();
    }

    void work()
    {
        std::unique_lock lock(mutex_);
        while (true) {
            wake_.wait(lock, [this] { return stopping_ || is_due_; });
            if (stopping_) return;
            lock.unlock();
            start_over();
            if (has_given_up_) return;
            lock.lock();
            // Not at once again: SQLite before 3.51.3 may mistake a WAL that starts over between two checkpoints.
            is_due_ = false;
        }
    }

    // Writers that never pause keep adding behind a checkpoint, and the WAL starts over only when none of it is left.
    // Where it grows instead, each sync writes its new length too, and takes twice the time.
    void start_over()
    {
        // Of a commit whose sync failed, and which was written again, this descriptor has yet to hear.
        if (!sync(SQLITE_FCNTL_JOURNAL_POINTER)) return;
        for (int i = 0; i < kPasses; ++i) {
            if (is_stopping()) return;
            auto const left = checkpoint();
            if (!left || *left <= 0) return;
            if (*left <= kShortRest) break;
        }
        // A checkpoint that others added behind is not synced: the last one would sync for all, with the writers
        // waiting.
        if (!sync(SQLITE_FCNTL_FILE_POINTER)) return give_up();
        if (!checkpoint()) return;
        auto const held = writers_.take();
        checkpoint();
    }

    // Pages that are left; none when it could not be made.
    std::optional<int> checkpoint()
    {
        int        moved = 0;
        auto const done =
            sqlite3_wal_checkpoint_v2(connection_->handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, &moved);
        if ((done & 0xFF) == SQLITE_BUSY) return std::nullopt;  // somebody else is at it
        if (done == SQLITE_IOERR_FSYNC) give_up();
        if (done != SQLITE_OK) {
            warn(done);
            return std::nullopt;
        }
        std::lock_guard const lock(mutex_);
        return latest_ - moved;
    }

    // The database, or its WAL.
    bool sync(int which)
    {
        sqlite3_file* file = nullptr;
        auto          done = sqlite3_file_control(connection_->handle(), "main", which, static_cast<void*>(&file));
        if (done == SQLITE_OK && file->pMethods != nullptr) done = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
        if (done != SQLITE_OK) warn(done);
        return done == SQLITE_OK;
    }

    // Nothing is lost: the pages stay in the WAL. As many more ask again, and not each commit: a disk that is full is
    // not made emptier by that, and the log no better.
    static void warn(int why) { log::warning("checkpoint failed", {{"why", sqlite3_errstr(why)}}); }

    // The kernel may have dropped pages that SQLite counts as moved, and will not move again before it has read the WAL
    // anew. As long as somebody reads what was before, no process starts the WAL over.
    void give_up()
    {
        auto const reads =
            sqlite3_exec(connection_->handle(), "BEGIN; SELECT 1 FROM sqlite_schema", nullptr, nullptr, nullptr);
        has_given_up_ = true;
        log::error(
            "the database could not be synced",
            {{"then", "its WAL grows until a start with no other signet beside it, which moves all of it again"}});
        if (reads != SQLITE_OK)
            log::error("another signet may start the WAL over: start none before this one has ended",
                       {{"why", sqlite3_errstr(reads)}});
    }

    // For ever: SQLite makes a checkpoint when the last connection is closed.
    static void keep_open(std::unique_ptr<Connection> connection)
    {
        static auto& kept = *new std::vector<std::unique_ptr<Connection>>;
        kept.push_back(std::move(connection));
    }

    bool is_stopping()
    {
        std::lock_guard const lock(mutex_);
        return stopping_;
    }

    std::unique_ptr<Connection> connection_;
    ConnectionPool&             writers_;
    int                         pages_;
    std::mutex                  mutex_;
    std::condition_variable     wake_;
    int                         latest_       = 0;       // pages in the WAL after the latest commit
    int                         due_at_       = pages_;  // so many wake the thread
    bool                        is_due_       = false;
    bool                        stopping_     = false;
    bool                        has_given_up_ = false;  // of the thread alone, while it runs
    std::thread                 thread_;
};

// Made without opening it: closing a descriptor of one's own would drop the
// locks that another connection of this process holds (fcntl(2)). SQLite gives
// the WAL and its index the same mode.
void create_private_file(std::filesystem::path const& file)
{
    if (::mknod(file.c_str(), S_IFREG | S_IRUSR | S_IWUSR, 0) == 0 || errno == EEXIST) return;
    auto const why = std::error_code{errno, std::generic_category()}.message();
    throw std::runtime_error(fmt::format("cannot create the database {}: {}", file.string(), why));
}

// Switches to WAL. Two processes that do so at the same moment can make each
// other fail at once, whatever the busy timeout: then once more.
void use_wal(Connection& connection)
{
    constexpr int kTries = 50;
    for (int i = 1; i < kTries; ++i) {
        if (sqlite3_exec(connection.handle(), "PRAGMA journal_mode=WAL;", nullptr, nullptr, nullptr) == SQLITE_OK)
            return;
        if (sqlite3_errcode(connection.handle()) != SQLITE_BUSY) break;
        std::this_thread::sleep_for(milliseconds{10});
    }
    connection.must_run("PRAGMA journal_mode=WAL;");
}

void prepare_file(std::string const& file, milliseconds longest_wait)
{
    Connection connection(file, Role::writer, longest_wait);
    auto const is_ours = [&] { return connection.ask_number("PRAGMA application_id") == kApplicationId; };
    if (is_ours()) return use_wal(connection);

    // Another process may be making it at this moment: it marks the file before it adds a table.
    if (connection.ask_number("SELECT count(*) FROM sqlite_schema") > 0 && !is_ours())
        throw std::runtime_error(fmt::format("{} is a database of another program", file));
    use_wal(connection);
    connection.must_run(fmt::format("PRAGMA application_id={};", kApplicationId).c_str());
}

}  // namespace

struct SqliteEngine::State {
    State(std::string const& file, SqliteOptions const& options)
        : name(file),
          longest_wait(options.longest_wait),
          writers(file, Role::writer, 1, options.longest_wait),
          readers(file, Role::reader, options.readers, options.longest_wait),
          checkpointer(file, options, writers),
          commits(writers, statements, options.longest_wait)
    {
    }

    Result<void> read(Body const& body)
    {
        static auto const nothing = [](Row const&) { return Result<void>{}; };
        struct Rollback {
            Connection& connection;
            ~Rollback() { connection.roll_back(); }
        };

        auto const     connection = TRY(readers.take());
        Rollback const unless_committed{*connection};
        statements += 2;
        TRY(connection->step("BEGIN", {}, nothing));
        SqliteTransaction transaction{*connection, statements};
        TRY(body(transaction));
        if (transaction.failed()) return std::unexpected(*transaction.failed());
        TRY(connection->step("COMMIT", {}, nothing));
        return {};
    }  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the lease gives its connection back to the pool

    std::string const          name;
    milliseconds const         longest_wait;
    std::atomic<std::uint64_t> statements = 0;
    ConnectionPool             writers;
    ConnectionPool             readers;
    Checkpointer               checkpointer;
    CommitQueue                commits;
};

SqliteEngine::SqliteEngine(std::filesystem::path const& file, SqliteOptions const& options)
{
    create_private_file(file);
    prepare_file(file.string(), options.longest_wait);
    state_ = std::make_unique<State>(file.string(), options);

    auto const writer = state_->writers.take();
    if (!writer) throw std::runtime_error(writer.error().detail);
    sqlite3_wal_hook((*writer)->handle(), &Checkpointer::committed, &state_->checkpointer);
}

SqliteEngine::~SqliteEngine() = default;

std::uint64_t SqliteEngine::statements() const
{
    return state_->statements;
}

std::uint64_t SqliteEngine::commits() const
{
    return state_->commits.commits();
}

Result<void> SqliteEngine::copy_to(std::filesystem::path const& file)
{
    // A connection of its own, for as long as it reads: VACUUM INTO takes no part in a transaction, and a reader of the
    // pool may write nowhere.
    Connection connection(state_->name, Role::checkpointer, state_->longest_wait);
    auto const name = file.string();
    auto const path = Param{name};
    TRY(connection.step("VACUUM INTO $1", {&path, 1}, [](Row const&) { return Result<void>{}; }));
    return {};
}

Result<void> SqliteEngine::settle()
{
    auto const writer = TRY(state_->writers.take());
    return writer->empty_wal();
}

Result<std::vector<std::string>> SqliteEngine::find_damage()
{
    auto found = TRY(read([](Transaction& transaction) {
        return transaction.list("PRAGMA quick_check(10)", {},
                                [](Row const& row) -> Result<std::string> { return std::string{row.text(0)}; });
    }));
    if (found.size() == 1 && found.front() == "ok") found.clear();
    return found;
}

void SqliteEngine::measure(Histogram& commit_seconds)
{
    state_->commits.measure(commit_seconds);
}

std::size_t SqliteEngine::waiting() const
{
    return state_->commits.waiting();
}

Result<void> SqliteEngine::run(Access access, Body const& body)
{
    return access == Access::write ? state_->commits.run(body) : state_->read(body);
}

}  // namespace signet::storage
