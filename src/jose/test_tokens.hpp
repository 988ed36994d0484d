// jose/test_tokens.hpp - keys and crafted tokens for the tests of this folder.
#pragma once
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include <string>
#include <string_view>

#include "jose/base64url.hpp"
#include "jose/jwt.hpp"
#include "jose/key_material.hpp"

namespace jose::test {

inline constexpr std::string_view kIssuer   = "https://id.example.com";
inline constexpr std::string_view kAudience = "https://api.example.com";
inline constexpr Time             kNow      = Time{std::chrono::seconds{1'800'000'000}};

inline auto const kAll = all_algorithms();

inline bool is_rsa(Algorithm algorithm)
{
    return detail::row_of(algorithm).kty == "RSA";
}

// One key per algorithm for the whole program, with the kid "key-1"; one modulus
// for all of RSA, whose keys take long to make.
inline SigningKey const& signing_key(Algorithm algorithm)
{
    static std::map<Algorithm, SigningKey> keys;
    auto const                             known = keys.find(algorithm);
    if (known != keys.end()) return known->second;
    auto made = is_rsa(algorithm) && algorithm != Algorithm::rs256
                    ? SigningKey::parse_der(*signing_key(Algorithm::rs256).reveal_der(), algorithm, "key-1")
                    : SigningKey::generate(algorithm, "key-1");
    if (!made) throw std::runtime_error(made.error().detail);
    return keys.emplace(algorithm, std::move(*made)).first->second;
}

inline KeySet set_of(SigningKey const& key)
{
    auto set = KeySet::from({key.verification_key()});
    if (!set) throw std::runtime_error(set.error().detail);
    return *set;
}

inline std::string join(std::string_view header, std::string_view payload, std::string_view signature)
{
    return base64url::encode(header) + "." + base64url::encode(payload) + "." + base64url::encode(signature);
}

// A token with exactly these bytes in header and payload, rightly signed.
inline std::string craft(SigningKey const& key, std::string_view header, std::string_view payload)
{
    auto const input = base64url::encode(header) + "." + base64url::encode(payload);
    return input + "." + base64url::encode(KeyAccess::of(key).sign(input));
}

inline std::string header_of(SigningKey const& key, std::string_view more = {})
{
    return R"({"alg":")" + std::string(name(key.algorithm())) + R"(","kid":"key-1","typ":"at+jwt")" +
           std::string(more) + "}";
}

// The claims of a good token; `more` is put behind them.
inline std::string claims_with(std::string_view more = {})
{
    return R"({"iss":"https://id.example.com","aud":"https://api.example.com","exp":1800000600,"iat":1800000000)" +
           std::string(more) + "}";
}

inline Claims good_claims()
{
    std::vector<std::string> const roles{"admin", "writer"};
    return Claims{}
        .issuer(kIssuer)
        .subject("user-1")
        .audience(kAudience)
        .token_id("token-1")
        .issued_at(kNow)
        .expires_at(kNow + std::chrono::minutes{10})
        .set("name", "Ann \"A\" \xC3\x9C")
        .set("roles", std::span{roles})
        .set("n", std::int64_t{-5})
        .set("yes", true)
        .set_json("cnf", R"({"jkt":"x","deep":[1,2,{"a":null}]})");
}

inline Expectations expectations()
{
    return {.issuer     = std::string(kIssuer),
            .audience   = std::string(kAudience),
            .type       = "at+jwt",
            .algorithms = {kAll.begin(), kAll.end()}};
}

inline Policy policy(Expectations e = expectations())
{
    auto made = Policy::create(std::move(e));
    if (!made) throw std::runtime_error(made.error().detail);
    return *made;
}

// The code of a refusal, by name; "accepted" when there is none.
template <class T>
std::string outcome(Result<T> const& result)
{
    return result ? "accepted" : std::string(name(result.error().code));
}

// The words of a refusal; "accepted" when there is none.
template <class T>
std::string detail_of(Result<T> const& result)
{
    return result ? "accepted" : result.error().detail;
}

inline std::string verified(std::string_view token, SigningKey const& key, Policy const& p = policy(), Time now = kNow)
{
    return outcome(verify(token, set_of(key), p, now));
}

// What becomes of a rightly signed token with this header and these claims.
inline std::string with_header(std::string_view header, SigningKey const& key = signing_key(Algorithm::hs256))
{
    return verified(craft(key, header, claims_with()), key);
}
inline std::string with_claims(std::string_view claims, Policy const& p = policy(), Time now = kNow)
{
    auto const& key = signing_key(Algorithm::hs256);
    return verified(craft(key, header_of(key), claims), key, p, now);
}

}  // namespace jose::test
