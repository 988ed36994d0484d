#include "core/password_change.hpp"

#include "core/device_token.hpp"
#include "core/passwords.hpp"
#include "core/revocations.hpp"
#include "core/settings.hpp"
#include "core/sign_in_attempt.hpp"

namespace signet::core {
namespace {

// The account, as storage knows it now. The access token alone is not enough for this deed: its session may have
// ended a moment ago, in another process.
Result<User> get_user(Ports const& ports, Caller const& caller, TimePoint now)
{
    auto found = TRY(ports.sessions.find_session(caller.session));
    if (!found || found->session.user != caller.user || found->session.ended_at || found->session.expires_at <= now)
        return refused(Errc::invalid_token, "session is over");
    if (found->user.disabled_at) return refused(Errc::invalid_token, "account disabled");
    return std::move(found->user);
}

AuditEntry entry(Caller const& caller, PasswordChange const& change, AuditEvent event, TimePoint now)
{
    return {.at = now, .event = event, .user = caller.user, .session = caller.session, .origin = change.origin};
}

std::unexpected<Error> refuse(Ports const& ports, AuditEntry entry, std::string_view why)
{
    entry.detail     = "password change: " + std::string{why};
    auto const noted = ports.audit.append(entry);
    if (!noted) return std::unexpected(noted.error());
    return refused(Errc::bad_credentials, entry.detail);
}

}  // namespace

Result<PasswordChanged> change_password(Ports const& ports, Caller const& caller, PasswordChange const& change)
{
    auto const now  = ports.clock.now();
    auto const user = TRY(get_user(ports, caller, now));

    // What needs no hash first. It tells nothing that the caller has not sent.
    TRY(check_new_password(change.replacement, user.email, user.name, ports.settings.passwords));

    // A session is a device that signed in: strangers' guesses at the account do not keep its owner from this, and who
    // took a session gets no more guesses than its own counter allows (CHECKS C7, C9).
    auto const limits =
        login_limits(user.email, change.origin.address, "session " + caller.session.text(), ports.settings.throttle);
    TRY(admit(ports, limits, now));
    auto const matches = ports.passwords.matches(change.current, user.password);
    if (!matches) return give_back(ports, limits, matches.error());
    if (!*matches) return refuse(ports, entry(caller, change, AuditEvent::login_refused, now), "wrong password");

    TRY(ports.attempts.take_back(keys_of(limits)));
    auto const replacement = TRY(ports.passwords.hash(change.replacement));
    auto const done        = entry(caller, change, AuditEvent::password_changed, now);
    auto const kept        = change.ends_session ? std::nullopt : std::optional{caller.session};
    auto       revoked     = ports.users.change_password(user.id, user.password, replacement, kept, done);
    if (!revoked && revoked.error().code == Errc::bad_credentials) {
        auto const rehashed = TRY(find_rehashed(ports, user, change.current));
        if (!rehashed)
            return refuse(ports, entry(caller, change, AuditEvent::login_refused, now), "account changed meanwhile");
        revoked = ports.users.change_password(user.id, rehashed->password, replacement, kept, done);
    }
    if (!revoked) return std::unexpected(revoked.error());
    ports.revocations.add(*revoked);
    auto token = make_device_token(ports.token_secret,
                                   {user.id, Uuid::make(now, ports.random), mark_of(ports.token_secret, replacement)});
    return PasswordChanged{.device_token = std::move(token), .revoked = *std::move(revoked)};
}

}  // namespace signet::core
