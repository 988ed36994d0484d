#include "bench/session_rows.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdlib>
#include <memory>
#include <string_view>

namespace signet::bench {
namespace {

// A connection that ends the program, with SQLite's words, when something fails.
class Database {
public:
    explicit Database(std::string const& file) { must(sqlite3_open(file.c_str(), &db_)); }
    ~Database() { sqlite3_close(db_); }
    Database(Database const&)            = delete;
    Database& operator=(Database const&) = delete;

    void must(int result) const
    {
        if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) return;
        fmt::print(stderr, "bench: {}\n", sqlite3_errmsg(db_));
        std::_Exit(1);
    }
    void run(char const* script) const { must(sqlite3_exec(db_, script, nullptr, nullptr, nullptr)); }

    using Statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;
    [[nodiscard]] Statement prepare(char const* sql) const
    {
        sqlite3_stmt* statement = nullptr;
        must(sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr));
        return {statement, sqlite3_finalize};
    }

private:
    sqlite3* db_ = nullptr;
};

}  // namespace

core::SessionId session_id(std::int64_t number)
{
    core::SessionId id;
    for (std::size_t i = 8; i-- > 0; number >>= 8) id.uuid.bytes[i] = static_cast<std::uint8_t>(number);
    return id;
}

void add_sessions(std::string const& file, SessionRows const& rows)
{
    Database const db(file);
    db.run("PRAGMA synchronous=OFF; BEGIN;");
    auto const insert = db.prepare(
        "INSERT INTO sessions (id, user_id, client_id, generation, created_at, last_used_at, idle_expires_at, "
        "expires_at, address, user_agent, odd_replays, odd_replay_generation, sweep_at) "
        "VALUES (?1, ?2, 'signet', 0, ?3, ?3, ?4, ?4, '192.0.2.1', 'a browser', 0, 0, ?4)");
    auto const until = unix_milliseconds(rows.created + std::chrono::hours{24 * 30});
    for (std::int64_t i = 0; i < rows.count; ++i) {
        auto const id = session_id(i);
        sqlite3_bind_blob(insert.get(), 1, id.uuid.bytes.data(), static_cast<int>(id.uuid.bytes.size()), SQLITE_STATIC);
        sqlite3_bind_blob(insert.get(), 2, rows.user.data(), static_cast<int>(rows.user.size()), SQLITE_STATIC);
        sqlite3_bind_int64(insert.get(), 3, unix_milliseconds(rows.created));
        sqlite3_bind_int64(insert.get(), 4, until);
        db.must(sqlite3_step(insert.get()));
        sqlite3_reset(insert.get());
    }
    // On the disk before anyone measures: a sync of the WAL would wait for it all.
    db.run("COMMIT; PRAGMA synchronous=FULL; PRAGMA wal_checkpoint(TRUNCATE);");
}

std::string add_user(std::string const& file)
{
    Database const db(file);
    db.run("INSERT INTO users VALUES (zeroblob(16), 'a@b.c', 'a@b.c', 'Ann', '', 'none', 0, NULL);");
    return std::string(16, '\0');
}

std::string find_user(std::string const& file, std::string const& email)
{
    Database const db(file);
    auto const     select = db.prepare("SELECT id FROM users WHERE email_key = ?1");
    sqlite3_bind_text(select.get(), 1, email.data(), static_cast<int>(email.size()), SQLITE_STATIC);
    if (sqlite3_step(select.get()) != SQLITE_ROW) {
        fmt::print(stderr, "bench: nobody is called {} in {}\n", email, file);
        std::_Exit(1);
    }
    return {static_cast<char const*>(sqlite3_column_blob(select.get(), 0)),
            static_cast<std::size_t>(sqlite3_column_bytes(select.get(), 0))};
}

}  // namespace signet::bench
