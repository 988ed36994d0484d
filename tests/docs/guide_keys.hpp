// tests/docs/guide_keys.hpp - the keys, claims, and policy that the guides' snippets take as given.
#pragma once
#include <map>
#include <stdexcept>
#include <string>

#include "jose/jose.hpp"

namespace guide {

template <class T>
T must(jose::Result<T> result)
{
    if (!result) throw std::runtime_error(std::string(name(result.error().code)) + ": " + result.error().detail);
    return *std::move(result);
}

// The code of a refusal; throws when there is none.
template <class T>
jose::Errc code_of(jose::Result<T> const& result)
{
    if (result) throw std::runtime_error("this was to be refused");
    return result.error().code;
}

// The ES256 key with that kid, the same each time.
inline jose::SigningKey const& key_of(std::string const& kid)
{
    static std::map<std::string, jose::SigningKey> keys;
    if (auto const known = keys.find(kid); known != keys.end()) return known->second;
    return keys.emplace(kid, must(jose::SigningKey::generate(jose::Algorithm::es256, kid))).first->second;
}

inline jose::KeySet key_set_of(jose::SigningKey const& key)
{
    return must(jose::KeySet::from({key.verification_key()}));
}

inline std::string published_by(jose::SigningKey const& key)
{
    return must(key_set_of(key).to_json());
}

inline jose::Time now()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

inline jose::Claims claims_of_ann()
{
    return jose::Claims{}
        .issuer("https://id.example.com")
        .audience("https://api.example.com")
        .subject("user-1")
        .issued_at(now())
        .expires_at(now() + std::chrono::minutes{10})
        .set("name", "Ann")
        .set("email", "ann@example.com")
        .set("level", 3)
        .set("staff", true)
        .set("roles", std::vector<std::string>{"writer", "admin"})
        .set_json("score", "0.75")
        .set_json("address", R"({"city":"Oslo"})");
}

inline std::string token_by(jose::SigningKey const& key)
{
    return must(jose::sign(claims_of_ann(), key, "at+jwt"));
}

// What the guides' example service insists on.
inline jose::Policy policy_of_api()
{
    using enum jose::Algorithm;
    return must(jose::Policy::create({.issuer     = "https://id.example.com",
                                      .audience   = "https://api.example.com",
                                      .type       = "at+jwt",
                                      .algorithms = {hs256, rs256, es256}}));
}

}  // namespace guide
