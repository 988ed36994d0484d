// core/testing/time_and_chance.hpp - a clock and a source of bytes that tests turn themselves.
#pragma once
#include <atomic>
#include <cstdint>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace signet::core::testing {

// Stands still until told otherwise. Thread-safe.
class ManualClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override { return from_unix_milliseconds(now_); }

    void advance(std::chrono::milliseconds by) { now_ += by.count(); }
    void set(TimePoint now) { now_ = unix_milliseconds(now); }

private:
    std::atomic<std::int64_t> now_ = 1'800'000'000'000;  // 2027-01-15T08:00:00Z
};

// splitmix64, seeded with the number of the call: other bytes each time, the same ones in each test. Thread-safe.
class CountingRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override
    {
        std::uint64_t state = ++calls_;
        for (auto& byte : out) {
            // splitmix64
            std::uint64_t mixed = state += 0x9E3779B97F4A7C15U;
            mixed               = (mixed ^ mixed >> 30) * 0xBF58476D1CE4E5B9U;
            mixed               = (mixed ^ mixed >> 27) * 0x94D049BB133111EBU;
            byte                = static_cast<std::uint8_t>(mixed >> 56);
        }
    }
    [[nodiscard]] std::uint64_t calls() const { return calls_; }

private:
    std::atomic<std::uint64_t> calls_ = 0;
};

}  // namespace signet::core::testing
