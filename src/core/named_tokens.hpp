// core/named_tokens.hpp - how many tokens of a session were revoked one by one.
//
// Each is an entry that every verifier holds until the token has expired, and whoever is signed in can ask for another
// token and revoke it again and again: without a bound one account could fill them all (CHECKS E6).
#pragma once
#include <cstddef>
#include <map>
#include <mutex>

#include "base/clock.hpp"
#include "core/ids.hpp"

namespace signet::core {

// Thread-safe.
class NamedTokens {
public:
    // Of one session, in kWindow.
    static constexpr std::size_t        kMost = 100;
    static constexpr std::chrono::hours kWindow{1};

    // Counts one more, unless there have been kMost: whoever is refused ends the session, by one entry. Cost: a
    // look-up; now and then a look at all sessions that were counted in the last two hours.
    [[nodiscard]] bool admit(SessionId session, TimePoint now);

    // Sessions that are remembered.
    [[nodiscard]] std::size_t size() const;

private:
    struct Count {
        TimePoint   since;
        std::size_t named = 0;
    };

    void forget(TimePoint now);

    mutable std::mutex         mutex_;
    std::map<SessionId, Count> counts_;
    TimePoint                  forgotten_at_{};
};

}  // namespace signet::core
