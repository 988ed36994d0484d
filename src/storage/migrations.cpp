#include "storage/migrations.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

#include "base/result.hpp"

namespace signet::storage {
namespace {

struct Recorded {
    std::int64_t version;
    std::string  checksum;
};

Result<std::vector<Recorded>> list_recorded(Transaction& transaction)
{
    TRY(
        transaction.run("CREATE TABLE IF NOT EXISTS schema_migrations ("
                        "version INTEGER NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL, checksum TEXT NOT NULL)"));
    return transaction.list(
        "SELECT version, checksum FROM schema_migrations ORDER BY version", {},
        [](Row const& row) -> Result<Recorded> { return Recorded{row.integer(0), std::string{row.text(1)}}; });
}

// Why this program must not touch the database; empty when it may.
std::string objection(std::span<Recorded const> recorded, std::span<Migration const> known)
{
    if (recorded.size() > known.size())
        return fmt::format(
            "the database has schema {} and this program knows only {}: it was written by a newer Signet",
            recorded.back().version, known.size());
    for (std::size_t i = 0; i < recorded.size(); ++i) {
        if (recorded[i].version != known[i].version)
            return fmt::format("the database's list of migrations has {} where {} belongs", recorded[i].version,
                               known[i].version);
        if (recorded[i].checksum != known[i].checksum)
            return fmt::format("migration {} is not the one that was run on the database", known[i].name);
    }
    return {};
}

// Runs the first migration that is missing. False when none is.
Result<bool> run_next(Transaction& transaction, std::span<Migration const> known, TimePoint now)
{
    auto const recorded = TRY(list_recorded(transaction));
    if (auto const why = objection(recorded, known); !why.empty()) throw std::runtime_error(why);
    if (recorded.size() == known.size()) return false;

    auto const& next = known[recorded.size()];
    TRY(transaction.run_script(next.script));
    TRY(transaction.run("INSERT INTO schema_migrations (version, applied_at, checksum) VALUES ($1, $2, $3)",
                        {next.version, now, next.checksum}));
    return true;
}

}  // namespace

void migrate(Engine& engine, std::span<Migration const> known, TimePoint now)
{
    while (true) {
        auto const ran = engine.write([&](Transaction& transaction) { return run_next(transaction, known, now); });
        if (!ran) throw std::runtime_error(fmt::format("cannot bring the database up to date: {}", ran.error().detail));
        if (!*ran) return;
    }
}

}  // namespace signet::storage
