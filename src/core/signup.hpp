// core/signup.hpp - a new account, made by its owner or by an operator.
#pragma once
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "core/ports.hpp"

namespace signet::core {

struct NewAccount {
    std::string              email;  // as typed
    std::string              name;   // as typed, may be empty
    SecretString             password;
    std::vector<std::string> roles;  // only an operator gives any
    Origin                   origin;
};

// Checks address, name, roles, and password, hashes, stores. Errc::invalid_email, invalid_name, invalid_role,
// password_*, email_taken. Blocks for one hash and a commit, also when the address is taken.
// Counted against the address's limits like a sign-in, and against how many accounts may be made from there:
// Errc::slow_down.
[[nodiscard]] Result<User> signup(Ports const& ports, NewAccount const& account);

}  // namespace signet::core
