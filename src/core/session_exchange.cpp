#include "core/session_exchange.hpp"

#include <algorithm>

#include "core/epoch.hpp"
#include "core/refresh_refusals.hpp"
#include "core/revocations.hpp"
#include "core/session_cookie.hpp"
#include "core/settings.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;

// Each lost race means that another exchange wrote the use, after which this one need not.
constexpr int kMostTries = 3;

AuditEntry entry(Session const& session, SessionExchange const& exchange, AuditEvent event, TimePoint now,
                 std::string detail)
{
    return {.at      = now,
            .event   = event,
            .user    = session.user,
            .session = session.id,
            .origin  = exchange.origin.value_or(Origin{}),
            .detail  = std::move(detail)};
}

std::unexpected<Error> refuse(Ports const& ports, RefreshRefusal why)
{
    ports.refresh_refusals.add(why);
    return refused(Errc::invalid_grant, "session cookie: " + std::string{name(why)});
}

// Told once for each session and reason, since whoever holds the cookie can repeat it. What was not told is not
// answered either (docs/decisions/0008).
std::unexpected<Error> tell_and_refuse(Ports const& ports, AuditEntry const& audit, RefreshRefusal why)
{
    auto const told = ports.audit.append_refused_refresh(audit);
    if (!told) return std::unexpected(told.error());
    return refuse(ports, why);
}

Result<SessionGrant> end_disabled(Ports const& ports, Session const& session, SessionExchange const& exchange,
                                  TimePoint now)
{
    auto const reason  = EndReason::account_disabled;
    auto const audit   = entry(session, exchange, AuditEvent::session_ended, now, std::string{name(reason)});
    auto const revoked = TRY(ports.sessions.end_session(session.id, std::nullopt, reason, audit));
    ports.revocations.add(revoked);
    return refuse(ports, RefreshRefusal::account_disabled);
}

std::optional<RefreshRefusal> find_refusal(Session const& session, TimePoint epoch_began, TimePoint now)
{
    if (session.ended_at || is_void(session.created_at, epoch_began, now)) return RefreshRefusal::ended;
    if (now >= session.idle_expires_at || now >= session.expires_at) return RefreshRefusal::expired;
    return std::nullopt;
}

// A clock that was set back has just written it.
bool is_noted(Session const& session, TimePoint now, SessionSettings const& limits)
{
    auto const often = std::min<std::chrono::milliseconds>(1min, limits.idle_limit / 4);
    return std::max(now - session.last_used_at, std::chrono::milliseconds{0}) < often;
}

// False: another request did something to the session first. The generation of a session that is kept by a cookie is
// nobody's token: it counts how often its use was written, so that of two who would write it one does.
Result<bool> note_use(Ports const& ports, Session& session, SessionExchange const& exchange, TimePoint now)
{
    if (is_noted(session, now, ports.settings.sessions)) return true;
    session.idle_expires_at = std::min<TimePoint>(now + ports.settings.sessions.idle_limit, session.expires_at);
    return ports.sessions.rotate_session({.id              = session.id,
                                          .from_generation = session.generation,
                                          .at              = now,
                                          .idle_expires_at = session.idle_expires_at,
                                          .origin          = exchange.origin.value_or(session.origin)});
}

Result<SessionGrant> grant(Ports const& ports, SessionAndUser const& found, TimePoint now)
{
    auto const& [session, user] = found;
    auto access                 = TRY(issue_access_token(ports, session, user, now));
    return SessionGrant{.user               = user,
                        .session            = session.id,
                        .access             = std::move(access),
                        .refresh            = {},
                        .device_token       = {},
                        .session_expires_at = std::min(session.idle_expires_at, session.expires_at)};
}

}  // namespace

Result<SessionGrant> exchange_session(Ports const& ports, SessionExchange const& exchange)
{
    auto const id = parse_session_cookie(ports.token_secret, exchange.cookie.reveal());
    if (!id) return refuse(ports, RefreshRefusal::forged);

    for (int tries = 0; tries < kMostTries; ++tries) {
        auto const now   = ports.clock.now();
        auto       found = TRY(ports.sessions.find_session(*id));
        // Cleaned away, or of another database: nothing names its user any more.
        if (!found) return refuse(ports, RefreshRefusal::unknown_session);
        if (auto const why = find_refusal(found->session, ports.epoch_began, now))
            return tell_and_refuse(ports,
                                   entry(found->session, exchange, AuditEvent::refresh_refused, now,
                                         "session cookie: " + std::string{name(*why)}),
                                   *why);
        if (found->user.disabled_at) return end_disabled(ports, found->session, exchange, now);

        bool const is_written = TRY(note_use(ports, found->session, exchange, now));
        if (is_written) return grant(ports, *found, now);
    }
    return refused(Errc::unavailable, "the session kept moving under this exchange");
}

}  // namespace signet::core
