// bench/sessions.cpp - fills the data folder of a server that is not running with sessions.
//
//     bench_sessions FOLDER EMAIL SESSIONS TOKENS      prints TOKENS refresh tokens, of sessions spread over all
#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "base/clock.hpp"
#include "bench/session_rows.hpp"
#include "core/master_key.hpp"
#include "core/refresh_token.hpp"
#include "core/token_secret.hpp"
#include "storage/sqlite.hpp"

int main(int argc, char** argv)
{
    using namespace signet;
    if (argc != 5) return 2;
    std::filesystem::path const folder   = argv[1];
    auto const                  database = (folder / "signet.db").string();
    auto const                  sessions = std::atoll(argv[3]);
    auto const                  tokens   = std::atoll(argv[4]);

    std::ifstream     file(folder / "master.key");
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    auto const        key     = core::MasterKey::parse(SecretString{text});
    auto const        storage = storage::SqliteStorage::open(database);
    SystemRandom      random;
    auto const        secret = key ? core::load_token_secret({.sealed       = storage->sealed(),
                                                              .signing_keys = storage->signing_keys(),
                                                              .master_key   = *key,
                                                              .random       = random,
                                                              .now          = SystemClock{}.now()})
                                   : core::refused(core::Errc::wrong_master_key, "");
    if (!secret) {
        fmt::print(stderr, "bench_sessions: no master key that opens {}\n", database);
        return 1;
    }
    bench::add_sessions(database, {.user    = bench::find_user(database, argv[2]),
                                   .count   = sessions,
                                   .created = SystemClock{}.now() - std::chrono::hours{1}});
    for (std::int64_t i = 0; i < tokens; ++i)
        fmt::print("{}\n", core::make_refresh_token(
                               *secret, {.session = bench::session_id(i * (sessions / tokens)), .generation = 0})
                               .reveal());
}
