#include "core/audit.hpp"

namespace signet::core {

std::string_view name(AuditEvent event)
{
    switch (event) {
        case AuditEvent::user_added:
            return "user_added";
        case AuditEvent::user_imported:
            return "user_imported";
        case AuditEvent::user_disabled:
            return "user_disabled";
        case AuditEvent::user_enabled:
            return "user_enabled";
        case AuditEvent::password_changed:
            return "password_changed";
        case AuditEvent::password_rehashed:
            return "password_rehashed";
        case AuditEvent::login_succeeded:
            return "login_succeeded";
        case AuditEvent::login_refused:
            return "login_refused";
        case AuditEvent::session_ended:
            return "session_ended";
        case AuditEvent::refresh_reuse:
            return "refresh_reuse";
        case AuditEvent::refresh_replayed_elsewhere:
            return "refresh_replayed_elsewhere";
        case AuditEvent::refresh_refused:
            return "refresh_refused";
        case AuditEvent::guessing_suspected:
            return "guessing_suspected";
        case AuditEvent::key_added:
            return "key_added";
        case AuditEvent::key_rotated:
            return "key_rotated";
        case AuditEvent::key_revoked:
            return "key_revoked";
        case AuditEvent::master_key_changed:
            return "master_key_changed";
        case AuditEvent::tokens_voided:
            return "tokens_voided";
        case AuditEvent::tokens_revoked:
            return "tokens_revoked";
        case AuditEvent::backup_made:
            return "backup_made";
        case AuditEvent::data_restored:
            return "data_restored";
        case AuditEvent::verifier_added:
            return "verifier_added";
        case AuditEvent::verifier_removed:
            return "verifier_removed";
        case AuditEvent::receiver_added:
            return "receiver_added";
        case AuditEvent::receiver_removed:
            return "receiver_removed";
        case AuditEvent::events_dropped:
            return "events_dropped";
        case AuditEvent::audit_chain_begun:
            return "audit_chain_begun";
        case AuditEvent::server_started:
            return "server_started";
    }
    return "unknown";
}

std::optional<AuditEvent> find_audit_event(std::string_view text)
{
    for (auto event = AuditEvent::user_added; event <= AuditEvent::server_started;
         event      = static_cast<AuditEvent>(static_cast<int>(event) + 1))
        if (name(event) == text) return event;
    return std::nullopt;
}

}  // namespace signet::core
