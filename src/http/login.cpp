#include "core/login.hpp"

#include "http/answers.hpp"
#include "http/cookies.hpp"
#include "http/endpoints.hpp"
#include "http/token_answer.hpp"

namespace signet::http {

// POST /api/v1/login
Response login(Call const& call)
{
    auto const delivery = find_delivery(call);
    if (!delivery) return delivery.error();

    auto const grant =
        core::login(call.api.ports, {.email        = std::string{call.fields.get("email")},
                                     .password     = SecretString{call.fields.get("password")},
                                     .device_token = std::string{find_cookie(call.request, kDeviceCookie).value_or("")},
                                     .origin       = find_origin(call.request),
                                     .keeping      = keeping_of(call, *delivery)});
    if (!grant) return refuse(call, grant.error());
    if (*delivery != Delivery::body) end_overwritten_session(call);
    return token_answer(call, *grant, *delivery);
}

}  // namespace signet::http
