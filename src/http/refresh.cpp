#include "core/refresh.hpp"

#include <optional>

#include "core/refresh_refusals.hpp"
#include "core/session_exchange.hpp"
#include "http/answers.hpp"
#include "http/endpoints.hpp"
#include "http/token_answer.hpp"

namespace signet::http {

namespace {

// nullopt without a session cookie. The hosted pages sign people in and show their devices by an access token,
// whichever cookie keeps them signed in.
std::optional<Response> find_answer_to_session_cookie(Call const& call)
{
    auto const cookie = find_session_cookie(call);
    if (!cookie) return cookie.error();
    if (!*cookie) return std::nullopt;
    auto const grant =
        core::exchange_session(call.api.ports, {.cookie = SecretString{**cookie}, .origin = find_origin(call.request)});
    return grant ? token_answer(call, *grant, Delivery::cookie) : refuse(call, grant.error());
}

}  // namespace

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
        if (auto answer = find_answer_to_session_cookie(call)) return *std::move(answer);
        call.api.ports.refresh_refusals.add(core::RefreshRefusal::missing);
        return refuse(call, {core::Errc::invalid_grant, "no refresh token came, in body or cookie"});
    }

    auto const grant =
        core::refresh(call.api.ports, {.token = SecretString{*token}, .origin = find_origin(call.request)});
    if (!grant) return refuse(call, grant.error());
    return token_answer(call, *grant, delivery);
}

}  // namespace signet::http
