#include <array>

#include "http/answers.hpp"
#include "http/endpoints.hpp"
#include "http/errors.hpp"
#include "jose/jwt.hpp"

namespace signet::http {
namespace {

Response inactive()
{
    json::Object body;
    body.set("active", false);
    return answer(200, body);
}

// The claims of a token that was just found good, as they stand in it.
json::Object to_json(std::string_view token)
{
    constexpr auto kShown = std::to_array<std::string_view>(
        {"iss", "sub", "aud", "exp", "iat", "jti", "sid", "client_id", "scope", "roles"});
    json::Object body;
    body.set("active", true).set("token_type", "Bearer");
    auto const parsed = jose::UnverifiedToken::parse(token);
    auto const claims = json::parse_object(parsed.value().claims_json());
    for (auto const name : kShown)
        if (auto const claim = claims.value().find(name)) body.set_raw(name, claim->text());
    if (auto const email = claims.value().find("email")) body.set_raw("username", email->text());
    return body;
}

}  // namespace

// POST /introspect, RFC 7662: for services that ask each time. Whatever is not an access token that this server would
// take itself is inactive, and nothing more is said of it (CHECKS B46). A refresh token is: no resource server should
// take one.
Response introspect(Call const& call)
{
    auto const token  = call.fields.get("token");
    auto const caller = call.api.authenticator.authenticate(token);
    if (caller) return answer(200, to_json(token));
    return caller.error().code == core::Errc::invalid_token ? inactive() : refuse(call, caller.error());
}

}  // namespace signet::http
