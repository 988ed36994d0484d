// verifier/clock_watch.hpp - how far the wall clock has moved against the steady one: it was set, or this machine
// slept.
#pragma once
#include <chrono>
#include <optional>
#include <utility>

#include "base/clock.hpp"

namespace signet {

class ClockWatch {
public:
    using Steady = std::chrono::steady_clock::time_point;

    // Since the last look; 0 at the first. Ahead is positive.
    [[nodiscard]] std::chrono::milliseconds moved(TimePoint wall, Steady steady)
    {
        auto const start = wall - std::chrono::floor<std::chrono::milliseconds>(steady.time_since_epoch());
        return start - std::exchange(wall_at_start_, start).value_or(start);
    }

private:
    std::optional<TimePoint> wall_at_start_;  // where the steady clock is 0
};

}  // namespace signet
