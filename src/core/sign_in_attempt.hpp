// core/sign_in_attempt.hpp - what is around a password check: counting before it, taking the count back when it could
// not be made, a second look when the hash was replaced since.
#pragma once
#include <optional>
#include <span>

#include "base/secret.hpp"
#include "core/ports.hpp"

namespace signet::core {

// Counts the attempt, or Errc::slow_down with `retry_after` in whole seconds, rounded up. No audit row is written for a
// try that is turned away here: a guesser could otherwise fill the disk at no cost.
[[nodiscard]] Result<void> admit(Ports const& ports, std::span<AttemptLimit const> limits, TimePoint now);

// Takes back what admit() counted, since `why` says nothing about the password; gives `why` on.
[[nodiscard]] std::unexpected<Error> give_back(Ports const& ports, std::span<AttemptLimit const> limits, Error why);

// `password` was right for the account as `seen`, and storage says that its hash is another by now: the account as it
// is, when only the hash was strengthened (by a sign-in beside this one) and the password still matches. Nothing when
// the password was changed or the account disabled. Costs one hash where the hash is another.
[[nodiscard]] Result<std::optional<User>> find_rehashed(Ports const& ports, User const& seen,
                                                        SecretString const& password);

}  // namespace signet::core
