// jose/test_keys.hpp - JWKs, right and almost right, for the tests of this folder.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "jose/test_tokens.hpp"

namespace jose::test {

inline constexpr auto kEcX  = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";  // RFC 7515 A.3
inline constexpr auto kEcY  = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
inline constexpr auto kEcD  = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
inline constexpr auto kOkpX = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";  // RFC 8037 A.1
inline constexpr auto kOkpD = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

// FIPS 186-4 D.1.2.3: the base point of P-256, which belongs to 1, and the order plus 1.
inline constexpr auto kEcBaseX       = "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY";
inline constexpr auto kEcBaseY       = "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU";
inline constexpr auto kEcOrderAndOne = "_____wAAAAD__________7zm-q2nF56E87nKwvxjJVI";

using Members = std::vector<std::pair<std::string, std::string>>;

inline std::string jwk(Members const& members, std::string_view more = {})
{
    std::string out = "{";
    for (auto const& [name, value] : members) out += "\"" + name + "\":\"" + value + "\",";
    if (!more.empty()) return out + std::string(more) + "}";
    out.back() = '}';
    return out;
}

inline std::string public_key(std::string const& json)
{
    return outcome(VerificationKey::parse_jwk(json));
}
inline std::string private_key(std::string const& json)
{
    return outcome(SigningKey::parse_jwk(json));
}

inline Members ec()
{
    return {{"kty", "EC"}, {"crv", "P-256"}, {"x", kEcX}, {"y", kEcY}, {"alg", "ES256"}};
}
inline Members okp()
{
    return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", kOkpX}, {"alg", "EdDSA"}};
}
// Bytes that look random, so that only their number is in question.
inline std::string secret(std::size_t size)
{
    std::string out(size, '\0');
    unsigned    state = 1;
    for (char& byte : out) byte = static_cast<char>((state = state * 1103515245 + 12345) >> 16);
    return out;
}

inline Members oct(std::size_t size)
{
    return {{"kty", "oct"}, {"alg", "HS256"}, {"k", base64url::encode(secret(size))}};
}

inline Members rsa(std::string n, std::string e = "AQAB")
{
    return {{"kty", "RSA"}, {"alg", "RS256"}, {"n", std::move(n)}, {"e", std::move(e)}};
}

inline Members changed(Members members, std::string_view name, std::string value)
{
    for (auto& member : members)
        if (member.first == name) member.second = value;
    return members;
}
inline Members dropped(Members members, std::string_view name)
{
    std::erase_if(members, [&](auto const& member) { return member.first == name; });
    return members;
}

inline std::string good_modulus()
{
    auto const json = *signing_key(Algorithm::rs256).verification_key().to_jwk();
    return std::string(*signet::json::parse_object(json)->find("n")->string());
}

inline Members okp448(std::string_view alg)
{
    auto const json = *signing_key(Algorithm::ed448).verification_key().to_jwk();
    auto const x    = std::string(*signet::json::parse_object(json)->find("x")->string());
    return {{"kty", "OKP"}, {"crv", "Ed448"}, {"x", x}, {"alg", std::string(alg)}};
}

}  // namespace jose::test
