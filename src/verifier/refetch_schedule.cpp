#include "verifier/refetch_schedule.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace signet {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string lower_case(std::string_view text)
{
    std::string lower{text};
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    return lower;
}

std::string_view without_blanks(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

milliseconds scaled(milliseconds whole, double share)
{
    return milliseconds{static_cast<std::int64_t>(static_cast<double>(whole.count()) * share)};
}

}  // namespace

std::optional<seconds> find_max_age(std::string_view cache_control)
{
    constexpr std::string_view kMaxAge = "max-age=";
    std::optional<seconds>     found;

    for (auto rest = std::string_view{cache_control}; !rest.empty();) {
        auto const end       = std::min(rest.find(','), rest.size());
        auto const directive = lower_case(without_blanks(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 1, rest.size()));

        if (directive == "no-store" || directive == "no-cache") return seconds{0};
        if (!directive.starts_with(kMaxAge)) continue;
        std::int32_t number = 0;
        auto const*  last   = directive.data() + directive.size();
        auto const   read   = std::from_chars(directive.data() + kMaxAge.size(), last, number);
        if (read.ec == std::errc{} && read.ptr == last && number >= 0) found = seconds{number};
    }
    return found;
}

void RefetchSchedule::asked(Time now)
{
    asked_          = true;
    auto const soon = last_asked_fetch_ ? std::max(now, *last_asked_fetch_ + cooldown_) : now;
    due_            = std::min(due_, soon);
}

void RefetchSchedule::succeeded(Time now, std::optional<seconds> max_age, double jitter)
{
    fetched(now);
    backoff_         = kFirstBackoff;
    auto const fresh = std::clamp(max_age.value_or(kFreshUnsaid), kFreshAtLeast, kFreshAtMost);
    due_             = now + scaled(duration_cast<milliseconds>(fresh), 1.0 - 0.1 * jitter);
}

void RefetchSchedule::failed(Time now, double jitter)
{
    fetched(now);
    due_     = now + scaled(backoff_, 0.75 + 0.5 * jitter);
    backoff_ = std::min(backoff_ * 2, kLastBackoff);
}

void RefetchSchedule::fetched(Time now)
{
    if (asked_) last_asked_fetch_ = now;
    asked_ = false;
}

}  // namespace signet
