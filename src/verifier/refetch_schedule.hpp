// verifier/refetch_schedule.hpp - when the key set is fetched next.
//
// Knows:  how long an answer stays fresh, how failures back off, what an unknown
//         kid may cause.
// Knows nothing of:  HTTP, threads, keys. Time is passed in.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

namespace signet {

// The max-age of a Cache-Control header (RFC 9111 5.2.2.1), zero for no-store
// and no-cache; nullopt when it says nothing about age.
[[nodiscard]] std::optional<std::chrono::seconds> find_max_age(std::string_view cache_control);

class RefetchSchedule {
public:
    using Time = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds      kFreshAtLeast{60};
    static constexpr std::chrono::seconds      kFreshAtMost = std::chrono::hours{1};
    static constexpr std::chrono::seconds      kFreshUnsaid = std::chrono::minutes{5};
    static constexpr std::chrono::milliseconds kFirstBackoff{500};
    static constexpr std::chrono::milliseconds kLastBackoff = std::chrono::minutes{1};

    // The first fetch is due at once.
    RefetchSchedule(std::chrono::seconds cooldown, Time now) : cooldown_(cooldown), due_(now) {}

    [[nodiscard]] Time due() const { return due_; }

    // A token named a kid that the set does not have: fetch now, or when the
    // cooldown since the last such fetch is over. Never later than planned.
    void asked(Time now);

    // A fetch came to its end. `jitter`, 0 to 1, spreads the verifiers of one
    // issuer: a fresh set is renewed a little early, a failure is retried a
    // little sooner or later.
    void succeeded(Time now, std::optional<std::chrono::seconds> max_age, double jitter);
    void failed(Time now, double jitter);

private:
    void fetched(Time now);

    std::chrono::seconds      cooldown_;
    Time                      due_;
    std::chrono::milliseconds backoff_ = kFirstBackoff;
    bool                      asked_   = false;  // the next fetch is one that a kid asked for
    std::optional<Time>       last_asked_fetch_;
};

}  // namespace signet
