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

std::string_view sentence(Revoked what)
{
    switch (what) {
        case Revoked::session:
            return "The session has ended.";
        case Revoked::token:
            return "The token has been revoked.";
        case Revoked::user:
            return "The account's tokens have been revoked.";
        case Revoked::client:
            return "The client's tokens have been revoked.";
        case Revoked::key:
            return "The key that signed the token has been revoked.";
        case Revoked::everything:
            return "All tokens of that time have been revoked.";
    }
    return "The token has been revoked.";
}

Refusal unavailable(std::string_view description, std::string_view realm)
{
    return {.status      = 503,
            .error       = "unavailable",
            .description = std::string{description},
            .retry_after = std::chrono::seconds{1},
            .realm       = std::string{realm}};
}

// RFC 6750 3: the characters allowed in error_description; they need no escaping.
std::string quoted(std::string_view text)
{
    std::string safe{"\""};
    for (char const c : text) safe += c >= 0x20 && c <= 0x7E && c != '"' && c != '\\' ? c : '?';
    return safe + '"';
}

}  // namespace

std::string_view name(Revoked revoked)
{
    switch (revoked) {
        case Revoked::session:
            return "session";
        case Revoked::token:
            return "token";
        case Revoked::user:
            return "user";
        case Revoked::client:
            return "client";
        case Revoked::key:
            return "key";
        case Revoked::everything:
            return "everything";
    }
    return "unknown";
}

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

Refusal is_revoked(Revoked what, std::string_view realm)
{
    return {.status      = 401,
            .error       = "invalid_token",
            .description = std::string{sentence(what)},
            .realm       = std::string{realm},
            .revoked     = what};
}

Refusal no_keys_yet(std::string_view realm)
{
    return unavailable("The keys to check tokens with are not here yet.", realm);
}

Refusal no_news_yet(std::string_view realm)
{
    return unavailable("What is revoked is not known here yet.", realm);
}

Refusal news_too_old(std::string_view realm)
{
    return unavailable("What has been revoked meanwhile is not known here.", realm);
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
