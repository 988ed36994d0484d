// core/testing/world.hpp - all of core wired to memory, a still clock, and cheap hashes.
#pragma once
#include <memory>
#include <stdexcept>
#include <string>

#include "core/ended_sessions.hpp"
#include "core/keyring.hpp"
#include "core/login.hpp"
#include "core/master_key.hpp"
#include "core/passwords.hpp"
#include "core/ports.hpp"
#include "core/settings.hpp"
#include "core/signup.hpp"
#include "core/testing/memory_stores.hpp"
#include "core/testing/time_and_chance.hpp"

namespace signet::core::testing {

inline constexpr std::string_view kPassword = "blue-giraffe-on-stilts";

inline Settings cheap_settings()
{
    Settings settings;
    settings.tokens.issuer        = "https://id.example.com";
    settings.tokens.audience      = "https://api.example.com";
    settings.passwords.memory_kib = 64;
    settings.passwords.iterations = 1;
    return settings;
}

inline MasterKey make_master_key(std::string const& digit = "a")
{
    std::string content;
    while (content.size() < 64) content += digit;
    auto key = MasterKey::parse(SecretString{content + "\n"});
    if (!key) throw std::logic_error("the test's master key");
    return *std::move(key);
}

inline Origin origin(std::string address = "192.0.2.7", std::string user_agent = "Browser/1")
{
    return {.address = {std::move(address)}, .user_agent = std::move(user_agent)};
}

// Change `settings` before the first use of what they concern; the keyring is loaded.
struct World {
    explicit World(Settings chosen = cheap_settings()) : settings(std::move(chosen))
    {
        if (!keyring.load()) throw std::logic_error("the keyring does not load");
    }

    // An account with kPassword.
    User add_user(std::string const& email = "ann@example.com", std::vector<std::string> roles = {})
    {
        auto user = signup(ports, {.email    = email,
                                   .name     = "Ann",
                                   .password = SecretString{kPassword},
                                   .roles    = std::move(roles),
                                   .origin   = {}});
        if (!user) throw std::logic_error("signup: " + std::string{name(user.error().code)});
        return *std::move(user);
    }

    Result<SessionGrant> sign_in(std::string_view password = kPassword, std::string const& device_token = {},
                                 std::string const& email = "ann@example.com", Origin const& from = origin())
    {
        return login(
            ports, {.email = email, .password = SecretString{password}, .device_token = device_token, .origin = from});
    }

    [[nodiscard]] std::size_t count(AuditEvent event)
    {
        return static_cast<std::size_t>(
            std::ranges::count(stores.memory().audit, event, [](AuditEntry const& entry) { return entry.event; }));
    }

    Settings       settings;
    ManualClock    clock;
    CountingRandom random;
    MemoryStores   stores;
    MasterKey      master_key = make_master_key();
    Passwords      passwords{settings.passwords};
    Keyring        keyring{stores.signing_keys(), master_key, settings, clock, random};
    EndedSessions  ended_sessions;
    Ports          ports{.clock          = clock,
                         .random         = random,
                         .users          = stores.users(),
                         .sessions       = stores.sessions(),
                         .attempts       = stores.attempts(),
                         .audit          = stores.audit(),
                         .passwords      = passwords,
                         .keyring        = keyring,
                         .master_key     = master_key,
                         .ended_sessions = ended_sessions,
                         .settings       = settings};
};

}  // namespace signet::core::testing
