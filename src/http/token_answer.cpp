#include "http/token_answer.hpp"

#include "base/log.hpp"
#include "core/logout.hpp"
#include "http/answers.hpp"
#include "http/cookies.hpp"
#include "http/errors.hpp"

namespace signet::http {

std::expected<Delivery, Response> find_delivery(Call const& call)
{
    auto const wanted = call.fields.find("delivery");
    if (!wanted) return is_from_browser(call.request) ? Delivery::cookie : Delivery::body;
    if (*wanted == "cookie") return Delivery::cookie;
    if (*wanted == "body") return Delivery::body;
    return std::unexpected(refuse(Errc::invalid_request, R"(The member "delivery" must be "cookie" or "body".)"));
}

Response token_answer(Call const& call, core::SessionGrant const& grant, Delivery delivery)
{
    json::Object body;
    body.set("access_token", grant.access.text)
        .set("token_type", "Bearer")
        .set("expires_in", std::int64_t{grant.access.expires_in.count()});
    if (delivery == Delivery::body && !grant.refresh.empty()) body.set("refresh_token", grant.refresh.reveal());
    body.set("session_id", grant.session.text()).set("user", to_json(grant.user));

    auto response = answer(200, body);
    if (delivery == Delivery::cookie) keep_session(response, call, grant);
    return response;
}

void keep_session(Response& response, Call const& call, core::SessionGrant const& grant)
{
    if (!grant.refresh.empty()) {
        auto const life = grant.session_expires_at - call.api.ports.clock.now();
        response.add("Set-Cookie", keep_cookie(kRefreshCookie, grant.refresh.reveal(),
                                               std::chrono::ceil<std::chrono::seconds>(life)));
    }
    if (!grant.device_token.empty())
        response.add("Set-Cookie", keep_cookie(kDeviceCookie, grant.device_token, kDeviceCookieLife));
}

void end_overwritten_session(Call const& call)
{
    auto const token = find_refresh_cookie(call);
    if (!token || !*token) return;
    auto const ended = core::logout(call.api.ports, **token, find_origin(call.request));
    if (!ended)
        log::warning("the session of an overwritten cookie could not be ended",
                     {{"request", call.id}, {"why", ended.error().detail}});
}

void forget_session(Response& response)
{
    response.add("Set-Cookie", drop_cookie(kRefreshCookie));
    response.set("Clear-Site-Data", "\"storage\"");
}

std::expected<std::optional<std::string_view>, Response> find_refresh_cookie(Call const& call)
{
    auto const token = find_cookie(call.request, kRefreshCookie);
    if (token && call.sender == Sender::no_browser)
        return std::unexpected(
            refuse(Errc::origin_not_allowed, "A request that relies on the cookie needs a matching Origin header."));
    return token;
}

}  // namespace signet::http
