#include "storage/sqlite_connection.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>

#include "base/result.hpp"

namespace signet::storage {
namespace {

// What an operator does something about (CHECKS E21); empty for the rest, of which most are bugs.
std::string_view reason_of(sqlite3* db, int cause)
{
    constexpr int kPrimary = 0xFF;
    switch (sqlite3_extended_errcode(db) & kPrimary) {
        case SQLITE_FULL:
            return "disk_full";
        case SQLITE_READONLY:
        case SQLITE_PERM:
            return "disk_read_only";
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
            if (cause == ENOSPC || cause == EDQUOT) return "disk_full";
            if (cause == EROFS || cause == EACCES || cause == EPERM) return "disk_read_only";
            return "disk_error";
        case SQLITE_BUSY:
            return "database_busy";
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return "database_damaged";
        default:
            return {};
    }
}

// `errno` was 0 before what failed: sqlite3_system_errno() knows nothing of a COMMIT.
core::Error failure(sqlite3* db, std::string_view doing)
{
    auto const cause  = errno;
    auto const detail = fmt::format("sqlite: {} ({}) at {}", sqlite3_errmsg(db), sqlite3_extended_errcode(db), doing);
    return core::unavailable(reason_of(db, cause), detail).error();
}

// 7 for "$7"; 0 for a placeholder that has no name.
int number_of(char const* parameter)
{
    auto const name   = std::string_view{parameter != nullptr ? parameter : "$"};
    int        number = 0;
    std::from_chars(name.data() + 1, name.data() + name.size(), number);
    return number;
}

class SqliteRow final : public Row {
public:
    explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

    [[nodiscard]] bool is_null(int column) const override
    {
        return sqlite3_column_type(statement_, column) == SQLITE_NULL;
    }
    [[nodiscard]] std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, column); }
    [[nodiscard]] std::string_view text(int column) const override { return bytes(column); }
    [[nodiscard]] std::string_view bytes(int column) const override
    {
        auto const* const data = static_cast<char const*>(sqlite3_column_blob(statement_, column));
        auto const        size = sqlite3_column_bytes(statement_, column);
        return data != nullptr ? std::string_view{data, static_cast<std::size_t>(size)} : std::string_view{};
    }

private:
    sqlite3_stmt* statement_;
};

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const
{
    sqlite3_finalize(statement);
}

void Connection::Close::operator()(sqlite3* db) const
{
    sqlite3_close(db);
}

Connection::Connection(std::string const& file, Role role, std::chrono::milliseconds longest_wait) : file_(file)
{
    sqlite3*   db     = nullptr;
    auto const opened = sqlite3_open_v2(file.c_str(), &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    db_.reset(db);  // there even where it was not opened
    if (opened != SQLITE_OK)
        throw std::runtime_error(fmt::format("cannot open the database {}: {}", file, sqlite3_errmsg(db)));
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, static_cast<int>(longest_wait.count()));
    must_run(
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;"
        "PRAGMA wal_autocheckpoint=0; PRAGMA trusted_schema=OFF; PRAGMA journal_size_limit=67108864;");
    // Kept small: the kernel caches the file as well.
    must_run(role == Role::writer ? "PRAGMA cache_size=-2000;" : "PRAGMA cache_size=-500;");
    if (role == Role::reader) must_run("PRAGMA query_only=ON;");
}

void Connection::must_run(char const* script)
{
    if (sqlite3_exec(db_.get(), script, nullptr, nullptr, nullptr) == SQLITE_OK) return;
    throw std::runtime_error(fmt::format("cannot use the database {}: {}", file_, sqlite3_errmsg(db_.get())));
}

std::int64_t Connection::ask_number(char const* pragma)
{
    sqlite3_stmt* statement = nullptr;
    auto const    prepared  = sqlite3_prepare_v2(db_.get(), pragma, -1, &statement, nullptr);
    bool const    answered  = prepared == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW;
    auto const    number    = answered ? sqlite3_column_int64(statement, 0) : 0;
    auto const    why       = answered ? std::string{} : std::string{sqlite3_errmsg(db_.get())};
    sqlite3_finalize(statement);
    if (!answered) throw std::runtime_error(fmt::format("cannot read the database {}: {}", file_, why));
    return number;
}

Result<Statement*> Connection::prepare(std::string_view sql)
{
    if (auto const kept = statements_.find(sql); kept != statements_.end()) return &kept->second;

    errno              = 0;
    char const*   rest = nullptr;
    sqlite3_stmt* made = nullptr;
    Statement     statement;
    auto const    prepared = sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()),
                                                SQLITE_PREPARE_PERSISTENT, &made, &rest);
    statement.handle.reset(made);
    if (prepared != SQLITE_OK) return std::unexpected(failure(db_.get(), sql));
    if (rest != sql.data() + sql.size()) throw std::logic_error(fmt::format("more than one statement: {}", sql));
    for (int i = 1; i <= sqlite3_bind_parameter_count(made); ++i)
        statement.numbers.push_back(number_of(sqlite3_bind_parameter_name(made, i)));
    return &statements_.emplace(sql, std::move(statement)).first->second;
}

void Connection::bind(Statement const& statement, std::span<Param const> params)
{
    struct Binder {
        sqlite3_stmt* statement;
        int           slot;

        int operator()(std::monostate) const { return sqlite3_bind_null(statement, slot); }
        int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, slot, number); }
        int operator()(std::string_view text) const
        {
            // A null pointer would be NULL, not the empty text.
            return sqlite3_bind_text64(statement, slot, text.empty() ? "" : text.data(), text.size(), SQLITE_STATIC,
                                       SQLITE_UTF8);
        }
        int operator()(Param::Bytes bytes) const
        {
            return sqlite3_bind_blob64(statement, slot, bytes.view.empty() ? "" : bytes.view.data(), bytes.view.size(),
                                       SQLITE_STATIC);
        }
    };

    for (std::size_t i = 0; i < statement.numbers.size(); ++i) {
        auto const number = statement.numbers[i];
        if (number < 1 || static_cast<std::size_t>(number) > params.size())
            throw std::logic_error(fmt::format("no value for ${}: {}", number, sqlite3_sql(statement.handle.get())));
        auto const slot = static_cast<int>(i) + 1;
        if (std::visit(Binder{statement.handle.get(), slot}, params[static_cast<std::size_t>(number) - 1].value()) !=
            SQLITE_OK)
            throw std::length_error("a value is too long for SQLite");
    }
}

Result<std::int64_t> Connection::step(std::string_view sql, std::span<Param const> params,
                                      std::function<Result<void>(Row const&)> const& visit)
{
    struct Reset {
        sqlite3_stmt* statement;
        ~Reset()
        {
            sqlite3_reset(statement);
            sqlite3_clear_bindings(statement);
        }
    };

    auto* const prepared  = TRY(prepare(sql));
    auto* const statement = prepared->handle.get();
    Reset const reset{statement};
    bind(*prepared, params);

    errno = 0;
    SqliteRow const row{statement};
    auto            stepped = sqlite3_step(statement);
    for (; stepped == SQLITE_ROW; stepped = sqlite3_step(statement)) TRY(visit(row));
    if (stepped != SQLITE_DONE) return std::unexpected(failure(db_.get(), sql));
    return sqlite3_stmt_readonly(statement) != 0 ? 0 : sqlite3_changes64(db_.get());
}

Result<void> Connection::run_script(std::string const& script)
{
    errno = 0;
    if (sqlite3_exec(db_.get(), script.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return std::unexpected(failure(db_.get(), "a migration"));
}

void Connection::roll_back() noexcept
{
    // SQLite has rolled back by itself after some errors.
    if (in_transaction()) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

std::int64_t Connection::rows_changed() const
{
    return sqlite3_total_changes64(db_.get());
}

Result<void> Connection::empty_wal()
{
    errno = 0;
    if (sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) == SQLITE_OK)
        return {};
    return std::unexpected(failure(db_.get(), "a checkpoint"));
}

bool Connection::in_transaction() const
{
    return sqlite3_get_autocommit(db_.get()) == 0;
}

}  // namespace signet::storage
