// base/clock.hpp - what time it is, as a port.
#pragma once
#include <chrono>

namespace signet {

// Wall time in whole milliseconds since 1970-01-01 UTC.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

// Thread-safe.
class Clock {
public:
    virtual ~Clock()                            = default;
    [[nodiscard]] virtual TimePoint now() const = 0;
};

class SystemClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override
    {
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }
};

[[nodiscard]] constexpr std::int64_t unix_milliseconds(TimePoint t)
{
    return t.time_since_epoch().count();
}
[[nodiscard]] constexpr std::int64_t unix_seconds(TimePoint t)
{
    return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}
[[nodiscard]] constexpr TimePoint from_unix_milliseconds(std::int64_t ms)
{
    return TimePoint{std::chrono::milliseconds{ms}};
}

}  // namespace signet
