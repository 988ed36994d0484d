// gateway/decision.hpp - one question of a proxy: may its client have this?
//
// Knows:  in which order the rules, the token or the session cookie, and what it says are looked at.
// Knows nothing of:  sockets, configuration files.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/asked.hpp"
#include "gateway/rules.hpp"
#include "http/message.hpp"
#include "signet/verifier.hpp"

namespace signet::gateway {

class SessionTokens;

// How it ended; the name is a label of the metric.
enum class Outcome : std::uint8_t {
    allowed,        // 200, to somebody
    open,           // 200, to nobody: the rule asks for no one
    not_signed_in,  // 401, or 302 to the sign-in page
    invalid_token,  // 401
    revoked,        // 401
    forbidden,      // 403: somebody who may not
    unclear,        // 403: what was asked is not clear
    unavailable,    // 503: nobody can tell yet, any more, or now
};
inline constexpr auto kLastOutcome = Outcome::unavailable;

// "not_signed_in" for Outcome::not_signed_in, and so on.
[[nodiscard]] std::string_view name(Outcome outcome);

struct Decision {
    Outcome        outcome;
    http::Response response;
    std::string    rule   = {};  // its path; empty where what was asked is not clear
    std::string    detail = {};  // for the log; nothing of the request
};

// All outlive the decisions.
struct DecisionNeeds {
    Verifier const&  verifier;
    Rules const&     rules;
    Proxy            proxy;
    std::string_view sign_in_url = {};  // empty: none
    // For [gateway] mode = "session": a session cookie is looked at where no Authorization comes, and every 200 has the
    // Authorization that the service is to get. nullptr: tokens alone.
    SessionTokens*   sessions    = nullptr;
};

// By what the request itself brings, but for a session cookie. The answer has every identity header when it is 200. No
// I/O; never throws but for want of memory. Cost: that of Verifier::verify(), and some microseconds.
[[nodiscard]] Decision decide(DecisionNeeds const& needs, http::Request const& request);

// The same with a session cookie. `done` is called once: in place, but for a cookie that the issuer has to be asked
// about, then from another thread; it must not throw. The token that a cookie stands for is verified each time, as one
// that came itself, so that what is revoked ends with it.
void decide(DecisionNeeds const& needs, std::shared_ptr<http::Request const> const& request,
            std::function<void(Decision)> done);

}  // namespace signet::gateway
