// core/testing/world.hpp - all of core wired to memory, a still clock, and cheap hashes.
#pragma once
#include <string>

#include "core/keyring.hpp"
#include "core/login.hpp"
#include "core/master_key.hpp"
#include "core/passwords.hpp"
#include "core/ports.hpp"
#include "core/refresh_refusals.hpp"
#include "core/revocations.hpp"
#include "core/settings.hpp"
#include "core/sign_in_watch.hpp"
#include "core/signup.hpp"
#include "core/testing/memory_stores.hpp"
#include "core/testing/time_and_chance.hpp"
#include "core/token_secret.hpp"

namespace signet::core::testing {

inline constexpr std::string_view kPassword = "blue-giraffe-on-stilts";

Settings    cheap_settings();
MasterKey   make_master_key(std::string const& digit = "a");
// Of the same bytes as that master key's file.
TokenSecret make_token_secret(std::string const& digit = "a");
Origin      origin(std::string address = "192.0.2.7", std::string user_agent = "Browser/1");

// Change `settings` before the first use of what they concern; the keyring of access tokens is loaded.
struct World {
    explicit World(Settings chosen = cheap_settings());
    ~World();
    World(World const&)            = delete;
    World& operator=(World const&) = delete;

    // An account with kPassword.
    User add_user(std::string const& email = "ann@example.com", std::vector<std::string> roles = {});

    Result<SessionGrant> sign_in(std::string_view password = kPassword, std::string const& device_token = {},
                                 std::string const& email = "ann@example.com", Origin const& from = origin());

    // In the log, and at once in this server.
    void                   revoke(Revocation const& what);
    // As of another process, with what it knows itself.
    Ports                  ports_with(Revocations& known);
    // As a server does each second: what others wrote is known then.
    Result<RevocationNews> follow() { return revocations.follow(stores.revocations(), clock.now()); }

    [[nodiscard]] std::size_t count(AuditEvent event);

    Settings       settings;
    ManualClock    clock;
    CountingRandom random;
    MemoryStores   stores;
    MasterKey      master_key   = make_master_key();
    TokenSecret    token_secret = make_token_secret();
    Passwords      passwords{settings.passwords};
    Keyring        keyring{stores.signing_keys(), master_key, settings, clock, random};
    Keyring     feed_keyring{stores.signing_keys(), master_key, settings, clock, random, KeyPurpose::revocation_feed};
    Keyring     event_keyring{stores.signing_keys(), master_key, settings, clock, random, KeyPurpose::security_events};
    Revocations revocations;
    RefreshRefusals refresh_refusals;
    SignInWatch     sign_ins{settings.throttle.alarm_failures, [this] { ++alarms; }};
    int             alarms = 0;
    Ports           ports{.clock            = clock,
                          .random           = random,
                          .users            = stores.users(),
                          .sessions         = stores.sessions(),
                          .attempts         = stores.attempts(),
                          .audit            = stores.audit(),
                          .passwords        = passwords,
                          .keyring          = keyring,
                          .token_secret     = token_secret,
                          .revocation_log   = stores.revocations(),
                          .revocations      = revocations,
                          .verifiers        = stores.verifiers(),
                          .receivers        = stores.receivers(),
                          .refresh_refusals = refresh_refusals,
                          .sign_ins         = sign_ins,
                          .settings         = settings};
};

}  // namespace signet::core::testing
