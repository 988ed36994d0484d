// signet/verifier.hpp - what a resource server links: bearer token in, Principal out.
//
// The key set is fetched and refreshed in the background, and what is revoked is
// heard of as it happens; checking a request asks nobody.
//
//     auto verifier = signet::Verifier::start({.issuer     = "https://id.example.com",
//                                              .audience   = "https://id.example.com",
//                                              .credential = credential});  // of `signet verifier add NAME`
//     if (!verifier) throw std::runtime_error(verifier.error().detail);     // options that cannot work
//
//     auto who = (*verifier)->verify(request.authorization);
//     if (!who)                     return answer(who.error().status, who.error().www_authenticate());
//     if (!who->has_role("admin"))  return answer(403, signet::insufficient_scope("roles: admin").www_authenticate());
//
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jose/jwt.hpp"

namespace signet {

// Who a verified request speaks for: proof in the type, since only
// Verifier::verify() makes one. Holds no secret: safe to log. Immutable; copying
// shares and costs one count. The views live as long as any copy, and cost nothing.
class Principal {
public:
    [[nodiscard]] std::string_view             user_id() const;     // "sub", never the client's own id
    [[nodiscard]] std::string_view             session_id() const;  // "sid", empty when absent, like the next two
    [[nodiscard]] std::string_view             email() const;
    [[nodiscard]] std::string_view             name() const;
    [[nodiscard]] std::span<std::string const> roles() const;
    [[nodiscard]] std::span<std::string const> scopes() const;  // "scope", split at spaces
    [[nodiscard]] std::string_view             client_id() const;
    [[nodiscard]] std::string_view             token_id() const;   // "jti"
    [[nodiscard]] std::string_view             key_id() const;     // "kid" of the key that checked the token, or empty
    [[nodiscard]] jose::Algorithm              algorithm() const;  // of that key
    [[nodiscard]] jose::Time                   issued_at() const;
    [[nodiscard]] jose::Time                   expires_at() const;

    // One line for a log: who, in which session, by which client and token. Nothing
    // of what a token says can end the line or look like another member of it.
    [[nodiscard]] std::string to_string() const;

    // Exact match, case included. Cost: one comparison for each.
    [[nodiscard]] bool has_role(std::string_view role) const;
    [[nodiscard]] bool has_scope(std::string_view scope) const;

    // Whether an earlier call checked this token's signature with the same keys,
    // so that this one looked at its time alone.
    [[nodiscard]] bool seen_before() const { return seen_before_; }

private:
    friend struct PrincipalAccess;
    struct Facts;
    Principal(std::shared_ptr<Facts const> facts, bool seen_before)
        : facts_(std::move(facts)), seen_before_(seen_before)
    {
    }

    std::shared_ptr<Facts const> facts_;
    bool                         seen_before_;
};

// to_string(), written.
std::ostream& operator<<(std::ostream& out, Principal const& principal);

// What was revoked that a token belongs to.
enum class Revoked : std::uint8_t {
    session,     // it was signed out of
    token,       // this one alone
    user,        // all of the account's until some time
    client,      // all of the client's until some time
    key,         // all that this key signed
    everything,  // all of the issuer's until some time
};

// Why a request is refused, in RFC 6750's terms.
struct Refusal {
    // 401, 403, or 503 while there is no key set, no memory, or no news of what is revoked, to check with
    int                  status;
    std::string          error;          // "invalid_token", ...; empty when no token was sent (RFC 6750 3.1)
    std::string          description;    // one sentence without quotes, safe to show
    jose::Errc           cause{};        // for logs; meaningful when error is "invalid_token" and nothing is revoked
    std::chrono::seconds retry_after{};  // for the Retry-After header; above zero when status is 503
    std::string          realm{};        // VerifierOptions::realm; empty when there is no memory

    std::optional<Revoked> revoked{};  // what of the token was, when that is why

    // The value of the WWW-Authenticate header, RFC 6750 3; safe whatever the texts
    // hold. Empty when status is 503, which is no question of who asks. Cost: a copy
    // of the texts.
    [[nodiscard]] std::string www_authenticate() const;
};

// 403: the token is good, and its owner may not do this. RFC 6750 3.1.
// `needs` says what would do, for example "roles: admin". Cost: a copy of both
// texts. Thread-safe.
[[nodiscard]] Refusal insufficient_scope(std::string_view needs, std::string_view realm = {});

// What came of one attempt to fetch the key set.
struct KeySetReport {
    std::string problem;  // empty: the set is fresh; else why the one before it stays in use
    std::size_t keys{};   // in the set that is in use now
};

// Whether a Verifier hears of what is revoked.
enum class Revocations : std::uint8_t {
    follow,  // within a fraction of a second; needs VerifierOptions::credential
    ignore,  // a token is good until it expires, whatever happens
};

// How current what is known to be revoked is.
enum class State : std::uint8_t {
    starting,  // nothing is known yet: every token is refused with 503
    live,      // all that was revoked until a moment ago
    degraded,  // the issuer has not been heard of for VerifierOptions::degraded_after
    stale,     // nor for stale_after: WhenStale decides
};

// "live" for State::live, and so on; likewise "session" for Revoked::session. No cost; thread-safe.
[[nodiscard]] std::string_view name(State state);
[[nodiscard]] std::string_view name(Revoked revoked);

// What becomes of a token while the state is stale.
enum class WhenStale : std::uint8_t {
    fail_closed,   // refused with 503: for money, and whatever an intruder must not do
    until_expiry,  // accepted, unless it is known to be revoked
};

// A change of state, or something that the operator should know while it stays.
struct StateReport {
    State       state;
    State       before;   // the same where only the problem is new
    std::string problem;  // one sentence; empty when there is none
};

// Something that was revoked, as it becomes known. Views, for the length of the call.
struct Revocation {
    Revoked          kind;
    std::string_view subject;  // the session's id, the user's, ...; "*" of everything
    jose::Time       at;       // when it happened, by the issuer's clock
};

// How a Verifier checks. Issuer and audience must be named; the type is "at+jwt".
struct VerifierOptions {
    std::string                  issuer;  // exact bytes of "iss"; the keys come from ISSUER/.well-known/jwks.json alone
    std::string                  audience;  // must be among "aud"
    // What `signet verifier add NAME` prints: lets this server follow ISSUER/revocations. It
    // also asks about tokens and exchanges session cookies: a secret like a password.
    std::string                  credential{};
    // follow without a credential is refused, and so is ignore with one, on_state, or on_revoked.
    Revocations                  revocations = Revocations::follow;
    // For verify() without another; what is sensitive asks for fail_closed itself.
    WhenStale                    when_stale  = WhenStale::until_expiry;
    // HS256, HS384, and HS512 are refused: their key cannot be published.
    std::vector<jose::Algorithm> algorithms  = {jose::Algorithm::es256, jose::Algorithm::eddsa, jose::Algorithm::rs256};
    std::chrono::seconds         clock_skew{30};                        // 0 s to 10 min
    std::string                  realm{};                               // shown in WWW-Authenticate when not empty
    std::string                  ca_file{};                             // PEM; empty: the system's
    bool                         allow_plain_http_on_loopback = false;  // else https only
    // After an unknown kid the set is fetched again, at most this often; up to 365 days.
    std::chrono::seconds         refetch_cooldown{30};
    // A set that cannot be renewed is used no longer than this; 1 s to 365 days.
    std::chrono::seconds         longest_stale     = std::chrono::hours{24};
    // Without news of the issuer; it is heard of each second. 2 s to an hour, and up to a day.
    std::chrono::milliseconds    degraded_after    = std::chrono::seconds{3};
    std::chrono::milliseconds    stale_after       = std::chrono::seconds{30};
    // Tokens whose check is remembered until they expire or the key set changes,
    // for each of up to 16 threads; about 1.5 kB each, at most 1,048,576. 0: every
    // request costs a signature check.
    std::size_t                  remembered_tokens = 4096;
    // Called after each fetch of the key set, from a background thread; must not throw.
    std::function<void(KeySetReport const&)> on_fetch{};
    // Called when the state changes, and of each new problem, from another one; must not throw.
    std::function<void(StateReport const&)>  on_state{};
    // Called of each thing that is revoked from now on, once verify() refuses by it: for what
    // outlives a request, a WebSocket that is to be closed. From the same thread, which
    // confirms to the issuer behind it; must not throw, and must not block.
    std::function<void(Revocation const&)>   on_revoked{};
};

// For gauges: how a Verifier stands. With Revocations::ignore only state and keys say something.
struct VerifierStatus {
    State                     state{};
    std::size_t               keys     = 0;    // in the key set
    std::uint64_t             sequence = 0;    // of the issuer's log, up to which all is known
    std::size_t               entries  = 0;    // what is held as revoked
    std::size_t               bytes    = 0;    // the memory that takes
    std::chrono::milliseconds last_heard{};    // so long ago all that was revoked was known; zero while starting
    std::chrono::milliseconds clock_offset{};  // of the issuer's clock to this machine's, roughly
    std::uint64_t             reconnects = 0;  // streams after the first
    std::uint64_t             resyncs    = 0;  // snapshots after the first
};

// Holds one issuer's key set and keeps it fresh: fetched again after as long as
// Cache-Control says, a minute to an hour, with ETag; over https, without redirects,
// 64 KiB and 100 keys at most; one fetch at a time. Follows what the issuer revokes
// (docs/reference/revocation-feed.md) and holds it in memory, for as long as a token
// could be meant: 32 MB for a million ended sessions. Nothing that is lost, repeated,
// or forged on the way makes a revoked token good again. Thread-safe.
// verify() does no I/O and takes no lock that a fetch holds.
class Verifier {
public:
    // Starts the background threads. Waits for the first key set, and to be live, up to
    // `patience` (a day at most), then returns all the same: until then verify() refuses
    // with 503. Errc::contradictory_policy when the options cannot work: an issuer that
    // is no https URL, no audience, HS256, no credential to follow with, ... Throws where
    // no thread or memory is to be had. Cost: three threads for its lifetime, one with
    // Revocations::ignore; all but idle.
    [[nodiscard]] static std::expected<std::unique_ptr<Verifier>, jose::Error> start(
        VerifierOptions options, std::chrono::milliseconds patience = std::chrono::seconds{5});
    // Ends the threads, and with them what is under way, within a second. Principals live
    // on, and so does a look-up of the issuer's name, on a thread of libcurl's, until
    // it is answered or given up.
    ~Verifier();

    // `authorization` is the value of the request's Authorization header, empty
    // when there is none. The scheme is matched without regard to case.
    //
    // Asks of a token what jose::verify() asks, and that it has "sub", "client_id",
    // "jti", "iat", and "exp" (RFC 9068 2.2); a claim of Principal in another type is
    // refused. 401 with an empty error when there is no bearer token, 401 with
    // invalid_token and a cause when there is one that does not hold, or `revoked` when
    // it held before; 503 without a key set or memory, while starting, and while stale
    // where that is to fail closed. A kid that the set lacks is refused, and asks for a
    // fetch. Throws nothing.
    // Cost: one signature check for a token not seen before, else about 150 ns;
    // expiry and revocation are looked at each time.
    [[nodiscard]] std::expected<Principal, Refusal> verify(std::string_view authorization) const;
    [[nodiscard]] std::expected<Principal, Refusal> verify(std::string_view authorization, WhenStale when_stale) const;

    // Whether there is a key set to check with, and with Revocations::follow has been news of
    // what is revoked. For a readiness probe; no I/O. Cost: a short lock.
    [[nodiscard]] bool ready() const;

    // How current what is known to be revoked is now. With Revocations::ignore it is starting
    // until there is a key set, and live then. Cost: reading a clock.
    [[nodiscard]] State          state() const;
    [[nodiscard]] VerifierStatus status() const;
    // The same in Prometheus' text form (version 0.0.4), each name beginning with
    // signet_verifier_; for the application to add to its own.
    [[nodiscard]] std::string    prometheus() const;

private:
    struct Parts;
    explicit Verifier(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace signet
