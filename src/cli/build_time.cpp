#include "cli/build_time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace signet::cli {

TimePoint build_time()
{
    return TimePoint{std::chrono::seconds{SIGNET_SOURCE_TIME}};
}

std::expected<void, Trouble> require_set_clock(TimePoint now)
{
    if (now >= build_time()) return {};
    auto const day = [](TimePoint at) {
        return fmt::format("{:%Y-%m-%d %H:%M}", std::chrono::floor<std::chrono::seconds>(at));
    };
    return std::unexpected(
        fmt::format("It is {} UTC here, which is before this program was made ({}). "
                    "Set the clock, for example with: timedatectl set-ntp true",
                    day(now), day(build_time())));
}

}  // namespace signet::cli
