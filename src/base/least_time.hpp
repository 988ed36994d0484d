// base/least_time.hpp - what time it is at least, for whoever may forget what has ended.
//
// A wall clock that jumps ahead must not make anybody forget entries whose tokens are accepted again when the
// clock is put right (CHECKS E26).
#pragma once
#include <algorithm>
#include <chrono>

#include "base/clock.hpp"

namespace signet {

class LeastTime {
public:
    using Steady = std::chrono::steady_clock::time_point;

    LeastTime(TimePoint wall, Steady steady) : wall_(wall), steady_(steady) {}

    // The earlier of the wall clock and a clock that has run evenly since the start.
    [[nodiscard]] TimePoint at(TimePoint wall, Steady steady) const
    {
        return std::min(wall, wall_ + std::chrono::floor<std::chrono::milliseconds>(steady - steady_));
    }

private:
    TimePoint wall_;
    Steady    steady_;
};

}  // namespace signet
