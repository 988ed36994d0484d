// signet/verifier.hpp - what a resource server links: bearer token in, Principal out.
//
// The key set is fetched and refreshed in the background; checking a request
// asks nobody.
//
//     auto verifier = signet::Verifier::start({.issuer   = "https://id.example.com",
//                                              .audience = "https://id.example.com"});
//     if (!verifier) throw std::runtime_error(verifier.error().detail);  // options that cannot work
//
//     auto who = (*verifier)->verify(request.authorization);
//     if (!who)                     return answer(who.error().status, who.error().www_authenticate());
//     if (!who->has_role("admin"))  return answer(403, signet::insufficient_scope("roles: admin").www_authenticate());
//
#pragma once
#include <chrono>
#include <cstddef>
#include <expected>
#include <functional>
#include <memory>
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

// Why a request is refused, in RFC 6750's terms.
struct Refusal {
    int                  status;         // 401, 403, or 503 while there is no key set, or no memory, to check with
    std::string          error;          // "invalid_token", ...; empty when no token was sent (RFC 6750 3.1)
    std::string          description;    // one sentence without quotes, safe to show
    jose::Errc           cause{};        // for logs; meaningful when error is "invalid_token"
    std::chrono::seconds retry_after{};  // for the Retry-After header; above zero when status is 503
    std::string          realm{};        // VerifierOptions::realm; empty when there is no memory

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

// How a Verifier checks. Issuer and audience must be named; the type is "at+jwt".
struct VerifierOptions {
    std::string                  issuer;    // exact bytes of "iss"; keys come from ISSUER/.well-known/jwks.json alone
    std::string                  audience;  // must be among "aud"
    // HS256, HS384, and HS512 are refused: their key cannot be published.
    std::vector<jose::Algorithm> algorithms = {jose::Algorithm::es256, jose::Algorithm::eddsa, jose::Algorithm::rs256};
    std::chrono::seconds         clock_skew{30};                        // 0 s to 10 min
    std::string                  realm{};                               // shown in WWW-Authenticate when not empty
    std::string                  ca_file{};                             // PEM; empty: the system's
    bool                         allow_plain_http_on_loopback = false;  // else https only
    // After an unknown kid the set is fetched again, at most this often; up to 365 days.
    std::chrono::seconds         refetch_cooldown{30};
    // A set that cannot be renewed is used no longer than this; 1 s to 365 days.
    std::chrono::seconds         longest_stale     = std::chrono::hours{24};
    // Tokens whose check is remembered until they expire or the key set changes,
    // for each of up to 16 threads; about 1.5 kB each, at most 1,048,576. 0: every
    // request costs a signature check.
    std::size_t                  remembered_tokens = 4096;
    // Called after each fetch, from the background thread; must not throw.
    std::function<void(KeySetReport const&)> on_fetch{};
};

// Holds one issuer's key set and keeps it fresh: fetched again after as long as
// Cache-Control says, a minute to an hour, with ETag; over https, without redirects,
// 64 KiB and 100 keys at most; one fetch at a time. Thread-safe.
// verify() does no I/O and takes no lock that a fetch holds.
class Verifier {
public:
    // Starts the background thread. Waits for the first key set up to `patience` (a
    // day at most), then returns all the same: until a set arrives verify() refuses with 503.
    // Errc::contradictory_policy when the options cannot work: an issuer that is
    // no https URL, no audience, HS256, ... Throws where no thread or memory is to be
    // had. Cost: one thread for its lifetime.
    [[nodiscard]] static std::expected<std::unique_ptr<Verifier>, jose::Error> start(
        VerifierOptions options, std::chrono::milliseconds patience = std::chrono::seconds{5});
    // Ends the thread, and with it a fetch under way, within a second. Principals live
    // on, and so does a look-up of the issuer's name, on a thread of libcurl's, until
    // it is answered or given up.
    ~Verifier();

    // `authorization` is the value of the request's Authorization header, empty
    // when there is none. The scheme is matched without regard to case.
    //
    // Asks of a token what jose::verify() asks, and that it has "sub", "client_id",
    // "jti", "iat", and "exp" (RFC 9068 2.2); a claim of Principal in another type is
    // refused. 401 with an empty error when there is no bearer token, 401 with
    // invalid_token and a cause when there is one that does not hold, 503 without a
    // key set or memory. A kid that the set lacks is refused, and asks for a fetch.
    // Throws nothing.
    // Cost: one signature check for a token not seen before, else about 150 ns;
    // expiry is looked at each time.
    [[nodiscard]] std::expected<Principal, Refusal> verify(std::string_view authorization) const;

    // Whether there is a key set to check with. For a readiness probe; no I/O. Cost: a
    // short lock.
    [[nodiscard]] bool ready() const;

private:
    struct State;
    explicit Verifier(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace signet
