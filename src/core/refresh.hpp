// core/refresh.hpp - a refresh token becomes an access token, and perhaps its successor.
#pragma once
#include "core/login.hpp"

namespace signet::core {

struct RefreshAttempt {
    SecretString token;
    Origin       origin;
};

// Applies core/refresh_rule.hpp to the session the token names; rechecks user and session in storage. Any refusal is
// Errc::invalid_grant with the reason in the detail, and counted in Ports::refresh_refusals. Blocks for one read, and
// one commit when the session rotates.
[[nodiscard]] Result<SessionGrant> refresh(Ports const& ports, RefreshAttempt const& attempt);

}  // namespace signet::core
