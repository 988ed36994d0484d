// core/accounts.hpp - what an operator does to accounts.
#pragma once
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "core/ports.hpp"

namespace signet::core {

// Each ends the account's sessions where its name says so. Errc::not_found, invalid_email;
// set_password also password_*.
[[nodiscard]] Result<User> disable_user(Ports const& ports, std::string_view email);  // ends all sessions
[[nodiscard]] Result<User> enable_user(Ports const& ports, std::string_view email);
[[nodiscard]] Result<User> set_password(Ports const& ports, std::string_view email,
                                        SecretString const& password);  // ends all sessions

// An account that comes with its hash from elsewhere.
struct ImportedAccount {
    std::string              email;
    std::string              name;
    PasswordHash             password;
    std::vector<std::string> roles;
    bool                     disabled = false;
};

// Errc::invalid_email, invalid_name, invalid_role, unsupported_hash, email_taken. One transaction.
[[nodiscard]] Result<User> import_user(Ports const& ports, ImportedAccount const& account);

}  // namespace signet::core
