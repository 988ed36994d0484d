// core/ended_sessions.hpp - sessions that are over while their access tokens still live.
//
// This server's own memory of sign-outs: /api/v1/me asks no database, and still
// refuses a token whose session has ended, here or in another process.
#pragma once
#include <chrono>
#include <cstddef>
#include <map>
#include <shared_mutex>

#include "core/ids.hpp"
#include "core/ports.hpp"

namespace signet::core {

// Thread-safe.
class EndedSessions {
public:
    void               add(SessionId id);
    void               add(Revoked const& revoked);
    [[nodiscard]] bool contains(SessionId id) const;

    // Takes over what storage says has ended since the last call, or, at the first and whenever the clock was set back,
    // all that matters; forgets what no token is left of. `longest_token_life`: of any token that may be about. Call
    // every second.
    [[nodiscard]] Result<void> follow(SessionStore& sessions, std::chrono::seconds longest_token_life, TimePoint now);

    [[nodiscard]] std::size_t size() const;

private:
    // How long follow() has been called, without the clock's jumps: a clock set forward must not make us forget what
    // matters again when it is set back (CHECKS E26).
    using Age = std::chrono::milliseconds;

    mutable std::shared_mutex mutex_;
    std::map<SessionId, Age>  ended_;  // and when each became known
    Age                       age_{};
    TimePoint                 followed_until_{};
};

}  // namespace signet::core
