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

// Adds demo@example.com (roles: viewer) with a random password when there is no account at all; nullopt when there is.
[[nodiscard]] core::Result<std::optional<FirstUser>> add_first_user(core::Ports const& ports);

// Words joined by hyphens, at least four of them and at least `min_length` characters: 8 bits of chance a word.
[[nodiscard]] std::string make_memorable_password(Random& random, std::size_t min_length);

}  // namespace signet::cli
