// core/sign_in_attempt.hpp - the counting around a password check: before it, and back when it could not be made.
#pragma once
#include <span>

#include "core/ports.hpp"

namespace signet::core {

// Counts the attempt, or Errc::slow_down with `retry_after` in whole seconds, rounded up. No audit row is written for a
// try that is turned away here: a guesser could otherwise fill the disk at no cost.
[[nodiscard]] Result<void> admit(Ports const& ports, std::span<AttemptLimit const> limits, TimePoint now);

// Takes back what admit() counted, since `why` says nothing about the password; gives `why` on.
[[nodiscard]] std::unexpected<Error> give_back(Ports const& ports, std::span<AttemptLimit const> limits, Error why);

}  // namespace signet::core
