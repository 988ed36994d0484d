#include "core/refresh.hpp"

#include <algorithm>

#include "core/epoch.hpp"
#include "core/refresh_refusals.hpp"
#include "core/refresh_rule.hpp"
#include "core/refresh_token.hpp"
#include "core/revocations.hpp"
#include "core/settings.hpp"

namespace signet::core {
namespace {

// Each lost race means that another request moved the session on, after which the verdict is no longer `rotate`
// unless the window is 0.
constexpr int           kMostTries      = 3;
constexpr std::uint32_t kMostOddReplays = 3;  // generations replayed from elsewhere in a row

// One refresh, after its token was found genuine.
struct Refresh {
    Ports const&               ports;
    RefreshTokenContent const& token;
    Origin const&              origin;
    TimePoint                  now;
};

std::string generations(Refresh const& refresh, Session const& session)
{
    return "generation " + std::to_string(refresh.token.generation) + " after " + std::to_string(session.generation);
}

AuditEntry entry(Refresh const& refresh, Session const& session, AuditEvent event, std::string detail)
{
    return {.at      = refresh.now,
            .event   = event,
            .user    = session.user,
            .session = session.id,
            .origin  = refresh.origin,
            .detail  = std::move(detail)};
}

EndReason end_reason_of(RefreshRefusal why)
{
    if (why == RefreshRefusal::reuse) return EndReason::refresh_reuse;
    return why == RefreshRefusal::account_disabled ? EndReason::account_disabled : EndReason::replays_elsewhere;
}

// An access token, and the refresh token of the session's generation unless the client holds it.
Result<SessionGrant> grant(Refresh const& refresh, SessionAndUser const& found, SecretString token)
{
    auto const& session = found.session;
    auto        access  = TRY(issue_access_token(refresh.ports, session, found.user, refresh.now));
    return SessionGrant{.user               = found.user,
                        .session            = session.id,
                        .access             = std::move(access),
                        .refresh            = std::move(token),
                        .device_token       = {},
                        .session_expires_at = std::min(session.idle_expires_at, session.expires_at)};
}

SecretString current_token(Refresh const& refresh, Session const& session)
{
    return make_refresh_token(refresh.ports.token_secret, {session.id, session.generation});
}

std::unexpected<Error> refuse(Ports const& ports, RefreshRefusal why, std::string detail)
{
    ports.refresh_refusals.add(why);
    return refused(Errc::invalid_grant, std::move(detail));
}

// A genuine token whose session was over before: told once for each session and reason, since whoever holds it can
// repeat it. What was not told is not answered either (docs/decisions/0008).
std::unexpected<Error> tell_and_refuse(Refresh const& refresh, std::optional<UserId> user, RefreshRefusal why)
{
    auto const told = refresh.ports.audit.append_refused_refresh({.at      = refresh.now,
                                                                  .event   = AuditEvent::refresh_refused,
                                                                  .user    = user,
                                                                  .session = refresh.token.session,
                                                                  .origin  = refresh.origin,
                                                                  .detail  = std::string{name(why)}});
    if (!told) return std::unexpected(told.error());
    return refuse(refresh.ports, why, std::string{name(why)});
}

// Ends the session before refusing; a storage failure is not hidden behind the refusal (CHECKS B39).
Result<SessionGrant> end_and_refuse(Refresh const& refresh, Session const& session, RefreshRefusal why)
{
    bool const is_reuse = why == RefreshRefusal::reuse;
    auto const reason   = end_reason_of(why);
    auto       detail   = is_reuse ? generations(refresh, session) : std::string{name(reason)};
    auto const event    = is_reuse ? AuditEvent::refresh_reuse : AuditEvent::session_ended;
    auto const revoked  = TRY(
        refresh.ports.sessions.end_session(session.id, std::nullopt, reason, entry(refresh, session, event, detail)));
    refresh.ports.revocations.add(revoked);
    return refuse(refresh.ports, why, std::move(detail));
}

// Another network and another program than those of the rotation. A phone that changes networks keeps its program.
bool is_from_elsewhere(Origin const& origin, Session const& session)
{
    if (origin.address.text.empty()) return false;
    return origin.address.network() != session.origin.address.network() &&
           origin.user_agent != session.origin.user_agent;
}

Result<SessionGrant> replay(Refresh const& refresh, SessionAndUser const& found)
{
    auto const& session = found.session;
    if (is_from_elsewhere(refresh.origin, session)) {
        auto const in_a_row = TRY(refresh.ports.sessions.note_odd_replay(
            session.id, session.generation,
            entry(refresh, session, AuditEvent::refresh_replayed_elsewhere, generations(refresh, session))));
        if (in_a_row >= kMostOddReplays) return end_and_refuse(refresh, session, RefreshRefusal::replays_elsewhere);
    }
    return grant(refresh, found, current_token(refresh, session));
}

// The grant of the next generation; nullopt when another request moved the session first.
Result<std::optional<SessionGrant>> rotate(Refresh const& refresh, SessionAndUser found)
{
    auto&                 session = found.session;
    SessionRotation const rotation{.id              = session.id,
                                   .from_generation = session.generation,
                                   .at              = refresh.now,
                                   .idle_expires_at = std::min<TimePoint>(
                                       refresh.now + refresh.ports.settings.sessions.idle_limit, session.expires_at),
                                   .origin = refresh.origin};

    // Made first: a rotation that could not be answered would leave the client with a superseded token.
    session.generation += 1;
    session.idle_expires_at = rotation.idle_expires_at;
    auto granted            = TRY(grant(refresh, found, current_token(refresh, session)));

    // Durable before answered; nothing is handed out that a crash could take back.
    bool const moved = TRY(refresh.ports.sessions.rotate_session(rotation));
    if (!moved) return std::nullopt;
    return granted;
}

}  // namespace

Result<SessionGrant> refresh(Ports const& ports, RefreshAttempt const& attempt)
{
    auto const token = parse_refresh_token(ports.token_secret, attempt.token.reveal());
    if (!token) return refuse(ports, RefreshRefusal::forged, "not a refresh token of this server");

    for (int tries = 0; tries < kMostTries; ++tries) {
        Refresh const request{.ports = ports, .token = *token, .origin = attempt.origin, .now = ports.clock.now()};
        auto          found = TRY(ports.sessions.find_session(token->session));
        if (!found) return tell_and_refuse(request, std::nullopt, RefreshRefusal::unknown_session);

        auto const& session = found->session;
        auto const  outcome =
            decide_refresh(session, token->generation, request.now, ports.settings.sessions.refresh_window);
        bool const is_over = is_void(session.created_at, ports.epoch_began, request.now);
        if (is_over || outcome == RefreshOutcome::ended)
            return tell_and_refuse(request, session.user, RefreshRefusal::ended);
        if (outcome == RefreshOutcome::expired) return tell_and_refuse(request, session.user, RefreshRefusal::expired);
        if (outcome == RefreshOutcome::reuse) return end_and_refuse(request, session, RefreshRefusal::reuse);
        if (found->user.disabled_at) return end_and_refuse(request, session, RefreshRefusal::account_disabled);
        if (outcome == RefreshOutcome::keep) return grant(request, *found, SecretString{});
        if (outcome == RefreshOutcome::replay) return replay(request, *found);

        auto rotated = TRY(rotate(request, *std::move(found)));
        if (rotated) return *std::move(rotated);
    }
    return refused(Errc::unavailable, "the session kept moving under this refresh");
}

}  // namespace signet::core
