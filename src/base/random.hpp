// base/random.hpp - unpredictable bytes, as a port.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace signet {

// Thread-safe. Never fails: a source that cannot give bytes ends the process.
class Random {
public:
    virtual ~Random()                              = default;
    virtual void fill(std::span<std::uint8_t> out) = 0;
};

// getrandom(2) by way of libsodium, which aborts rather than fall back.
class SystemRandom final : public Random {
public:
    void fill(std::span<std::uint8_t> out) override;
};

}  // namespace signet
