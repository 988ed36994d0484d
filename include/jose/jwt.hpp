// jose/jwt.hpp - JSON Web Tokens: sign claims, verify tokens. RFC 7519, RFC 8725.
//
//     auto policy = jose::Policy::create({.issuer     = "https://id.example.com",
//                                         .audience   = "https://api.example.com",
//                                         .type       = "at+jwt",
//                                         .algorithms = {jose::Algorithm::es256}});
//     if (!policy) return stop(policy.error());  // at start, once
//     auto token  = jose::verify(text, keys, *policy, std::chrono::system_clock::now());
//     if (!token) return refuse(token.error());
//     greet(token->find_string("name"));
//
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jose/key_set.hpp"
#include "jose/policy.hpp"

namespace jose {

// Any other precision is rounded down to it, std::chrono::system_clock::now() among them.
using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// The claims of a token about to be signed. Setting a name twice keeps the place of
// the first and the value of the last. Nothing is refused here: sign() does. Each
// call costs one copy of what it is given. One thread at a time, as a std::vector.
class Claims {
public:
    // The members of one strict JSON object of at most 64 KiB and 16 levels, in their order, each value exactly as it
    // is written. Errc::malformed_claims. Cost: two passes over the text for each member. Thread-safe.
    [[nodiscard]] static Result<Claims> parse(std::string_view json);

    Claims& issuer(std::string_view iss) { return set("iss", iss); }
    Claims& subject(std::string_view sub) { return set("sub", sub); }
    Claims& audience(std::string_view aud) { return set("aud", aud); }
    Claims& token_id(std::string_view jti) { return set("jti", jti); }
    // RFC 7519 2, NumericDate: written in whole seconds, rounded down.
    template <class Precision>
    Claims& issued_at(std::chrono::sys_time<Precision> t)
    {
        return set("iat", seconds(t));
    }
    template <class Precision>
    Claims& not_before(std::chrono::sys_time<Precision> t)
    {
        return set("nbf", seconds(t));
    }
    template <class Precision>
    Claims& expires_at(std::chrono::sys_time<Precision> t)
    {
        return set("exp", seconds(t));
    }

    // Text is UTF-8, and escaped as JSON asks; invalid bytes become U+FFFD. A number
    // that is no integer is given as JSON.
    Claims& set(std::string_view name, std::string_view value);
    Claims& set(std::string_view name, char const* value) { return set(name, std::string_view{value}); }
    Claims& set(std::string_view name, std::int64_t value);
    Claims& set(std::string_view name, int value) { return set(name, std::int64_t{value}); }
    Claims& set(std::string_view name, bool value);
    Claims& set(std::string_view name, std::span<std::string const> values);
    // One JSON value: an object, a fraction, null; sign() refuses the claims otherwise.
    Claims& set_json(std::string_view name, std::string json);

    [[nodiscard]] std::size_t size() const { return members_.size(); }
    [[nodiscard]] bool        has(std::string_view name) const;
    // One JSON object, members in the order they were first set. Not checked yet.
    [[nodiscard]] std::string to_json() const;

private:
    Claims& put(std::string_view name, std::string json);
    template <class Precision>
    static std::int64_t seconds(std::chrono::sys_time<Precision> t)
    {
        return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
    }
    std::vector<std::pair<std::string, std::string>> members_;  // name, JSON value
};

// Signs `claims` as a compact JWS (RFC 7515 7.1) with the header {"alg","kid","typ"};
// without a kid where the key has none, without typ where `type` is empty. Adds no
// claim and asks for none: that there is an "exp" is for the caller to see to.
//
// Refuses claims that are not one strict JSON object of at most 64 KiB and 16 levels
// (Errc::malformed_claims), and Errc::bad_signature should the key fail to sign.
// Cost: one signature. Thread-safe.
[[nodiscard]] Result<std::string> sign(Claims const& claims, SigningKey const& key, std::string_view type);

// A token whose text has the right form, and of which nothing else is known.
// For tools that show a token; no decision may rest on it, and nothing turns it
// into a VerifiedToken. Copyable; safe to read from many threads. The views live as
// long as this object, and no longer when it is moved.
class UnverifiedToken {
public:
    // Looks at no key, algorithm, or claim. Errc::token_too_large, malformed_token
    // (not three base64url parts, an empty signature among them), malformed_header,
    // or malformed_claims. Cost: two passes over the text. Thread-safe.
    [[nodiscard]] static Result<UnverifiedToken> parse(std::string_view compact, std::size_t max_bytes = 8UL * 1024);

    [[nodiscard]] std::string_view header_json() const { return header_; }
    [[nodiscard]] std::string_view claims_json() const { return claims_; }

private:
    UnverifiedToken() = default;
    std::string header_;
    std::string claims_;
};

// A token that verify() accepted: proof in the type that signature, issuer,
// audience, type, and times were checked. Immutable once made; movable; safe to read
// from many threads. The views live as long as the token, wherever it is moved; a
// token that was moved from is good for nothing but assignment. What it says is the
// issuer's word: unescaped, and not for HTML or a log as it stands.
class VerifiedToken {
public:
    VerifiedToken(VerifiedToken&&) noexcept;
    VerifiedToken& operator=(VerifiedToken&&) noexcept;
    ~VerifiedToken();

    [[nodiscard]] std::string_view    issuer() const;    // empty when absent
    [[nodiscard]] std::string_view    subject() const;   // empty when absent
    [[nodiscard]] std::string_view    token_id() const;  // "jti", empty when absent
    [[nodiscard]] std::string_view    kid() const;       // as the header says; empty when absent
    [[nodiscard]] Algorithm           algorithm() const;
    [[nodiscard]] std::optional<Time> expires_at() const;
    [[nodiscard]] std::optional<Time> issued_at() const;

    // A claim of that name and JSON type; nullopt when absent or of another type:
    // nothing is converted. Cost: one comparison of names for each claim.
    [[nodiscard]] std::optional<std::string_view> find_string(std::string_view claim) const;
    // A number written without fraction and exponent, from -2^63 to 2^63 - 1.
    [[nodiscard]] std::optional<std::int64_t>     find_integer(std::string_view claim) const;
    // Any number, as the nearest double. (A token with an integer of more than 64 bits
    // is refused whole, as RFC 8259 6 allows: malformed_claims.)
    [[nodiscard]] std::optional<double>           find_number(std::string_view claim) const;
    [[nodiscard]] std::optional<bool>             find_boolean(std::string_view claim) const;

    // An array of strings and nothing else, copied. A single string, as "aud" may be,
    // is for find_string().
    [[nodiscard]] std::optional<std::vector<std::string>> find_strings(std::string_view claim) const;
    // The claim as JSON text, whatever its type, as it stands in claims_json(): for
    // objects, with a JSON parser of your own. Strict JSON, without duplicate members.
    // Cost: a pass over the claims before it.
    [[nodiscard]] std::optional<std::string_view>         find_json(std::string_view claim) const;

    // The exact bytes that were signed, decoded.
    [[nodiscard]] std::string_view header_json() const;
    [[nodiscard]] std::string_view claims_json() const;

private:
    friend struct TokenAccess;
    struct State;
    // Gives the memory to the next token of this thread.
    struct Recycle {
        void operator()(State* state) const noexcept;
    };
    explicit VerifiedToken(std::unique_ptr<State, Recycle> state);
    std::unique_ptr<State, Recycle> state_;
};

// Checks form, header, key, signature, then type, issuer, audience, and times,
// in that order: a forged token is never told that it is expired. Looks at no
// clock, file, or network. RFC 7515 5.2, RFC 7519 7.2, RFC 8725.
//
//   token_too_large, malformed_token, malformed_header
//   unsupported_critical   "crit" or "b64" is there: no extension is served
//   algorithm_not_allowed  "alg" is not the policy's; "none" never is
//   unknown_key            no key has this kid; no other key is tried
//   algorithm_mismatch     that key serves another algorithm
//   bad_signature
//   malformed_claims, type_mismatch, missing_claim, wrong_claim_type,
//   issuer_mismatch, audience_mismatch, expired, not_yet_valid, issued_in_the_future
//
// A token is expired from the second that "exp" names on (RFC 7519 4.1.4), and "iat"
// in the future is refused; the policy's skew is added to either. A "sub" or "jti"
// that is no string is refused too. Throws nothing (result.hpp). Cost: one signature
// check. Thread-safe.
[[nodiscard]] Result<VerifiedToken> verify(std::string_view compact, KeySet const& keys, Policy const& policy,
                                           Time now);

// The same, at a time of another precision.
template <class Precision>
[[nodiscard]] Result<VerifiedToken> verify(std::string_view compact, KeySet const& keys, Policy const& policy,
                                           std::chrono::sys_time<Precision> now)
{
    return verify(compact, keys, policy, std::chrono::floor<std::chrono::milliseconds>(now));
}

}  // namespace jose
