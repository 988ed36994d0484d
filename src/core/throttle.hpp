// core/throttle.hpp - how guessing is slowed: keys, limits, and a pure rule.
//
// Every attempt is counted before its hash, in one transaction, so that a
// thousand parallel guesses count a thousand (CHECKS C10); a success takes its
// own count back, and is then as if it had not been.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "core/client_address.hpp"
#include "core/email.hpp"
#include "core/settings.hpp"

namespace signet::core {

enum class AttemptScope : std::uint8_t {
    account,  // one e-mail address, whether it has an account or not
    source,   // one e-mail address from one client address; part of `account`
    device,   // one trusted device of one account; used instead of all others
    address,  // one client address
    network,  // one IPv6 /64
    signup,   // accounts made from one client address or IPv6 /64
};

struct AttemptKey {
    AttemptScope scope;
    std::string  subject;
    auto         operator<=>(AttemptKey const&) const = default;
};

struct AttemptCounter {
    std::uint32_t failures = 0;
    TimePoint     latest{};         // of the latest counted attempt
    TimePoint     latest_before{};  // what `latest` was before that one, and is again when it is taken back
    TimePoint     leaking_since{};  // until here failures have leaked away; only where the limit leaks
};

// One counter to pass, and how it slows.
struct AttemptLimit {
    AttemptKey                   key;
    std::uint32_t                free;                      // failures without a wait
    std::optional<std::uint32_t> hard_stop = std::nullopt;  // failures after which no try passes until forgotten
    std::chrono::seconds         longest_wait;
    std::chrono::seconds         forget_after;
    bool                         leaks = false;  // one failure less per forget_after / free: many people share it
};

// How long from `now` until the next try is admitted; zero when it is now.
// `free` failures cost nothing, then 1, 2, 4 … seconds after the latest one, at most `longest_wait`; from `hard_stop`
// failures on, until `forget_after` has passed since the latest (CHECKS C7). A clock set back never lengthens a wait.
[[nodiscard]] std::chrono::milliseconds remaining_wait(AttemptCounter const& counter, AttemptLimit const& limit,
                                                       TimePoint now);

// `counter` after one more counted attempt: begins anew when the old failures are forgotten, and without those that
// have leaked away.
[[nodiscard]] AttemptCounter count_attempt(AttemptCounter const& counter, AttemptLimit const& limit, TimePoint now);

// Which counters a sign-in must pass. `trusted_device` is the id from a device
// token that belongs to this account, if one came along: then it has its own counter and no other, so that strangers'
// guesses do not count against it, at the account or from the same address (CHECKS C9).
[[nodiscard]] std::vector<AttemptLimit> login_limits(Email const& email, ClientAddress const& from,
                                                     std::optional<std::string> const& trusted_device,
                                                     ThrottleSettings const&           settings);

// How many accounts may be made from there; what is made stays counted.
[[nodiscard]] std::vector<AttemptLimit> signup_limits(ClientAddress const& from, ThrottleSettings const& settings);

// Those of a sign-in that know no account; a sign-up must pass them too.
[[nodiscard]] std::vector<AttemptLimit> address_limits(ClientAddress const& from, ThrottleSettings const& settings);

[[nodiscard]] std::vector<AttemptKey> keys_of(std::span<AttemptLimit const> limits);

}  // namespace signet::core
