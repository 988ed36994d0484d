// verifier/coarse_clock.hpp - what time it was at the kernel's last tick.
//
// Up to 10 ms behind the precise clocks and five times as cheap: reading those
// twice would cost more than all else there is to do for a token seen before.
#pragma once
#include <chrono>
#include <ctime>

#include "jose/jwt.hpp"

namespace signet {

#ifdef CLOCK_REALTIME_COARSE

[[nodiscard]] inline std::chrono::nanoseconds read_clock(clockid_t clock)
{
    timespec time{};
    static_cast<void>(clock_gettime(clock, &time));  // does not fail for the clocks below
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

[[nodiscard]] inline jose::Time coarse_time()
{
    return jose::Time{std::chrono::floor<std::chrono::milliseconds>(read_clock(CLOCK_REALTIME_COARSE))};
}

// Of the same epoch as std::chrono::steady_clock.
[[nodiscard]] inline std::chrono::steady_clock::time_point coarse_steady_time()
{
    return std::chrono::steady_clock::time_point{read_clock(CLOCK_MONOTONIC_COARSE)};
}

#else

[[nodiscard]] inline jose::Time coarse_time()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}
[[nodiscard]] inline std::chrono::steady_clock::time_point coarse_steady_time()
{
    return std::chrono::steady_clock::now();
}

#endif

}  // namespace signet
