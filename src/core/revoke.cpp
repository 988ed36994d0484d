#include "core/revoke.hpp"

#include "core/revocations.hpp"

namespace signet::core {
namespace {

using revocation::Kind;

// Nothing when it is over, or unknown.
Result<Revoked> end_named_session(Ports const& ports, SessionId session, TimePoint now)
{
    auto const found = TRY(ports.sessions.find_session(session));
    if (!found) return Revoked{};
    auto const reason = EndReason::ended_by_operator;
    return ports.sessions.end_session(session, std::nullopt, reason,
                                      {.at      = now,
                                       .event   = AuditEvent::session_ended,
                                       .user    = found->session.user,
                                       .session = session,
                                       .detail  = std::string{name(reason)}});
}

Result<Revoked> write(Ports const& ports, Revocation const& what, TimePoint now)
{
    AuditEntry audit{.at     = now,
                     .event  = AuditEvent::tokens_revoked,
                     .detail = std::string{name(what.kind)} + " " + what.subject + ", by an operator"};
    if (what.kind == Kind::user) audit.user = UserId::parse(what.subject);
    if (what.kind == Kind::session) audit.session = SessionId::parse(what.subject);
    return ports.revocation_log.revoke({&what, 1}, audit);
}

}  // namespace

Result<Revoked> revoke(Ports const& ports, Revocation const& what)
{
    auto const now     = ports.clock.now();
    auto const session = what.kind == Kind::session ? SessionId::parse(what.subject) : std::nullopt;
    Revoked    revoked;
    if (session) {
        auto ended = TRY(end_named_session(ports, *session, now));
        revoked    = std::move(ended);
    }
    if (revoked.empty()) {
        auto written = TRY(write(ports, what, now));
        revoked      = std::move(written);
    }
    ports.revocations.add(revoked);
    return revoked;
}

}  // namespace signet::core
