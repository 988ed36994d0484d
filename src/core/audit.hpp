// core/audit.hpp - what happened, kept in the transaction that made it happen.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "core/client_address.hpp"
#include "core/ids.hpp"

namespace signet::core {

enum class AuditEvent : std::uint8_t {
    user_added,
    user_imported,
    user_disabled,
    user_enabled,
    password_changed,
    password_rehashed,
    login_succeeded,
    login_refused,
    session_ended,
    refresh_reuse,
    refresh_replayed_elsewhere,
    refresh_refused,  // and nothing else: the session was over before
    guessing_suspected,
    key_added,
    key_rotated,
    key_revoked,
    master_key_changed,
    tokens_voided,
    tokens_revoked,  // by an operator, or whoever had one
    backup_made,
    data_restored,
    verifier_added,
    verifier_removed,
    receiver_added,
    receiver_removed,
    events_dropped,  // that a receiver was to be told, and never will be
    audit_chain_begun,
    server_started,  // with the settings that are not the default
};
[[nodiscard]] std::string_view          name(AuditEvent event);
[[nodiscard]] std::optional<AuditEvent> find_audit_event(std::string_view name);

// Never holds a password, a token, or a key (CHECKS E32).
struct AuditEntry {
    TimePoint                at;
    AuditEvent               event;
    std::optional<UserId>    user    = std::nullopt;
    std::optional<SessionId> session = std::nullopt;
    Origin                   origin  = {};
    std::string              detail  = {};  // "wrong password", "generation 3 after 4", …
};

}  // namespace signet::core
