// bench/commit.cpp - one durable commit per operation on SQLite, and nothing else.
//
//     bench_commit FILE SECONDS [NORMAL]      prints commits per second
//
// WAL, synchronous=FULL unless told, one update of one of 10,000 rows in each
// transaction: the floor under a refresh that rotates. With NORMAL a commit may be lost with the power.
#include <fmt/core.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdlib>

namespace {

void must(sqlite3* db, int result)
{
    if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) return;
    fmt::print(stderr, "bench_commit: {}\n", sqlite3_errmsg(db));
    std::_Exit(1);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 3 && argc != 4) return 2;
    auto const pragmas = fmt::format("PRAGMA journal_mode=WAL; PRAGMA synchronous={};", argc == 4 ? argv[3] : "FULL");
    auto const span    = std::chrono::duration<double>(std::strtod(argv[2], nullptr));

    sqlite3* db = nullptr;
    must(db, sqlite3_open(argv[1], &db));
    must(db, sqlite3_exec(db, pragmas.c_str(), nullptr, nullptr, nullptr));
    must(db,
         sqlite3_exec(db,
                      "CREATE TABLE IF NOT EXISTS row(id INTEGER PRIMARY KEY, generation INTEGER, rotated_at INTEGER);"
                      "WITH RECURSIVE n(v) AS (SELECT 1 UNION ALL SELECT v + 1 FROM n WHERE v < 10000)"
                      "INSERT OR IGNORE INTO row SELECT v, 0, 0 FROM n;",
                      nullptr, nullptr, nullptr));
    sqlite3_stmt* update = nullptr;
    must(db, sqlite3_prepare_v3(db, "UPDATE row SET generation = generation + 1, rotated_at = ?2 WHERE id = ?1", -1,
                                SQLITE_PREPARE_PERSISTENT, &update, nullptr));

    auto const begin = std::chrono::steady_clock::now();
    long       done  = 0;
    for (std::chrono::duration<double> spent{0}; spent < span; spent = std::chrono::steady_clock::now() - begin) {
        must(db, sqlite3_bind_int64(update, 1, done * 7919 % 10000 + 1));
        must(db, sqlite3_bind_int64(update, 2, done));
        must(db, sqlite3_step(update));
        must(db, sqlite3_reset(update));
        ++done;
    }
    auto const spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    fmt::print("{:.1f}\n", static_cast<double>(done) / spent);
    sqlite3_finalize(update);
    sqlite3_close(db);
}
