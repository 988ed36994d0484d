#include "core/accounts.hpp"

#include "core/foreign_hashes.hpp"
#include "core/passwords.hpp"
#include "core/revocations.hpp"
#include "core/settings.hpp"

namespace signet::core {
namespace {

Result<User> get_user(Ports const& ports, std::string_view typed)
{
    auto const email = TRY(Email::parse(typed));
    auto       user  = TRY(ports.users.find_user(email));
    if (!user) return refused(Errc::not_found, "no account " + email.text());
    return *std::move(user);
}

}  // namespace

Result<User> disable_user(Ports const& ports, std::string_view email)
{
    auto const now     = ports.clock.now();
    auto       user    = TRY(get_user(ports, email));
    auto const revoked = TRY(ports.users.disable_user(
        user.id, {.at = now, .event = AuditEvent::user_disabled, .user = user.id, .detail = "by an operator"}));
    ports.revocations.add(revoked);
    if (!user.disabled_at) user.disabled_at = now;
    return user;
}

Result<User> enable_user(Ports const& ports, std::string_view email)
{
    auto user = TRY(get_user(ports, email));
    TRY(ports.users.enable_user(
        user.id,
        {.at = ports.clock.now(), .event = AuditEvent::user_enabled, .user = user.id, .detail = "by an operator"}));
    user.disabled_at.reset();
    return user;
}

Result<User> set_password(Ports const& ports, std::string_view email, SecretString const& password)
{
    auto const now  = ports.clock.now();
    auto       user = TRY(get_user(ports, email));
    TRY(check_new_password(password, user.email, user.name, ports.settings.passwords));
    auto const hash    = TRY(ports.passwords.hash(password));
    auto const revoked = TRY(ports.users.change_password(
        user.id, std::nullopt, hash, std::nullopt,
        {.at = now, .event = AuditEvent::password_changed, .user = user.id, .detail = "by an operator"}));
    ports.revocations.add(revoked);
    user.password = hash;
    return user;
}

Result<User> import_user(Ports const& ports, ImportedAccount const& account)
{
    auto const now   = ports.clock.now();
    auto const email = TRY(Email::parse(account.email));
    auto const name  = TRY(parse_name(account.name));
    auto const roles = TRY(parse_roles(account.roles));
    TRY(check_foreign_hash(account.password));
    if (hash_memory_bytes(account.password) >> 20 > ports.settings.passwords.memory_budget_mib)
        return refused(Errc::unsupported_hash, "it takes more memory than [passwords] memory_budget_mib");

    User user{.id          = UserId::make(now, ports.random),
              .email       = email,
              .name        = name,
              .roles       = roles,
              .password    = account.password,
              .created_at  = now,
              .disabled_at = account.disabled ? std::optional{now} : std::nullopt};
    TRY(ports.users.add_user(user, {.at = now, .event = AuditEvent::user_imported, .user = user.id}));
    return user;
}

}  // namespace signet::core
