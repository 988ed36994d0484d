#include "core/password_change.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "core/login.hpp"
#include "core/logout.hpp"
#include "core/session_cookie.hpp"
#include "http/answers.hpp"
#include "http/cookies.hpp"
#include "http/endpoints.hpp"
#include "http/token_answer.hpp"

namespace signet::http {
namespace {

// Whether the caller's session is kept by the session cookie that came.
bool is_kept_by_cookie(Call const& call)
{
    auto const cookie = find_session_cookie(call);
    return cookie && *cookie &&
           core::parse_session_cookie(call.api.ports.token_secret, **cookie) == call.caller->session;
}

// A session cookie is the same for as long as its session lasts, so whoever copied it has it still, where a copied
// refresh token ends with the next rotation: the browser gets another session, and the one before it ends. One that
// cannot be had ends all the same; the person signs in by the new password.
void replace_session(Response& response, Call const& call)
{
    auto const& ports  = call.api.ports;
    auto const  origin = find_origin(call.request);
    auto const  grant =
        core::login(ports, {.email        = call.caller->email,
                            .password     = SecretString{call.fields.get("new_password")},
                            .device_token = std::string{find_cookie(call.request, kDeviceCookie).value_or("")},
                            .origin       = origin,
                            .keeping      = core::Keeping::session_cookie});
    auto const ended = core::logout(ports, *call.caller, origin);
    if (!ended) {
        response = refuse(call, ended.error());
        return;
    }
    if (!ended->empty()) response.revoked_to = std::max(response.revoked_to, ended->back().sequence);
    if (grant) return keep_session(response, call, *grant);
    log::warning("a password is changed, and its session could not be replaced",
                 {{"request", call.id}, {"why", grant.error().detail}});
    forget_session(response, call);
}

}  // namespace

// POST /api/v1/password
Response change_password(Call const& call)
{
    auto const changed = core::change_password(call.api.ports, *call.caller,
                                               {.current     = SecretString{call.fields.get("current_password")},
                                                .replacement = SecretString{call.fields.get("new_password")},
                                                .origin      = find_origin(call.request)});
    if (!changed) return refuse(call, changed.error());
    auto response = no_content(changed->revoked);
    if (is_kept_by_cookie(call)) {
        replace_session(response, call);
        return response;
    }
    if (find_cookie(call.request, kDeviceCookie))
        response.add("Set-Cookie", keep_cookie(kDeviceCookie, changed->device_token, kDeviceCookieLife));
    return response;
}

}  // namespace signet::http
