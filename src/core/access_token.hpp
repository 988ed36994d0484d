// core/access_token.hpp - the signed answer to "who is this?": issue and check. RFC 9068.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/ports.hpp"
#include "jose/policy.hpp"
#include "jose/token_cache.hpp"
#include "revocation/token_keys.hpp"

namespace signet::core {

struct Keys;

struct AccessToken {
    std::string          text;  // compact JWS
    std::chrono::seconds expires_in;
};

// Signs the claims of DESIGN 5 with the current key. It is of a time that nothing refuses which was revoked until now.
// Where the settings want it, it names the session's place in a status list.
[[nodiscard]] Result<AccessToken> issue_access_token(Ports const& ports, Session const& session, User const& user,
                                                     TimePoint now);

// Who a bearer token speaks for, from the token alone.
struct Caller {
    UserId                   user;
    SessionId                session;
    std::string              email;
    std::string              name;
    std::vector<std::string> roles;
    std::string              token_id;  // "jti"
    TimePoint                expires_at;
};

// Signature, claims, and that nothing of it is revoked. Reaches no storage. Errc::invalid_token. A token seen before is
// checked again for its time and the keys, and for what was revoked since, and costs no second signature check.
// Thread-safe.
class Authenticator {
public:
    explicit Authenticator(Ports const& ports);
    [[nodiscard]] Result<Caller> authenticate(std::string_view access_token) const;

private:
    struct Seen {
        Caller                             caller;
        revocation::TokenKeys              keys;
        // Nothing concerned it while the revocations had this version.
        mutable std::atomic<std::uint64_t> passed = 0;
    };
    using Known = std::shared_ptr<Seen const>;

    [[nodiscard]] Result<Known> verify(std::string_view access_token, Keys const& keys, TimePoint now) const;
    [[nodiscard]] Result<void>  check_revocations(Seen const& token) const;

    Ports const&           ports_;
    jose::Policy           policy_;
    jose::TokenCache<Seen> seen_;
};

}  // namespace signet::core
