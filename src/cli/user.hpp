// cli/user.hpp - `signet user …`: accounts from the command line, also while the server runs.
#pragma once
#include <string>
#include <vector>

#include "cli/administration.hpp"

namespace signet::cli {

struct UserOptions {
    AdminOptions             admin;
    std::string              email;
    std::string              name;
    std::vector<std::string> roles;
    bool                     password_stdin = false;  // else it is asked for at the terminal
};

[[nodiscard]] Exit add_user(UserOptions const& options);
[[nodiscard]] Exit list_users(UserOptions const& options);
[[nodiscard]] Exit disable_user(UserOptions const& options);
[[nodiscard]] Exit enable_user(UserOptions const& options);
[[nodiscard]] Exit set_password(UserOptions const& options);

}  // namespace signet::cli
