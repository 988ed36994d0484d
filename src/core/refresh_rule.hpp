// core/refresh_rule.hpp - what becomes of a refresh token: a pure function.
//
// Why it is safe, and what it cannot show: docs/decisions/ and DESIGN 6's table:
// a token superseded less than `window` ago is never taken for theft, and one
// superseded longer ago always is.
#pragma once
#include <chrono>
#include <cstdint>

#include "base/clock.hpp"
#include "core/session.hpp"

namespace signet::core {

enum class RefreshOutcome : std::uint8_t {
    keep,     // an access token alone: the client keeps the refresh token it has
    rotate,   // move the session to the next generation, answer with its token
    replay,   // answer with the current generation's token; nothing is written
    reuse,    // theft: end the session
    expired,  // idle or absolute limit reached
    ended,    // the session is already over
};

// `generation` is the token's, already authenticated by its MAC.
[[nodiscard]] RefreshOutcome decide_refresh(Session const& session, std::uint64_t generation, TimePoint now,
                                            std::chrono::milliseconds window);

}  // namespace signet::core
