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
    // `longest_token_life`: after it an ended session needs no remembering.
    explicit EndedSessions(std::chrono::seconds longest_token_life);

    void               add(SessionId id, TimePoint ended_at);
    [[nodiscard]] bool contains(SessionId id) const;

    // Takes over what storage says has ended since the last call (all that matters, at the first), and forgets what is
    // past.
    [[nodiscard]] Result<void> follow(SessionStore& sessions, TimePoint now);

    [[nodiscard]] std::size_t size() const;

private:
    std::chrono::seconds           longest_token_life_;
    mutable std::shared_mutex      mutex_;
    std::map<SessionId, TimePoint> ended_;
    TimePoint                      followed_until_{};
};

}  // namespace signet::core
