// core/foreign_hashes.hpp - password hashes that come from elsewhere.
//
//   bcrypt          $2a$ $2b$ $2y$, cost 10 to 14
//   Argon2i, -id    PHC strings, version 19, at least m=7168 KiB and m·t of OWASP's lowest (7168·5), at most 128 MiB,
//                   m·t of 1 GiB, and p=16
//   scrypt          $scrypt$ln=15,r=8,p=1$<salt>$<hash> (PHC, as passlib writes it), N·r·p from 2^17 to 2^21, 128 MiB
//   PBKDF2          $pbkdf2-sha256$<rounds>$<salt>$<hash>, $pbkdf2-sha512$… (passlib), pbkdf2_sha256$… (Django),
//                   600,000 (SHA-256) or 210,000 (SHA-512) to 5,000,000 rounds
//
// Each of these costs about a second at the very most. Until an imported account's first sign-in, its wrong passwords
// take as long as its own kind of hash does, which differs from an unknown address's.
#pragma once
#include <cstddef>

#include "base/secret.hpp"
#include "core/result.hpp"
#include "core/user.hpp"

namespace signet::core {

// A hash that matches() can verify and that costs no more than a bounded amount of time and memory.
// Errc::unsupported_hash with the reason in the detail.
[[nodiscard]] Result<void> check_foreign_hash(PasswordHash const& hash);

// What computing `hash`, ours or foreign, takes of memory; 0 where that is next to nothing.
[[nodiscard]] std::size_t hash_memory_bytes(PasswordHash const& hash);

[[nodiscard]] bool         is_foreign_hash(PasswordHash const& hash);
// Thread-safe. Costs one hash of the foreign kind.
[[nodiscard]] Result<bool> foreign_hash_matches(SecretString const& password, PasswordHash const& hash);

}  // namespace signet::core
