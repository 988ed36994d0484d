#include "storage/security_events.hpp"

#include "base/result.hpp"

namespace signet::storage {
namespace {

using core::SecurityEventType;

// A receiver's types are words between spaces, and none is a part of another.
#define SIGNET_ASKED_FOR(type) "(' ' || r.events || ' ') LIKE ('% ' || " type " || ' %')"
#define SIGNET_INSERT_EVENT \
    "INSERT INTO security_events (receiver, type, user_id, session_id, initiator, reason, at, tries) "

Result<bool> has_receivers(Transaction& transaction)
{
    auto const found =
        TRY(transaction.find("SELECT 1 FROM receivers LIMIT 1", {}, [](Row const&) -> Result<bool> { return true; }));
    return found.has_value();
}

}  // namespace

Result<void> append_ended_sessions(Transaction& transaction, std::span<core::SessionId const> ended, core::Initiator by)
{
    if (ended.empty()) return {};
    bool const is_told = TRY(has_receivers(transaction));
    if (!is_told) return {};
    for (auto const& id : ended)
        TRY(transaction.run(SIGNET_INSERT_EVENT
                            "SELECT r.name, $2, s.user_id, s.id, $3, s.end_reason, s.ended_at, 0 "
                            "FROM receivers r JOIN sessions s ON s.id = $1 WHERE " SIGNET_ASKED_FOR("$2"),
                            {id, name(SecurityEventType::session_revoked), name(by)}));
    return {};
}

Result<void> append_all_ended_sessions(Transaction& transaction, core::EndReason reason, TimePoint at,
                                       core::Initiator by)
{
    bool const is_told = TRY(has_receivers(transaction));
    if (!is_told) return {};
    TRY(transaction.run(SIGNET_INSERT_EVENT
                        "SELECT r.name, $3, s.user_id, s.id, $4, s.end_reason, s.ended_at, 0 FROM receivers r "
                        "JOIN sessions s ON s.ended_at = $1 AND s.end_reason = $2 WHERE " SIGNET_ASKED_FOR("$3"),
                        {at, name(reason), name(SecurityEventType::session_revoked), name(by)}));
    return {};
}

Result<void> append_event(Transaction& transaction, core::SecurityEvent const& event)
{
    bool const is_told = TRY(has_receivers(transaction));
    if (!is_told) return {};
    TRY(transaction.run(SIGNET_INSERT_EVENT
                        "SELECT r.name, $1, $2, $3, $4, $5, $6, 0 FROM receivers r WHERE " SIGNET_ASKED_FOR("$1"),
                        {name(event.type), event.user, event.session, name(event.by), event.reason, event.at}));
    return {};
}

}  // namespace signet::storage
