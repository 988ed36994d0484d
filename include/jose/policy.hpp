// jose/policy.hpp - what a verifier insists on.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "jose/algorithm.hpp"
#include "jose/result.hpp"

namespace jose {

// What the caller expects of a token. Audience, issuer, type, and algorithms
// must be named; every leniency has a loud name and is off.
struct Expectations {
    std::string            issuer{};    // exact bytes of "iss", RFC 8725 3.8
    std::string            audience{};  // must be among "aud", RFC 7519 4.1.3
    // "typ", RFC 8725 3.11, for example "at+jwt": of any case, and with "application/" or without; RFC 7515 4.1.9
    std::string            type{};
    std::vector<Algorithm> algorithms{};   // at least one
    std::chrono::seconds   clock_skew{0};  // 0 s to 10 min

    std::size_t max_token_bytes = 8UL * 1024;  // of the whole text, at least 1

    bool dangerously_allow_missing_expiry = false;  // one that is there still counts
    bool dangerously_accept_any_issuer    = false;  // or none, but no "iss" that is not a string
    bool dangerously_accept_any_audience  = false;  // or none, but no "aud" of another form
    bool dangerously_accept_any_type      = false;  // or none
};

// Expectations that have been checked not to contradict themselves. Immutable;
// copyable; safe to use from many threads.
class Policy {
public:
    // Make one at start and keep it. Errc::contradictory_policy, with the word of what
    // is wrong, when something required is empty, when a value is given together with
    // the leniency that ignores it, or when skew or size are out of range. Cost: a move.
    [[nodiscard]] static Result<Policy> create(Expectations expectations);

    [[nodiscard]] Expectations const& expectations() const { return expectations_; }

private:
    explicit Policy(Expectations expectations) : expectations_(std::move(expectations)) {}
    Expectations expectations_;
};

}  // namespace jose
