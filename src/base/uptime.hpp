// base/uptime.hpp - how long this machine has been up, its sleep included: what no wall clock can move.
#pragma once
#include <chrono>
#include <ctime>

namespace signet {

// Since some moment before this process began. Thread-safe. Cost: as std::chrono::steady_clock::now().
[[nodiscard]] inline std::chrono::milliseconds uptime()
{
#ifdef CLOCK_BOOTTIME
    timespec time{};
    static_cast<void>(clock_gettime(CLOCK_BOOTTIME, &time));  // does not fail for this clock
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::seconds{time.tv_sec} +
                                                         std::chrono::nanoseconds{time.tv_nsec});
#else
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
#endif
}

}  // namespace signet
