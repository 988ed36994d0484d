#include "core/logout.hpp"

#include "core/refresh_token.hpp"
#include "core/revocations.hpp"

namespace signet::core {
namespace {

AuditEntry entry(TimePoint now, UserId user, std::optional<SessionId> session, Origin const& origin, EndReason reason)
{
    return {.at      = now,
            .event   = AuditEvent::session_ended,
            .user    = user,
            .session = session,
            .origin  = origin,
            .detail  = std::string{name(reason)}};
}

// True when this call ended it.
Result<bool> end_one(Ports const& ports, SessionId session, UserId owner, EndReason reason, Origin const& origin)
{
    auto const now = ports.clock.now();
    auto const revoked =
        TRY(ports.sessions.end_session(session, owner, reason, entry(now, owner, session, origin, reason)));
    ports.revocations.add(revoked);
    return !revoked.empty();
}

}  // namespace

Result<std::optional<SessionId>> logout(Ports const& ports, std::string_view refresh_token, Origin const& origin)
{
    auto const token = parse_refresh_token(ports.token_secret, refresh_token);
    if (!token) return std::nullopt;
    auto const found = TRY(ports.sessions.find_session(token->session));
    if (!found) return std::nullopt;

    bool const ended = TRY(end_one(ports, token->session, found->session.user, EndReason::signed_out, origin));
    return ended ? std::optional{token->session} : std::nullopt;
}

Result<void> logout(Ports const& ports, Caller const& caller, Origin const& origin)
{
    // Already over is as good: what was asked for holds.
    TRY(end_one(ports, caller.session, caller.user, EndReason::signed_out, origin));
    return {};
}

Result<void> logout_everywhere(Ports const& ports, Caller const& caller, Origin const& origin)
{
    auto const now    = ports.clock.now();
    auto const reason = EndReason::signed_out_everywhere;
    auto const revoked =
        TRY(ports.sessions.end_sessions(caller.user, reason, entry(now, caller.user, caller.session, origin, reason)));
    ports.revocations.add(revoked);
    return {};
}

Result<std::vector<Session>> list_sessions(Ports const& ports, Caller const& caller)
{
    return ports.sessions.list_sessions(caller.user, ports.clock.now());
}

Result<void> end_session(Ports const& ports, Caller const& caller, SessionId session, Origin const& origin)
{
    bool const ended = TRY(end_one(ports, session, caller.user, EndReason::ended_by_owner, origin));
    if (!ended) return refused(Errc::not_found, "no live session of this user");
    return {};
}

}  // namespace signet::core
