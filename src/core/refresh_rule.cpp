#include "core/refresh_rule.hpp"

#include <algorithm>

namespace signet::core {

RefreshOutcome decide_refresh(Session const& session, std::uint64_t generation, TimePoint now,
                              std::chrono::milliseconds window)
{
    using enum RefreshOutcome;
    if (session.ended_at) return ended;
    if (now >= session.idle_expires_at || now >= session.expires_at) return expired;

    // A clock that was set back, or another node's that is ahead, must not look like theft (CHECKS E26).
    auto const rotated_less_than_ago = [&](std::chrono::milliseconds limit) {
        return session.rotated_at && std::max(now - *session.rotated_at, std::chrono::milliseconds{0}) < limit;
    };
    if (generation == session.generation) return rotated_less_than_ago(2 * window) ? keep : rotate;

    bool const is_predecessor = session.generation > 0 && generation == session.generation - 1;
    if (is_predecessor && rotated_less_than_ago(window)) return replay;

    // Older than the predecessor, the predecessor too late, or a generation the row never reached.
    return reuse;
}

}  // namespace signet::core
