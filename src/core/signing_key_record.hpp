// core/signing_key_record.hpp - a signing key as it lies in storage: sealed.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace signet::core {

struct SigningKeyRecord {
    std::string              kid;
    std::string              algorithm;  // "ES256"
    std::string              purpose;    // "access_token"
    std::string              sealed;     // AES-256-GCM of the private JWK; associated data: kid and purpose
    TimePoint                created_at;
    TimePoint                active_from;           // published from created_at, signs from here
    std::optional<TimePoint> retired_at;            // signs no more
    std::optional<TimePoint> published_until;       // leaves the key set: last expiry it can concern
    std::chrono::seconds     longest_token_life{};  // of the tokens it signs or ever signed; 0: none yet
};

}  // namespace signet::core
