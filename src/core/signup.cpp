#include "core/signup.hpp"

#include "core/passwords.hpp"
#include "core/settings.hpp"
#include "core/sign_in_attempt.hpp"

namespace signet::core {
Result<User> signup(Ports const& ports, NewAccount const& account)
{
    auto const now   = ports.clock.now();
    auto const email = TRY(Email::parse(account.email));
    auto const name  = TRY(parse_name(account.name));
    auto const roles = TRY(parse_roles(account.roles));
    TRY(check_new_password(account.password, email, name, ports.settings.passwords));

    auto const& throttle = ports.settings.throttle;
    auto const  guessing = address_limits(account.origin.address, throttle);
    auto        limits   = signup_limits(account.origin.address, throttle);
    limits.insert(limits.end(), guessing.begin(), guessing.end());
    TRY(admit(ports, limits, now));

    // The hash comes before the look at the address, so that time does not tell which ones are taken (CHECKS C12).
    auto password = ports.passwords.hash(account.password);
    if (!password) return give_back(ports, limits, password.error());

    User       user{.id          = UserId::make(now, ports.random),
                    .email       = email,
                    .name        = name,
                    .roles       = roles,
                    .password    = *std::move(password),
                    .created_at  = now,
                    .disabled_at = std::nullopt};
    auto const added = ports.users.add_user(
        user, {.at = now, .event = AuditEvent::user_added, .user = user.id, .origin = account.origin});
    // A taken address stays counted: asking for one after the other is guessing too.
    if (!added && added.error().code == Errc::email_taken) return std::unexpected(added.error());
    if (!added) return give_back(ports, limits, added.error());

    // It was no guess, but an account made stays counted. The account exists; a count too many is no reason to say
    // otherwise.
    if (!guessing.empty()) static_cast<void>(ports.attempts.take_back(keys_of(guessing)));
    return user;
}

}  // namespace signet::core
