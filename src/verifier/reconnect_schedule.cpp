#include "verifier/reconnect_schedule.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace signet {

std::chrono::milliseconds ReconnectSchedule::wait(double jitter)
{
    auto const bound = std::exchange(bound_, std::min(bound_ * 2, kLast));
    auto const span  = static_cast<double>((bound - kAtLeast).count());
    return kAtLeast + std::chrono::milliseconds{static_cast<std::int64_t>(span * jitter)};
}

}  // namespace signet
