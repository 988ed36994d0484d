#include "core/password_change.hpp"
#include "http/answers.hpp"
#include "http/cookies.hpp"
#include "http/endpoints.hpp"

namespace signet::http {

// POST /api/v1/password
Response change_password(Call const& call)
{
    auto const changed = core::change_password(call.api.ports, *call.caller,
                                               {.current     = SecretString{call.fields.get("current_password")},
                                                .replacement = SecretString{call.fields.get("new_password")},
                                                .origin      = find_origin(call.request)});
    if (!changed) return refuse(call, changed.error());
    auto response = no_content(changed->revoked);
    if (find_cookie(call.request, kDeviceCookie))
        response.add("Set-Cookie", keep_cookie(kDeviceCookie, changed->device_token, kDeviceCookieLife));
    return response;
}

}  // namespace signet::http
