// base/uuid.hpp - UUIDs of version 7: time-ordered, unique, not secret.
#pragma once
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/random.hpp"

namespace signet {

// RFC 9562 5.7: 48 bits of Unix milliseconds, then 74 random bits.
struct Uuid {
    std::array<std::uint8_t, 16> bytes{};

    [[nodiscard]] static Uuid                make(TimePoint now, Random& random);
    // The 36-character form, either case; anything else is nullopt.
    [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
    // 36 lower-case characters.
    [[nodiscard]] std::string                text() const;
    // When it was made, if it is of version 7.
    [[nodiscard]] TimePoint                  time() const;

    auto operator<=>(Uuid const&) const = default;
};

}  // namespace signet
