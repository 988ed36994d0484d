// http/deadline_wheel.hpp - many coarse deadlines, none of them a timer.
//
// Every request moves its connection's deadline; almost none is ever reached.
// So setting one is a few pointers, and one timer per thread turns the wheel.
// Deadlines are met up to one tick late, never early.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace signet::http {

// One place in a ring of what waits together.
struct WheelLink {
    WheelLink* before = this;
    WheelLink* after  = this;

    WheelLink()                            = default;
    WheelLink(WheelLink const&)            = delete;
    WheelLink& operator=(WheelLink const&) = delete;
};

// What a wheel can hold: one deadline, or none. Must be cleared before it ends.
class Timed : private WheelLink {
public:
    virtual ~Timed() = default;

private:
    friend class DeadlineWheel;

    // Called by the wheel, which has let go of this. May set and clear deadlines, this one's too, and may end this.
    virtual void on_deadline() = 0;

    std::uint64_t due_ = 0;  // in ticks
};

// Of one thread. The clock is the caller's.
class DeadlineWheel {
public:
    using Time                  = std::chrono::steady_clock::time_point;
    static constexpr auto kTick = std::chrono::milliseconds{250};

    // Replaces the deadline that `timed` had.
    void set(Timed& timed, Time deadline);
    void clear(Timed& timed);
    // Calls on_deadline() of all that are due at `now`. Never goes back: an earlier `now` does nothing.
    void turn(Time now);

    [[nodiscard]] bool empty() const { return count_ == 0; }

private:
    // With ticks of 250 ms, one minute: a longer deadline stays in its slot for more than one round.
    static constexpr std::size_t kSlots = 256;

    static Timed& timed_of(WheelLink& link) { return static_cast<Timed&>(link); }
    void          turn_slot(std::size_t slot);

    std::array<WheelLink, kSlots> slots_;
    std::uint64_t                 turned_ = 0;  // the last tick that was looked at; 0 before the first
    std::size_t                   count_  = 0;
};

}  // namespace signet::http
