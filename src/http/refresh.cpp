#include "core/refresh.hpp"

#include "core/refresh_refusals.hpp"
#include "http/answers.hpp"
#include "http/endpoints.hpp"
#include "http/token_answer.hpp"

namespace signet::http {

// POST /api/v1/refresh. The successor goes back the way its predecessor came.
//
// A refusal does not end the cookie: the browser may hold a newer one by now, put there by another tab, and an answer
// that comes late would take that away (CHECKS D18).
Response refresh(Call const& call)
{
    auto delivery = Delivery::body;
    auto token    = call.fields.find("refresh_token");
    if (!token) {
        auto const cookie = find_refresh_cookie(call);
        if (!cookie) return cookie.error();
        token    = *cookie;
        delivery = Delivery::cookie;
    }
    if (!token) {
        call.api.ports.refresh_refusals.add(core::RefreshRefusal::missing);
        return refuse(call, {core::Errc::invalid_grant, "no refresh token came, in body or cookie"});
    }

    auto const grant =
        core::refresh(call.api.ports, {.token = SecretString{*token}, .origin = find_origin(call.request)});
    if (!grant) return refuse(call, grant.error());
    return token_answer(call, *grant, delivery);
}

}  // namespace signet::http
