// cli/build_time.hpp - when this program was made, and clocks that say it is earlier.
#pragma once
#include <expected>

#include "base/clock.hpp"
#include "cli/administration.hpp"

namespace signet::cli {

// Of the sources' commit: the same sources make the same program.
[[nodiscard]] TimePoint build_time();

// A clock that is behind build_time() is wrong for certain; what is signed by it would be good for years (CHECKS E26).
[[nodiscard]] std::expected<void, Trouble> require_set_clock(TimePoint now);

}  // namespace signet::cli
