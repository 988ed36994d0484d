// core/login.hpp - one password sign-in, from attempt to session.
//
// Knows:  which checks run, and in what order.
// Knows nothing of:  HTTP, cookies, JSON, SQL.
#pragma once
#include <cstdint>
#include <string>

#include "base/secret.hpp"
#include "core/access_token.hpp"
#include "core/ports.hpp"

namespace signet::core {

// What keeps a client signed in.
enum class Keeping : std::uint8_t {
    refresh_token,   // rotates (core/refresh_rule.hpp)
    session_cookie,  // one cookie for the whole session (core/session_cookie.hpp)
};

// What a stranger claims. Nothing in it has been checked.
struct LoginAttempt {
    std::string  email;         // as typed
    SecretString password;      // wiped when it goes out of scope
    std::string  device_token;  // from an earlier sign-in on this device; may be empty
    Origin       origin;
    Keeping      keeping = Keeping::refresh_token;
};

// What holds once someone is signed in.
struct SessionGrant {
    User         user;
    SessionId    session;
    AccessToken  access;
    SecretString refresh;             // the only copy: storage keeps a counter. Empty: the client keeps the one it has
    std::string  device_token;        // for the next sign-in on this device; empty on refresh
    TimePoint    session_expires_at;  // by the earliest of its limits
    SecretString session_cookie    = {};  // instead of `refresh`, at the sign-in alone
    TimePoint    cookie_expires_at = {};  // the absolute limit: being used moves the other, and no new cookie comes
};

// Checks the attempt and opens a session.
//
// An unknown address, a wrong password, and a disabled account all give Errc::bad_credentials, after the same one
// hash. Too many tries give Errc::slow_down before any hash, and no audit row. Errc::invalid_email for what is no
// address at all; Errc::busy when there is no memory to hash. Blocks for one hash and two commits; for a second
// hash where the account's was replaced meanwhile.
[[nodiscard]] Result<SessionGrant> login(Ports const& ports, LoginAttempt const& attempt);

}  // namespace signet::core
