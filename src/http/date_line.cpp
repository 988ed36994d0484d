#include "http/date_line.hpp"

#include <fmt/format.h>

#include <chrono>

namespace signet::http {

std::string_view DateLine::at(std::time_t now)
{
    // Names of its own: strftime's follow the locale.
    constexpr std::string_view kDays   = "SunMonTueWedThuFriSat";
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (now == made_for_) return line_;

    using namespace std::chrono;
    auto const time = sys_seconds{seconds{now}};
    auto const day  = floor<days>(time);
    auto const date = year_month_day{day};
    auto const hms  = hh_mm_ss{time - day};
    line_           = fmt::format(
        "date: {}, {:02} {} {:04} {:02}:{:02}:{:02} GMT\r\n", kDays.substr(weekday{day}.c_encoding() * 3UL, 3),
        static_cast<unsigned>(date.day()), kMonths.substr((static_cast<unsigned>(date.month()) - 1U) * 3UL, 3),
        static_cast<int>(date.year()), hms.hours().count(), hms.minutes().count(), hms.seconds().count());
    made_for_ = now;
    return line_;
}

}  // namespace signet::http
