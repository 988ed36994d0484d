#include "core/logout.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "core/refresh_token.hpp"
#include "core/revocations.hpp"
#include "core/session_cookie.hpp"

namespace signet::core {
namespace {

using revocation::Sequence;

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

// Of a session that is over already nothing is written again. Its line stands before the head.
Result<Sequence> sign_out(Ports const& ports, SessionId session, UserId owner, Origin const& origin)
{
    auto const revoked = TRY(end_one(ports, session, owner, EndReason::signed_out, origin));
    if (!revoked.empty()) return revoked.back().sequence;
    auto const log = TRY(ports.revocation_log.read_log(std::numeric_limits<Sequence>::max(), 0));
    return log.head.sequence;
}

// Nobody has ended it, and no token of it is good any more.
bool has_run_out(Session const& session, TimePoint now)
{
    return !session.ended_at && std::min(session.expires_at, session.idle_expires_at) <= now;
}

Result<Sequence> sign_out(Ports const& ports, std::optional<SessionId> const& session, Origin const& origin)
{
    if (!session) return 0U;
    auto const found = TRY(ports.sessions.find_session(*session));
    if (!found || has_run_out(found->session, ports.clock.now())) return 0U;
    return sign_out(ports, *session, found->session.user, origin);
}

}  // namespace

Result<Sequence> logout(Ports const& ports, std::string_view refresh_token, Origin const& origin)
{
    auto const token = parse_refresh_token(ports.token_secret, refresh_token);
    return sign_out(ports, token ? std::optional{token->session} : std::nullopt, origin);
}

Result<Sequence> logout_by_cookie(Ports const& ports, std::string_view session_cookie, Origin const& origin)
{
    return sign_out(ports, parse_session_cookie(ports.token_secret, session_cookie), origin);
}

Result<Sequence> logout(Ports const& ports, Caller const& caller, Origin const& origin)
{
    return sign_out(ports, caller.session, caller.user, origin);
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

Result<Sequence> revoke_token(Ports const& ports, Caller const& caller, Origin const& origin)
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
    return revoked.back().sequence;
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
