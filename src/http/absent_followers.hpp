// http/absent_followers.hpp - verifiers that followed a moment ago and do not now: they accept what they have not heard
// of, so a sign-out must not say that all refuse it.
//
// Knows:  who left when, by the name of its credential.
// Knows nothing of:  streams, the log, who never came.
#pragma once
#include <chrono>
#include <cstddef>
#include <list>
#include <map>
#include <string>
#include <string_view>

namespace signet::http {

// One thread at a time.
class AbsentFollowers {
public:
    using Clock = std::chrono::steady_clock;

    // After which a verifier that hears nothing calls itself stale: from then on its own policy decides.
    static constexpr std::chrono::seconds kRemembered{30};

    // A stream of this verifier's has ended; or it is expected, for it followed before this process began.
    void left(std::string const& verifier, Clock::time_point at);
    // It has another: one of its absences is over. Cost: as many comparisons as it has.
    void came(std::string const& verifier);
    // Its credential is no more.
    void forget(std::string_view verifier);

    // Of those that left not longer ago than kRemembered.
    [[nodiscard]] std::size_t count(Clock::time_point at);

private:
    struct Absence {
        std::string       verifier;
        Clock::time_point since;
    };
    using Absences = std::list<Absence>;

    Absences                                                    absences_;  // in the order in which they left
    std::multimap<std::string, Absences::iterator, std::less<>> by_name_;
};

}  // namespace signet::http
