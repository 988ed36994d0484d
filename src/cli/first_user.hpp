// cli/first_user.hpp - the account that `serve --dev` makes so that there is one to sign in with.
#pragma once
#include <optional>
#include <string>

#include "base/random.hpp"
#include "core/ports.hpp"

namespace signet::cli {

struct FirstUser {
    std::string email;
    std::string password;
};

// demo@example.com and a random password when there is no account at all; nullopt when there is. Nothing is written:
// keep the password first, for it is nowhere else once the account is there.
[[nodiscard]] core::Result<std::optional<FirstUser>> think_of_first_user(core::Ports const& ports);

// Makes the account (roles: viewer).
[[nodiscard]] core::Result<void> add_first_user(core::Ports const& ports, FirstUser const& first);

// Words joined by hyphens, at least four of them and at least `min_length` characters: 8 bits of chance a word.
[[nodiscard]] std::string make_memorable_password(Random& random, std::size_t min_length);

}  // namespace signet::cli
