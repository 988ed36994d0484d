#include "core/testing/world.hpp"

#include <algorithm>
#include <stdexcept>

namespace signet::core::testing {

Settings cheap_settings()
{
    Settings settings;
    settings.tokens.issuer        = "https://id.example.com";
    settings.tokens.audience      = "https://api.example.com";
    settings.passwords.memory_kib = 64;
    settings.passwords.iterations = 1;
    return settings;
}

MasterKey make_master_key(std::string const& digit)
{
    std::string content;
    while (content.size() < 64) content += digit;
    auto key = MasterKey::parse(SecretString{content + "\n"});
    if (!key) throw std::logic_error("the test's master key");
    return *std::move(key);
}

TokenSecret make_token_secret(std::string const& digit)
{
    return TokenSecret{RootKey{make_master_key(digit).root().reveal()}};
}

Origin origin(std::string address, std::string user_agent)
{
    return {.address = {std::move(address)}, .user_agent = std::move(user_agent)};
}

World::World(Settings chosen) : settings(std::move(chosen))
{
    if (!keyring.load()) throw std::logic_error("the keyring does not load");
}

World::~World() = default;

User World::add_user(std::string const& email, std::vector<std::string> roles)
{
    auto user = signup(
        ports,
        {.email = email, .name = "Ann", .password = SecretString{kPassword}, .roles = std::move(roles), .origin = {}});
    if (!user) throw std::logic_error("signup: " + std::string{name(user.error().code)});
    return *std::move(user);
}

Result<SessionGrant> World::sign_in(std::string_view password, std::string const& device_token,
                                    std::string const& email, Origin const& from)
{
    return login(ports,
                 {.email = email, .password = SecretString{password}, .device_token = device_token, .origin = from});
}

void World::revoke(Revocation const& what)
{
    auto const revoked =
        stores.revocations().revoke({&what, 1}, {.at = clock.now(), .event = AuditEvent::tokens_revoked});
    if (!revoked) throw std::logic_error("revoke: " + std::string{name(revoked.error().code)});
    revocations.add(*revoked);
}

Ports World::ports_with(Revocations& known)
{
    return {.clock            = clock,
            .random           = random,
            .users            = stores.users(),
            .sessions         = stores.sessions(),
            .attempts         = stores.attempts(),
            .audit            = stores.audit(),
            .passwords        = passwords,
            .keyring          = keyring,
            .token_secret     = token_secret,
            .revocation_log   = stores.revocations(),
            .revocations      = known,
            .verifiers        = stores.verifiers(),
            .receivers        = stores.receivers(),
            .refresh_refusals = refresh_refusals,
            .sign_ins         = sign_ins,
            .settings         = settings};
}

std::size_t World::count(AuditEvent event)
{
    return static_cast<std::size_t>(
        std::ranges::count(stores.memory().audit, event, [](AuditEntry const& entry) { return entry.event; }));
}

}  // namespace signet::core::testing
