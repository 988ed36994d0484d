// core/security_event.hpp - what receivers outside are told: a session ended, a password changed.
//
// OpenID CAEP 1.0: session-revoked (3.1) and credential-change (3.3), each as one Security Event Token (RFC 8417).
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "core/ids.hpp"
#include "core/result.hpp"
#include "core/session.hpp"

namespace signet::core {

class Keyring;

enum class SecurityEventType : std::uint8_t { session_revoked, credential_change };

inline constexpr auto kSecurityEventTypes =
    std::to_array({SecurityEventType::session_revoked, SecurityEventType::credential_change});

// "session-revoked", as the last part of CAEP's URI has it.
[[nodiscard]] std::string_view                 name(SecurityEventType type);
[[nodiscard]] std::optional<SecurityEventType> find_security_event_type(std::string_view name);

// CAEP 2: who made it happen.
enum class Initiator : std::uint8_t { user, admin, policy };
[[nodiscard]] std::string_view         name(Initiator initiator);
[[nodiscard]] std::optional<Initiator> find_initiator(std::string_view name);

// Who ends sessions for this reason. A password is changed by its user, where nobody knows better.
[[nodiscard]] Initiator initiator_of(EndReason reason);

struct SecurityEvent {
    SecurityEventType        type;
    UserId                   user;
    std::optional<SessionId> session;  // of session_revoked: none means every session of the user
    Initiator                by;
    std::string              reason;  // a word of ours: "signed_out"
    TimePoint                at;

    bool operator==(SecurityEvent const&) const = default;
};

[[nodiscard]] SecurityEvent changed_password(UserId user, Initiator by, TimePoint at);
// Beside those of its sessions: whatever else speaks for it, such as a session that a receiver keeps of its own.
[[nodiscard]] SecurityEvent disabled_account(UserId user, TimePoint at);

// One that a receiver is still to be told.
struct PendingEvent {
    std::int64_t  number;  // of this event for this receiver, never used again
    SecurityEvent event;
    std::uint32_t tries = 0;  // that failed
};

// From whom to whom.
struct EventParties {
    std::string_view issuer;
    std::string_view audience;
};

// RFC 8417 4: so that nobody takes it for another kind of token.
inline constexpr std::string_view kSecurityEventMediaType = "secevent+jwt";

// The same at each try, and another for any other event: RFC 8417 2.2, `jti`. 22 characters.
[[nodiscard]] std::string event_token_id(PendingEvent const& event, EventParties const& parties);

// Signed by the key of the moment; all but the signature and its kid is the same at each try. `keys` are those of
// security events. Costs one signature. Errc::unavailable without a key. Thread-safe.
[[nodiscard]] Result<std::string> sign_security_event(PendingEvent const& event, EventParties const& parties,
                                                      Keyring const& keys);

}  // namespace signet::core
