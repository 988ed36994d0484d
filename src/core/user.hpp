// core/user.hpp - an account.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "core/email.hpp"
#include "core/ids.hpp"

namespace signet::core {

// A PHC or crypt(3) string. Not a secret of the SecretString kind, yet never
// logged and never part of an answer.
struct PasswordHash {
    std::string text;
    bool        operator==(PasswordHash const&) const = default;
};

struct User {
    UserId                   id;
    Email                    email;
    std::string              name;   // UTF-8, may be empty
    std::vector<std::string> roles;  // [a-z0-9_.:-]{1,64} each
    PasswordHash             password;
    TimePoint                created_at;
    std::optional<TimePoint> disabled_at;
};

// UTF-8 without control characters, at most 200 bytes, trimmed. Errc::invalid_name.
[[nodiscard]] Result<std::string>              parse_name(std::string_view typed);
// Errc::invalid_role.
[[nodiscard]] Result<std::string>              parse_role(std::string_view typed);
// Each of them, once. Errc::invalid_role.
[[nodiscard]] Result<std::vector<std::string>> parse_roles(std::vector<std::string> const& typed);

}  // namespace signet::core
