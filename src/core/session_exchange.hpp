// core/session_exchange.hpp - a session cookie becomes an access token.
#pragma once
#include <optional>

#include "core/login.hpp"

namespace signet::core {

struct SessionExchange {
    SecretString          cookie;  // its value
    // Of the browser; none where somebody else asks for it, and does not say.
    std::optional<Origin> origin = std::nullopt;
};

// Rechecks user and session in storage. The cookie stays as it is; that its session is used is written once a minute at
// most, and often enough that one in use does not become idle. Any refusal is Errc::invalid_grant with the reason in
// the detail, and counted in Ports::refresh_refusals. Blocks for one read, and one commit when the use is written.
[[nodiscard]] Result<SessionGrant> exchange_session(Ports const& ports, SessionExchange const& exchange);

}  // namespace signet::core
