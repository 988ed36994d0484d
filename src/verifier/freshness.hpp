// verifier/freshness.hpp - how old what is known of the issuer's log may be, without believing any wall clock.
//
// The first message of a stream repeats a nonce that left here at a known moment, so it was made after that. From then
// on how long the server has run is only compared with itself, and with this machine's steady clock: a message that was
// held back counts from when it was made, whenever it comes.
//
// Knows:  those two clocks, what is how old.
// Knows nothing of:  logs, entries, wall clocks anywhere, whether all is of the same run.
#pragma once
#include <algorithm>
#include <chrono>
#include <optional>

#include "revocation/message.hpp"
#include "signet/verifier.hpp"

namespace signet {

class Freshness {
public:
    using Time = std::chrono::steady_clock::time_point;

    struct Limits {
        std::chrono::milliseconds degraded_after;
        std::chrono::milliseconds stale_after;
    };

    explicit Freshness(Limits limits) : limits_(limits) {}

    // A stream answered: with a message that the server made when it had run for `made`, to a nonce that left here at
    // `sent`. False when that took so long that the answer is old already.
    [[nodiscard]] bool answered(Time sent, Time arrived, revocation::Uptime made);

    // Another message of that stream, whatever it says. False when the server has run for longer than was known of it,
    // as where this machine's clock stood still meanwhile, so that only another nonce can tell what is late.
    [[nodiscard]] bool arrived(Time arrived, revocation::Uptime made);

    // All that the server knew at `made` is held.
    void current(revocation::Uptime made);

    // This machine stood still for so long, and its steady clock with it.
    void slept(std::chrono::milliseconds time);

    // When what is held was all that there was; nothing before the first time.
    [[nodiscard]] std::optional<Time> current_at() const { return current_at_; }

private:
    Limits                   limits_;
    // What is added to the server's uptime to have this machine's steady one: at most the truth.
    std::chrono::nanoseconds offset_{};
    std::chrono::nanoseconds first_offset_{};
    std::optional<Time>      current_at_;
};

// What that makes of a verifier at `now`.
[[nodiscard]] State state_of(std::optional<Freshness::Time> current_at, Freshness::Limits const& limits,
                             Freshness::Time now);

// What has ended before this moment may be forgotten: no clock that anybody goes by, set wrong by so much, is before
// it. `here` is this machine's time, `issuers` what the issuer said last; either may be ahead of the truth.
[[nodiscard]] inline TimePoint forgettable_before(TimePoint here, TimePoint issuers, std::chrono::seconds clock_skew)
{
    return std::min(here, issuers) - clock_skew;
}

// When that changes by itself; Time::max() when it does not.
[[nodiscard]] Freshness::Time next_change(std::optional<Freshness::Time> current_at, Freshness::Limits const& limits,
                                          Freshness::Time now);

}  // namespace signet
