#include "core/password_change.hpp"

#include "base/log.hpp"
#include "core/login.hpp"
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
// refresh token ends with the next rotation: the session has ended with the change, and the browser gets another. One
// that cannot be had keeps nobody out but the browser, whose person signs in by the new password.
void begin_session(Response& response, Call const& call, std::string const& device_token)
{
    auto const grant = core::login(call.api.ports, {.email        = call.caller->email,
                                                    .password     = SecretString{call.fields.get("new_password")},
                                                    .device_token = device_token,
                                                    .origin       = find_origin(call.request),
                                                    .keeping      = core::Keeping::session_cookie});
    if (grant) return keep_session(response, call, *grant);
    log::warning("a password is changed, and its session could not be replaced",
                 {{"request", call.id}, {"why", grant.error().detail}});
    forget_session(response, call);
    keep_device(response, device_token);
}

}  // namespace

// POST /api/v1/password
Response change_password(Call const& call)
{
    bool const by_cookie = is_kept_by_cookie(call);
    auto const changed   = core::change_password(call.api.ports, *call.caller,
                                                 {.current      = SecretString{call.fields.get("current_password")},
                                                  .replacement  = SecretString{call.fields.get("new_password")},
                                                  .origin       = find_origin(call.request),
                                                  .ends_session = by_cookie});
    if (!changed) return refuse(call, changed.error());
    auto response = no_content(changed->revoked);
    if (by_cookie)
        begin_session(response, call, changed->device_token);
    else if (find_cookie(call.request, kDeviceCookie))
        keep_device(response, changed->device_token);
    return response;
}

}  // namespace signet::http
