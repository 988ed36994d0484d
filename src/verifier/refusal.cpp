#include "verifier/refusal.hpp"

#include <utility>

namespace signet {
namespace {

using jose::Errc;

// What the bearer of a refused token is told. jose reports these only after the
// signature held where they speak of claims, so a forger learns nothing of them.
std::string_view sentence(Errc cause)
{
    switch (cause) {
        case Errc::token_too_large:
            return "The token is too long.";
        case Errc::malformed_token:
        case Errc::malformed_header:
        case Errc::malformed_claims:
            return "The token is malformed.";
        case Errc::unsupported_critical:
            return "The token asks for an extension that is not served here.";
        case Errc::algorithm_not_allowed:
        case Errc::algorithm_mismatch:
            return "The token names an algorithm that is not accepted.";
        case Errc::unknown_key:
            return "The token is signed with a key that the issuer does not publish.";
        case Errc::bad_signature:
            return "The signature does not match the token.";
        case Errc::type_mismatch:
            return "The token is of another type than an access token.";
        case Errc::issuer_mismatch:
            return "The token was issued by somebody else.";
        case Errc::audience_mismatch:
            return "The token is meant for another service.";
        case Errc::expired:
            return "The token has expired.";
        case Errc::not_yet_valid:
        case Errc::issued_in_the_future:
            return "The token is not valid yet.";
        case Errc::missing_claim:
        case Errc::wrong_claim_type:
            return "The token lacks a claim, or has it in another type.";
        default:
            return "The token is not accepted.";
    }
}

// RFC 6750 3: the characters allowed in error_description; they need no escaping.
std::string quoted(std::string_view text)
{
    std::string safe{"\""};
    for (char const c : text) safe += c >= 0x20 && c <= 0x7E && c != '"' && c != '\\' ? c : '?';
    return safe + '"';
}

}  // namespace

std::string Refusal::www_authenticate() const
{
    if (status == 503) return {};

    std::string value{"Bearer"};
    auto        add = [&value, separator = " "](std::string_view attribute, std::string_view text) mutable {
        if (text.empty()) return;
        value.append(std::exchange(separator, ", ")).append(attribute).append("=").append(quoted(text));
    };
    add("realm", realm);
    add("error", error);
    if (!error.empty()) add("error_description", description);
    return value;
}

Refusal no_token(std::string_view realm)
{
    // RFC 6750 3.1: who sent no token is told no error.
    return {.status = 401, .error = {}, .description = "A bearer token is needed.", .realm = std::string{realm}};
}

Refusal invalid_token(Errc cause, std::string_view realm)
{
    return {.status      = 401,
            .error       = "invalid_token",
            .description = std::string{sentence(cause)},
            .cause       = cause,
            .realm       = std::string{realm}};
}

Refusal no_keys_yet(std::string_view realm)
{
    return {.status      = 503,
            .error       = "unavailable",
            .description = "The keys to check tokens with are not here yet.",
            .retry_after = std::chrono::seconds{1},
            .realm       = std::string{realm}};
}

Refusal no_memory()
{
    return {.status      = 503,
            .error       = "unavailable",
            .description = "Out of memory.",
            .cause       = Errc::out_of_memory,
            .retry_after = std::chrono::seconds{1}};
}

Refusal insufficient_scope(std::string_view needs, std::string_view realm)
{
    return {.status      = 403,
            .error       = "insufficient_scope",
            .description = "Needs " + std::string{needs} + ".",
            .realm       = std::string{realm}};
}

}  // namespace signet
