// bench/storage.cpp - refresh as the database sees it: rotations of sessions, many in flight.
//
//     bench_storage FILE IN_FLIGHT SECONDS [SESSIONS]      prints rotations per second, each durable when it counts
//
// The store, engine, and schema of the server; every rotation is of another session. 10,000 sessions unless told.
#include <fmt/core.h>
#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "storage/sqlite.hpp"

namespace {

using namespace signet;

void must(bool good, std::string_view doing)
{
    if (good) return;
    fmt::print(stderr, "bench_storage: {}\n", doing);
    std::_Exit(1);
}

core::SessionId session_id(std::int64_t number)
{
    core::SessionId id;
    std::memcpy(id.uuid.bytes.data(), &number, sizeof number);
    return id;
}

TimePoint const kNow = from_unix_milliseconds(1'800'000'000'000);

// Rows as 30 days of sign-ins leave them; not timed.
void add_sessions(char const* file, std::int64_t sessions)
{
    sqlite3* db = nullptr;
    must(sqlite3_open(file, &db) == SQLITE_OK, "open");
    must(sqlite3_exec(db,
                      "PRAGMA synchronous=OFF; BEGIN;"
                      "INSERT INTO users VALUES (zeroblob(16), 'a@b.c', 'a@b.c', 'Ann', '', 'none', 0, NULL);",
                      nullptr, nullptr, nullptr) == SQLITE_OK,
         "add a user");
    sqlite3_stmt* insert = nullptr;
    must(sqlite3_prepare_v2(db,
                            "INSERT INTO sessions VALUES (?1, zeroblob(16), 'signet', 0, NULL, ?2, ?2, ?3, ?3, NULL, "
                            "NULL, '192.0.2.1', 'a browser', 0, 0, ?3)",
                            -1, &insert, nullptr) == SQLITE_OK,
         sqlite3_errmsg(db));
    for (std::int64_t i = 0; i < sessions; ++i) {
        auto const id = session_id(i);
        sqlite3_bind_blob(insert, 1, id.uuid.bytes.data(), static_cast<int>(id.uuid.bytes.size()), SQLITE_STATIC);
        sqlite3_bind_int64(insert, 2, unix_milliseconds(kNow));
        sqlite3_bind_int64(insert, 3, unix_milliseconds(kNow + std::chrono::hours{24 * 30}));
        must(sqlite3_step(insert) == SQLITE_DONE, sqlite3_errmsg(db));
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    must(sqlite3_exec(db, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE);", nullptr, nullptr, nullptr) == SQLITE_OK,
         "commit");
    sqlite3_close(db);
}

}  // namespace

int main(int argc, char** argv)
{
    if (argc != 4 && argc != 5) return 2;
    auto const in_flight = std::atoi(argv[2]);
    auto const span      = std::chrono::duration<double>(std::strtod(argv[3], nullptr));
    auto const sessions  = argc == 5 ? std::atoll(argv[4]) : 10'000;

    auto const storage = storage::SqliteStorage::open(argv[1]);
    add_sessions(argv[1], sessions);

    std::atomic<std::int64_t> next  = 0;
    std::atomic<std::int64_t> done  = 0;
    auto const                begin = std::chrono::steady_clock::now();
    auto const                work  = [&] {
        while (std::chrono::steady_clock::now() - begin < span) {
            auto const turn = next++;
            auto const rotated =
                storage->sessions().rotate_session({.id = session_id(turn * 7919 % sessions),
                                                                    .from_generation = static_cast<std::uint64_t>(turn / sessions),
                                                                    .at = kNow + std::chrono::seconds{turn / sessions},
                                                                    .idle_expires_at = kNow + std::chrono::hours{24 * 30},
                                                                    .origin = {.address = {"192.0.2.1"}, .user_agent = "a browser"}});
            must(rotated.has_value(), rotated ? "" : rotated.error().detail);
            // A turn may overtake the one before it on the same session; that one is a miss for both ways alike.
            done += *rotated ? 1 : 0;
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < in_flight; ++i) threads.emplace_back(work);
    for (auto& thread : threads) thread.join();
    auto const spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    fmt::print("{:.1f}\n", static_cast<double>(done) / spent);
}
