#include "core/logout.hpp"

#include "core/refresh_token.hpp"
#include "core/revocations.hpp"
#include "core/session_cookie.hpp"

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

Result<Revoked> end_one(Ports const& ports, SessionId session, UserId owner, EndReason reason, Origin const& origin)
{
    auto const now = ports.clock.now();
    auto revoked = TRY(ports.sessions.end_session(session, owner, reason, entry(now, owner, session, origin, reason)));
    ports.revocations.add(revoked);
    return revoked;
}

Result<Revoked> sign_out(Ports const& ports, SessionId session, Origin const& origin)
{
    auto const found = TRY(ports.sessions.find_session(session));
    if (!found) return Revoked{};
    return end_one(ports, session, found->session.user, EndReason::signed_out, origin);
}

}  // namespace

Result<Revoked> logout(Ports const& ports, std::string_view refresh_token, Origin const& origin)
{
    auto const token = parse_refresh_token(ports.token_secret, refresh_token);
    return token ? sign_out(ports, token->session, origin) : Revoked{};
}

Result<Revoked> logout_by_cookie(Ports const& ports, std::string_view session_cookie, Origin const& origin)
{
    auto const session = parse_session_cookie(ports.token_secret, session_cookie);
    return session ? sign_out(ports, *session, origin) : Revoked{};
}

Result<Revoked> logout(Ports const& ports, Caller const& caller, Origin const& origin)
{
    // Already over is as good: what was asked for holds.
    return end_one(ports, caller.session, caller.user, EndReason::signed_out, origin);
}

Result<Revoked> logout_everywhere(Ports const& ports, Caller const& caller, Origin const& origin)
{
    auto const now    = ports.clock.now();
    auto const reason = EndReason::signed_out_everywhere;
    auto       revoked =
        TRY(ports.sessions.end_sessions(caller.user, reason, entry(now, caller.user, caller.session, origin, reason)));
    ports.revocations.add(revoked);
    return revoked;
}

Result<Revoked> revoke_token(Ports const& ports, Caller const& caller, Origin const& origin)
{
    if (!ports.revocations.named_tokens().admit(caller.session, ports.clock.now()))
        return logout(ports, caller, origin);
    auto const token   = Revocation::of_token(caller.token_id, caller.session);
    auto       revoked = TRY(ports.revocation_log.revoke({&token, 1}, {.at      = ports.clock.now(),
                                                                       .event   = AuditEvent::tokens_revoked,
                                                                       .user    = caller.user,
                                                                       .session = caller.session,
                                                                       .origin  = origin,
                                                                       .detail  = "token " + caller.token_id}));
    ports.revocations.add(revoked);
    return revoked;
}

Result<std::vector<Session>> list_sessions(Ports const& ports, Caller const& caller)
{
    return ports.sessions.list_sessions(caller.user, ports.clock.now());
}

Result<Revoked> end_session(Ports const& ports, Caller const& caller, SessionId session, Origin const& origin)
{
    auto revoked = TRY(end_one(ports, session, caller.user, EndReason::ended_by_owner, origin));
    if (revoked.empty()) return refused(Errc::not_found, "no live session of this user");
    return revoked;
}

}  // namespace signet::core
