// core/argon2.hpp - Argon2 hashes in PHC form: their parameters, and the check. RFC 9106.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "core/result.hpp"
#include "core/user.hpp"

namespace signet::core {

struct Argon2 {
    bool          is_id;       // Argon2id, else Argon2i
    std::uint32_t memory_kib;  // m
    std::uint32_t iterations;  // t
    std::uint32_t lanes;       // p
    std::string   salt;
    std::string   hash;

    // Of the form that core/passwords.hpp makes: Argon2id, one lane, a salt of 16 bytes, a hash of 32.
    [[nodiscard]] bool is_ours() const;
};

// "$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>", or argon2i; nullopt for anything else.
[[nodiscard]] std::optional<Argon2> parse_argon2(std::string_view text);

// The text of a hash of our form, its salt and its hash drawn at random: costs no hash to make, and one to check.
[[nodiscard]] PasswordHash make_random_argon2(std::uint32_t memory_kib, std::uint32_t iterations);

// Costs one hash with the parameters in `expected`. Errc::busy when there is no memory for it (only told of ours),
// Errc::unavailable when `expected` cannot be read.
[[nodiscard]] Result<bool> argon2_matches(SecretString const& password, PasswordHash const& expected);

}  // namespace signet::core
