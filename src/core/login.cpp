#include "core/login.hpp"

#include <algorithm>

#include "core/device_token.hpp"
#include "core/passwords.hpp"
#include "core/refresh_token.hpp"
#include "core/revocations.hpp"
#include "core/session_cookie.hpp"
#include "core/settings.hpp"
#include "core/sign_in_attempt.hpp"
#include "core/sign_in_watch.hpp"

namespace signet::core {
namespace {

constexpr std::string_view kFirstParty = "signet";

// The device that an earlier sign-in of this account, by the password it has now, left its token on.
std::optional<Uuid> find_trusted_device(Ports const& ports, LoginAttempt const& attempt,
                                        std::optional<User> const& user)
{
    auto const token = parse_device_token(ports.token_secret, attempt.device_token);
    if (!token || !user || token->user != user->id) return std::nullopt;
    if (token->password != mark_of(ports.token_secret, user->password)) return std::nullopt;
    return token->device;
}

// Why this is no sign-in, for the audit log; empty when it is one.
std::string_view refusal(std::optional<User> const& user, bool matches)
{
    if (!user) return "unknown address";
    if (!matches) return "wrong password";
    if (user->disabled_at) return "account disabled";
    return {};
}

// Every "no" is one answer outside and a precise one in the audit log.
std::unexpected<Error> refuse(Ports const& ports, LoginAttempt const& attempt, std::optional<User> const& user,
                              std::string_view why, TimePoint now)
{
    auto const noted = ports.audit.append({.at     = now,
                                           .event  = AuditEvent::login_refused,
                                           .user   = user ? std::optional{user->id} : std::nullopt,
                                           .origin = attempt.origin,
                                           .detail = std::string{why}});
    if (!noted) return std::unexpected(noted.error());
    return refused(Errc::bad_credentials, std::string{why});
}

Session new_session(Ports const& ports, User const& user, Origin const& origin, TimePoint now)
{
    auto const& limits  = ports.settings.sessions;
    auto const  expires = now + limits.absolute_limit;
    return {.id                    = SessionId::make(now, ports.random),
            .user                  = user.id,
            .client_id             = std::string{kFirstParty},
            .generation            = 0,
            .rotated_at            = std::nullopt,
            .created_at            = now,
            .last_used_at          = now,
            .idle_expires_at       = std::min<TimePoint>(now + limits.idle_limit, expires),
            .expires_at            = expires,
            .ended_at              = std::nullopt,
            .end_reason            = std::nullopt,
            .origin                = origin,
            .odd_replays           = 0,
            .odd_replay_generation = 0};
}

// The hash that the account then has. After the session is open: what fails here is tried again at the next sign-in,
// and is no reason to refuse this one.
PasswordHash strengthen_hash(Ports const& ports, User const& user, SecretString const& password, Session const& session)
{
    if (!ports.passwords.needs_rehash(user.password)) return user.password;
    auto const replacement = ports.passwords.hash(password);
    if (!replacement) return user.password;
    auto const upgraded = ports.users.upgrade_password_hash(user.id, user.password, *replacement,
                                                            {.at      = session.created_at,
                                                             .event   = AuditEvent::password_rehashed,
                                                             .user    = user.id,
                                                             .session = session.id,
                                                             .origin  = session.origin});
    return upgraded ? *replacement : user.password;
}

// A session that nobody holds a token of is not left behind. What became of it is not asked: it was never used.
std::unexpected<Error> take_back(Ports const& ports, Session const& session, Error const& why)
{
    auto const ended = ports.sessions.end_session(session.id, std::nullopt, EndReason::signed_out,
                                                  {.at      = session.created_at,
                                                   .event   = AuditEvent::session_ended,
                                                   .user    = session.user,
                                                   .session = session.id,
                                                   .origin  = session.origin,
                                                   .detail  = "no token of it could be signed"});
    if (ended) ports.revocations.add(*ended);
    return std::unexpected(why);
}

// The session and its audit row are one transaction, inside the store. The token names the place that the session has
// been given there, so it is signed after it.
Result<SessionGrant> open_session(Ports const& ports, LoginAttempt const& attempt, User const& user,
                                  std::optional<Uuid> const& trusted_device, std::span<AttemptKey const> admitted,
                                  TimePoint now)
{
    auto       session = new_session(ports, user, attempt.origin, now);
    bool const listed  = ports.settings.tokens.status_list;
    auto const opened =
        TRY(ports.sessions.open_session({.session          = session,
                                         .verified_against = user.password,
                                         .admitted         = admitted,
                                         .listing          = listed ? StatusListing::next_index : StatusListing::none},
                                        {.at      = now,
                                         .event   = AuditEvent::login_succeeded,
                                         .user    = user.id,
                                         .session = session.id,
                                         .origin  = attempt.origin}));
    ports.revocations.add(opened.revoked);
    session.status_index = opened.status_index;

    auto access = issue_access_token(ports, session, user, now);
    if (!access) return take_back(ports, session, access.error());
    auto const password = strengthen_hash(ports, user, attempt.password, session);

    auto const   device = trusted_device ? *trusted_device : Uuid::make(now, ports.random);
    auto const   mark   = mark_of(ports.token_secret, password);
    SessionGrant grant{.user               = user,
                       .session            = session.id,
                       .access             = *std::move(access),
                       .refresh            = {},
                       .device_token       = make_device_token(ports.token_secret, {user.id, device, mark}),
                       .session_expires_at = session.idle_expires_at,
                       .session_cookie     = {},
                       .cookie_expires_at  = session.expires_at};
    if (attempt.keeping == Keeping::session_cookie)
        grant.session_cookie = make_session_cookie(ports.token_secret, session.id);
    else
        grant.refresh = make_refresh_token(ports.token_secret, {session.id, session.generation});
    return grant;
}

Result<SessionGrant> sign_in(Ports const& ports, LoginAttempt const& attempt)
{
    auto const now     = ports.clock.now();
    auto const email   = TRY(Email::parse(attempt.email));
    auto const user    = TRY(ports.users.find_user(email));
    auto const trusted = find_trusted_device(ports, attempt, user);

    // Slow a guesser down before spending a hash on them.
    auto const limits = login_limits(email, attempt.origin.address,
                                     trusted ? std::optional{trusted->text()} : std::nullopt, ports.settings.throttle);
    TRY(admit(ports, limits, now));

    // One hash whoever asks, so that time does not tell which accounts exist (CHECKS C13).
    auto const& expected = user ? user->password : ports.passwords.decoy();
    auto const  matches  = ports.passwords.matches(attempt.password, expected);
    if (!matches) return give_back(ports, limits, matches.error());

    if (auto const why = refusal(user, *matches); !why.empty()) return refuse(ports, attempt, user, why, now);

    auto const keys  = keys_of(limits);
    auto       grant = open_session(ports, attempt, *user, trusted, keys, now);
    if (!grant && grant.error().code == Errc::bad_credentials) {
        auto const rehashed = find_rehashed(ports, *user, attempt.password);
        if (!rehashed) return give_back(ports, limits, rehashed.error());
        if (*rehashed) grant = open_session(ports, attempt, **rehashed, trusted, keys, now);
    }
    if (grant) return grant;
    if (grant.error().code == Errc::bad_credentials)
        return refuse(ports, attempt, user, "account changed meanwhile", now);
    // A failure of storage or of signing says nothing about the password.
    return give_back(ports, limits, grant.error());
}

std::optional<SignInEnd> end_of(Result<SessionGrant> const& grant)
{
    if (grant) return SignInEnd::succeeded;
    if (grant.error().code == Errc::bad_credentials) return SignInEnd::bad_credentials;
    if (grant.error().code == Errc::slow_down) return SignInEnd::slow_down;
    return std::nullopt;  // no word on the password
}

}  // namespace

Result<SessionGrant> login(Ports const& ports, LoginAttempt const& attempt)
{
    auto       grant = sign_in(ports, attempt);
    auto const end   = end_of(grant);
    auto const now   = ports.clock.now();
    // CHECKS C11. A row that cannot be written has been warned of all the same, and is no reason to change the answer.
    if (end && ports.sign_ins.note(*end, now))
        static_cast<void>(ports.audit.append({.at     = now,
                                              .event  = AuditEvent::guessing_suspected,
                                              .origin = attempt.origin,
                                              .detail = "many sign-ins fail, this one the latest"}));
    return grant;
}

}  // namespace signet::core
