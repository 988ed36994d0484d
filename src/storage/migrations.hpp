// storage/migrations.hpp - the schema, brought up to what this program knows.
#pragma once
#include <span>
#include <string_view>

#include "base/clock.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

// One step forward; there is none back. Numbered from 1 without gaps. Its text
// never changes once released: the checksum in the database says so.
struct Migration {
    int              version;
    std::string_view name;      // "0001_sign_in"
    std::string_view checksum;  // SHA-256 of `script`, hexadecimal
    std::string_view script;
};

// Those in migrations/ for SQLite, embedded by the build.
[[nodiscard]] std::span<Migration const> sqlite_migrations();

// Runs what is missing, each migration in one transaction that also records it, so that a start that was
// killed goes on where it stopped (CHECKS E25). Two processes may do so at once. Throws std::runtime_error with a
// sentence for the operator: schema newer than this program, a migration that was altered, storage failing.
void migrate(Engine& engine, std::span<Migration const> known, TimePoint now);

}  // namespace signet::storage
