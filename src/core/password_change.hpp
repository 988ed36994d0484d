// core/password_change.hpp - a new password, by its owner or by an operator.
#pragma once
#include <string>

#include "base/secret.hpp"
#include "core/access_token.hpp"
#include "core/ports.hpp"

namespace signet::core {

struct PasswordChange {
    SecretString current;
    SecretString replacement;
    Origin       origin;
    bool         ends_session = false;  // the caller's own too
};

struct PasswordChanged {
    std::string device_token;  // a new one, for this device
    Revoked     revoked;       // every other session of the caller, or every one
};

// Errc::bad_credentials when `current` is wrong (counted like a sign-in: Errc::slow_down), password_* when the new one
// is not taken. Ends the sessions of the caller in the same transaction, and makes every device that the old password
// let in a stranger; this one gets a new token. Blocks for two hashes; for a third where the account's was replaced
// meanwhile.
[[nodiscard]] Result<PasswordChanged> change_password(Ports const& ports, Caller const& caller,
                                                      PasswordChange const& change);

}  // namespace signet::core
