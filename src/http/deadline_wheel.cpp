#include "http/deadline_wheel.hpp"

#include <algorithm>

namespace signet::http {

namespace {

void detach(WheelLink& link)
{
    link.before->after = link.after;
    link.after->before = link.before;
    link.before = link.after = &link;
}

void attach(WheelLink& link, WheelLink& ring)
{
    link.before        = ring.before;
    link.after         = &ring;
    ring.before->after = &link;
    ring.before        = &link;
}

std::uint64_t whole_ticks(DeadlineWheel::Time time)
{
    return static_cast<std::uint64_t>(time.time_since_epoch() / DeadlineWheel::kTick);
}

}  // namespace

void DeadlineWheel::set(Timed& timed, Time deadline)
{
    clear(timed);
    // The tick after the deadline; and one that is still to come, since a slot is looked at once a round.
    timed.due_ = std::max(whole_ticks(deadline) + 1, turned_ + 1);
    attach(timed, slots_[timed.due_ % kSlots]);
    ++count_;
}

void DeadlineWheel::clear(Timed& timed)
{
    if (timed.after == &timed) return;
    detach(timed);
    --count_;
}

void DeadlineWheel::turn(Time now)
{
    auto const tick = whole_ticks(now);
    if (tick <= turned_) return;
    // After a pause longer than a round, each slot once is enough.
    auto const first = std::max(turned_ + 1, tick - std::min<std::uint64_t>(tick, kSlots - 1));
    turned_          = tick;
    for (auto due = first; due <= tick; ++due) turn_slot(due % kSlots);
}

void DeadlineWheel::turn_slot(std::size_t slot)
{
    // Those that are not due in this round go back; none that is set meanwhile lands in `waiting`.
    WheelLink waiting;
    auto&     ring = slots_[slot];
    if (ring.after == &ring) return;
    waiting.before        = ring.before;
    waiting.after         = ring.after;
    waiting.before->after = &waiting;
    waiting.after->before = &waiting;
    ring.before = ring.after = &ring;

    while (waiting.after != &waiting) {
        auto& timed = timed_of(*waiting.after);
        detach(timed);
        if (timed.due_ > turned_) {
            attach(timed, ring);
            continue;
        }
        --count_;
        timed.on_deadline();
    }
}

}  // namespace signet::http
