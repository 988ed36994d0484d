// bench/storage.cpp - refresh as the database sees it: rotations of sessions, many in flight.
//
//     bench_storage FILE IN_FLIGHT SECONDS [SESSIONS [TURN]]      prints rotations per second, each durable when it
//                                                                 counts, and the turn to go on with
//
// The store, engine, and schema of the server; every rotation is of another session. 10,000 sessions unless told, made
// at turn 0; a later run on the same file goes on at the turn that the one before it printed.
#include <fmt/core.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>
#include <vector>

#include "bench/session_rows.hpp"
#include "storage/sqlite.hpp"

namespace {

using namespace signet;

void must(bool good, std::string_view doing)
{
    if (good) return;
    fmt::print(stderr, "bench_storage: {}\n", doing);
    std::_Exit(1);
}

constexpr std::chrono::seconds kWarmUp{2};

TimePoint const kNow = from_unix_milliseconds(1'800'000'000'000);

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 4 || argc > 6) return 2;
    auto const in_flight = std::atoi(argv[2]);
    auto const span      = std::chrono::duration<double>(std::strtod(argv[3], nullptr));
    auto const sessions  = argc > 4 ? std::atoll(argv[4]) : 10'000;
    auto const first     = argc > 5 ? std::atoll(argv[5]) : 0;

    // The same each time: a later run opens the same file.
    SystemRandom random;
    auto const   master  = core::MasterKey::parse(SecretString{std::string(64, 'a') + "\n"}).value();
    auto const   storage = storage::SqliteStorage::open(argv[1]);
    must(storage->begin_audit(master, random).has_value(), "begin the audit log");
    if (first == 0)
        bench::add_sessions(argv[1], {.user = bench::add_user(argv[1]), .count = sessions, .created = kNow});

    // The log of a server that has run for a while grows no more; that of a new file does, and each sync takes longer.
    std::atomic<std::int64_t> next  = first;
    std::atomic<std::int64_t> done  = 0;
    auto const                begin = std::chrono::steady_clock::now() + kWarmUp;
    auto const                work  = [&] {
        for (auto now = std::chrono::steady_clock::now(); now - begin < span; now = std::chrono::steady_clock::now()) {
            auto const turn = next++;
            auto const rotated =
                storage->sessions().rotate_session({.id = bench::session_id(turn * 7919 % sessions),
                                                                    .from_generation = static_cast<std::uint64_t>(turn / sessions),
                                                                    .at = kNow + std::chrono::seconds{turn / sessions},
                                                                    .idle_expires_at = kNow + std::chrono::hours{24 * 30},
                                                                    .origin = {.address = {"192.0.2.1"}, .user_agent = "a browser"}});
            must(rotated.has_value(), rotated ? "" : rotated.error().detail);
            // A turn may overtake the one before it on the same session; that one is a miss for both ways alike.
            done += *rotated && now >= begin ? 1 : 0;
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < in_flight; ++i) threads.emplace_back(work);
    for (auto& thread : threads) thread.join();
    auto const spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    fmt::print("{:.1f} {}\n", static_cast<double>(done) / spent, next.load());
}
