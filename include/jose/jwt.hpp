// jose/jwt.hpp - JSON Web Tokens: sign claims, verify tokens. RFC 7519, RFC 8725.
//
//     auto policy = jose::Policy::create({.issuer     = "https://id.example.com",
//                                         .audience   = "https://api.example.com",
//                                         .type       = "at+jwt",
//                                         .algorithms = {jose::Algorithm::es256}});
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

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

// The claims of a token about to be signed. Setting a name twice keeps the last.
class Claims {
public:
    Claims& issuer(std::string_view iss) { return set("iss", iss); }
    Claims& subject(std::string_view sub) { return set("sub", sub); }
    Claims& audience(std::string_view aud) { return set("aud", aud); }
    Claims& token_id(std::string_view jti) { return set("jti", jti); }
    Claims& issued_at(Time t) { return set("iat", seconds(t)); }
    Claims& not_before(Time t) { return set("nbf", seconds(t)); }
    Claims& expires_at(Time t) { return set("exp", seconds(t)); }

    Claims& set(std::string_view name, std::string_view value);
    Claims& set(std::string_view name, char const* value) { return set(name, std::string_view{value}); }
    Claims& set(std::string_view name, std::int64_t value);
    Claims& set(std::string_view name, int value) { return set(name, std::int64_t{value}); }
    Claims& set(std::string_view name, bool value);
    Claims& set(std::string_view name, std::span<std::string const> values);
    // `json` must be one JSON value; sign() refuses the claims otherwise.
    Claims& set_json(std::string_view name, std::string json);

    [[nodiscard]] std::size_t size() const { return members_.size(); }
    [[nodiscard]] bool        has(std::string_view name) const;
    // JSON, members in the order they were first set.
    [[nodiscard]] std::string to_json() const;

private:
    static std::int64_t seconds(Time t)
    {
        return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
    }
    std::vector<std::pair<std::string, std::string>> members_;  // name, JSON value
};

// Signs `claims` as a compact JWS with the header {"alg","kid","typ"}.
// Cost: one signature. Thread-safe.
[[nodiscard]] Result<std::string> sign(Claims const& claims, SigningKey const& key, std::string_view type);

// A token whose text has the right form, and of which nothing else is known.
// For tools that show a token; no decision may rest on it.
class UnverifiedToken {
public:
    [[nodiscard]] static Result<UnverifiedToken> parse(std::string_view compact, std::size_t max_bytes = 8UL * 1024);

    [[nodiscard]] std::string_view header_json() const { return header_; }
    [[nodiscard]] std::string_view claims_json() const { return claims_; }

private:
    UnverifiedToken() = default;
    std::string header_;
    std::string claims_;
};

// A token that verify() accepted: proof in the type that signature, issuer,
// audience, type, and times were checked. Immutable once made; movable.
class VerifiedToken {
public:
    VerifiedToken(VerifiedToken&&) noexcept;
    VerifiedToken& operator=(VerifiedToken&&) noexcept;
    ~VerifiedToken();

    [[nodiscard]] std::string_view    issuer() const;    // empty when absent
    [[nodiscard]] std::string_view    subject() const;   // empty when absent
    [[nodiscard]] std::string_view    token_id() const;  // "jti", empty when absent
    [[nodiscard]] std::string_view    kid() const;
    [[nodiscard]] Algorithm           algorithm() const;
    [[nodiscard]] std::optional<Time> expires_at() const;
    [[nodiscard]] std::optional<Time> issued_at() const;

    // A claim of that name and JSON type; nullopt when absent or of another type.
    [[nodiscard]] std::optional<std::string_view>         find_string(std::string_view claim) const;
    [[nodiscard]] std::optional<std::int64_t>             find_integer(std::string_view claim) const;
    [[nodiscard]] std::optional<bool>                     find_boolean(std::string_view claim) const;
    [[nodiscard]] std::optional<std::vector<std::string>> find_strings(std::string_view claim) const;
    // The claim as JSON text, whatever its type, as it stands in claims_json().
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
// clock, file, or network. Cost: one signature check. Thread-safe.
[[nodiscard]] Result<VerifiedToken> verify(std::string_view compact, KeySet const& keys, Policy const& policy,
                                           Time now);

}  // namespace jose
