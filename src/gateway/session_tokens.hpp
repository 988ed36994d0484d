// gateway/session_tokens.hpp - the access tokens of sessions, by the cookies that browsers bring.
//
// Knows:  what to remember, for how long, and when to ask again.
// Knows nothing of:  requests, revocations, sockets. Whoever uses a token verifies it each time.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/metrics.hpp"
#include "core/ports.hpp"
#include "gateway/session_issuer.hpp"

namespace signet::gateway {

enum class LookUp : std::uint8_t {
    remembered,   // a token
    asked,        // a token; the issuer has just been asked
    refused,      // no session, or one that is over
    unreachable,  // nobody can tell
    malformed,    // no session cookie at all; nobody was asked
};
inline constexpr auto          kLastLookUp = LookUp::malformed;
// "remembered" for LookUp::remembered, and so on.
[[nodiscard]] std::string_view name(LookUp result);

struct FoundSession {
    LookUp                             result;
    std::shared_ptr<std::string const> authorization = nullptr;  // "Bearer …", with a token
};

struct SessionTokensOptions {
    std::size_t          most_tokens  = 20'000;  // some 1.3 kB each
    std::size_t          most_refused = 20'000;  // cookies, some 150 bytes each
    std::size_t          most_asked   = 256;     // cookies that are being asked about
    std::size_t          most_waiting = 4'096;   // requests for them
    std::chrono::seconds refused_for{60};
    std::chrono::seconds pause{5};  // after nobody answered, before a token that still holds is renewed
    std::function<std::chrono::steady_clock::time_point()> clock = std::chrono::steady_clock::now;
};

// One question for each cookie at a time; who asks meanwhile waits for it. A token is renewed behind the back of those
// who use it, before it ends; one that cannot be renewed is used until then. What is refused is remembered a minute, so
// that repeating it costs the issuer nothing; it never evicts a token. Only hashes of cookies are kept. Thread-safe; a
// look-up of what is remembered costs a hash and a short lock.
class SessionTokens {
public:
    using Done = std::function<void(FoundSession const&)>;

    SessionTokens(std::unique_ptr<SessionSource> source, Metrics& metrics, SessionTokensOptions options = {});
    // Everything that waits has been answered, LookUp::unreachable where nobody else did.
    ~SessionTokens();
    SessionTokens(SessionTokens const&)            = delete;
    SessionTokens& operator=(SessionTokens const&) = delete;

    // `done` is called once: in place for what is remembered, else from another thread; it must not throw.
    void find(std::string_view cookie, Done done);

    // The token that this cookie gave holds no more: the next find() asks for another.
    void forget(std::string_view cookie, std::string const& authorization);
    // Nor will any: its session is over.
    void refuse(std::string_view cookie);

    // What its user found of a token that the issuer has just given. That they are refused is logged when it begins and
    // ends: with a wrong audience, say, every session gets 503, and nothing else would say why.
    void note_refused(std::string_view why);
    void note_held();

private:
    struct State;
    void ask(std::string_view cookie, core::CredentialHash const& key);

    std::unique_ptr<State>         state_;
    std::unique_ptr<SessionSource> source_;  // ends first: it calls back
};

}  // namespace signet::gateway
