// core/passwords.hpp - which passwords are taken, and their hashes.
#pragma once
#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/secret.hpp"
#include "core/hash_memory.hpp"
#include "core/result.hpp"
#include "core/settings.hpp"
#include "core/user.hpp"

namespace signet::core {

// Length in code points, block list of common passwords, the account's own name and address (DESIGN 9, CHECKS C1–C4).
// A name "dominates" when fewer than 8 code points are left without it. No composition rules. The bytes are taken
// exactly as received. Errc::password_too_long, _too_short, _too_common, _is_personal.
[[nodiscard]] Result<void> check_new_password(SecretString const& password, Email const& email, std::string_view name,
                                              PasswordSettings const& settings);

// Argon2id, RFC 9106, by libsodium. Thread-safe. Each call costs one hash: about 10 ms
// and `memory_kib` of memory; Errc::busy when that memory is not to be had. All together stay within
// `memory_budget_mib`, and no more run than there are cores: a hash waits for those that do.
class Passwords {
public:
    // Throws std::runtime_error when libsodium does not start.
    explicit Passwords(PasswordSettings const& settings);

    // A PHC string with a fresh 16-byte salt.
    [[nodiscard]] Result<PasswordHash> hash(SecretString const& password) const;

    // Also verifies imported hashes (core/foreign_hashes.hpp). A password over max_bytes is false, after the decoy's
    // hash.
    [[nodiscard]] Result<bool> matches(SecretString const& password, PasswordHash const& expected) const;

    // True when `hash` is not of our own form of Argon2id with at least today's parameters.
    [[nodiscard]] bool needs_rehash(PasswordHash const& hash) const;

    // The form of a hash that no password is known to match, with today's parameters: what an unknown address is
    // compared with.
    [[nodiscard]] PasswordHash const& decoy() const { return decoy_; }

    // Hashes computed since this was made. For tests and metrics.
    [[nodiscard]] std::uint64_t hashes() const { return hashes_; }

private:
    PasswordSettings                   settings_;
    mutable std::atomic<std::uint64_t> hashes_ = 0;
    mutable HashMemory                 memory_;
    PasswordHash                       decoy_;
};

}  // namespace signet::core
