#include "verifier/freshness.hpp"

#include <algorithm>

namespace signet {

// NB: the earliest moment at which it can have been made, though it was likely later. Who holds the first message back
// would else make all that follow it look younger than they are, by as much.
bool Freshness::answered(Time sent, Time arrived, revocation::Uptime made)
{
    first_offset_ = offset_ = sent.time_since_epoch() - made;
    return arrived - sent < limits_.degraded_after;
}

// Nothing is made later than it comes.
bool Freshness::arrived(Time arrived, revocation::Uptime made)
{
    offset_ = std::min<std::chrono::nanoseconds>(offset_, arrived.time_since_epoch() - made);
    return first_offset_ - offset_ < limits_.degraded_after / 3;
}

void Freshness::current(revocation::Uptime made)
{
    Time const when{made + offset_};
    current_at_ = std::max(current_at_.value_or(when), when);
}

void Freshness::slept(std::chrono::milliseconds time)
{
    if (current_at_) *current_at_ -= time;
}

State state_of(std::optional<Freshness::Time> current_at, Freshness::Limits const& limits, Freshness::Time now)
{
    if (!current_at) return State::starting;
    if (now < *current_at + limits.degraded_after) return State::live;
    return now < *current_at + limits.stale_after ? State::degraded : State::stale;
}

Freshness::Time next_change(std::optional<Freshness::Time> current_at, Freshness::Limits const& limits,
                            Freshness::Time now)
{
    switch (state_of(current_at, limits, now)) {
        case State::live:
            return *current_at + limits.degraded_after;
        case State::degraded:
            return *current_at + limits.stale_after;
        case State::starting:
        case State::stale:
            return Freshness::Time::max();
    }
    return Freshness::Time::max();
}

}  // namespace signet
