#include "core/logout.hpp"
#include "http/answers.hpp"
#include "http/endpoints.hpp"

namespace signet::http {

// POST /revoke, RFC 7009. Whoever has a token may end it: a refresh token with its session and all that was issued from
// it, an access token alone. What is no token of ours, or none any more, is revoked already (2.2): 200 all the same.
Response revoke(Call const& call)
{
    auto const token  = call.fields.get("token");
    auto const origin = find_origin(call.request);
    auto const caller = call.api.authenticator.authenticate(token);
    if (!caller && caller.error().code != core::Errc::invalid_token) return refuse(call, caller.error());

    auto const revoked =
        caller ? core::revoke_token(call.api.ports, *caller, origin) : core::logout(call.api.ports, token, origin);
    if (!revoked) return refuse(call, revoked.error());
    auto response   = no_content(*revoked);
    response.status = 200;
    return response;
}

}  // namespace signet::http
