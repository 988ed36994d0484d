// core/signing_key_record.hpp - a signing key as it lies in storage: sealed.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace signet::core {

// One purpose, one key (CHECKS E29): no key of one verifies for another.
enum class KeyPurpose : std::uint8_t { access_token, revocation_feed, security_events };

inline constexpr auto kKeyPurposes =
    std::to_array({KeyPurpose::access_token, KeyPurpose::revocation_feed, KeyPurpose::security_events});

[[nodiscard]] constexpr std::string_view name(KeyPurpose purpose)
{
    switch (purpose) {
        case KeyPurpose::access_token:
            return "access_token";
        case KeyPurpose::revocation_feed:
            return "revocation_feed";
        case KeyPurpose::security_events:
            return "security_events";
    }
    return "unknown";
}
[[nodiscard]] constexpr std::optional<KeyPurpose> find_key_purpose(std::string_view text)
{
    for (auto const purpose : kKeyPurposes)
        if (name(purpose) == text) return purpose;
    return std::nullopt;
}

struct SigningKeyRecord {
    std::string              kid;
    std::string              algorithm;  // "ES256"
    std::string              purpose;    // the name of one
    std::string              sealed;     // AES-256-GCM of the private JWK; associated data: kid and purpose
    TimePoint                created_at;
    TimePoint                active_from;           // published from created_at, signs from here
    std::optional<TimePoint> retired_at;            // signs no more
    std::optional<TimePoint> published_until;       // leaves the key set: last expiry it can concern
    std::chrono::seconds     longest_token_life{};  // of the tokens it signs or ever signed; 0: none yet
};

}  // namespace signet::core
