#include "http/token_answer.hpp"

#include "base/log.hpp"
#include "core/logout.hpp"
#include "core/settings.hpp"
#include "http/answers.hpp"
#include "http/cookies.hpp"
#include "http/errors.hpp"

namespace signet::http {
namespace {

bool is_session_mode(Call const& call)
{
    return call.api.ports.settings.sessions.mode == core::SessionMode::session;
}

FoundCookie find_vouched(Call const& call, std::string_view name)
{
    auto const value = find_cookie(call.request, name);
    if (value && call.sender == Sender::no_browser)
        return std::unexpected(
            refuse(Errc::origin_not_allowed, "A request that relies on the cookie needs a matching Origin header."));
    return value;
}

// The name of the other kind, where the browser still has one of it.
void drop_other(Response& response, Call const& call, std::string_view name)
{
    if (find_cookie(call.request, name)) response.add("Set-Cookie", drop_cookie(name));
}

void end_overwritten(Call const& call, core::Result<revocation::Sequence> const& ended)
{
    if (!ended)
        log::warning("the session of an overwritten cookie could not be ended",
                     {{"request", call.id}, {"why", ended.error().detail}});
}

}  // namespace

std::expected<Delivery, Response> find_delivery(Call const& call)
{
    auto const wanted = call.fields.find("delivery");
    if (!wanted && !is_from_browser(call.request)) return Delivery::body;
    if (!wanted) return is_session_mode(call) ? Delivery::session : Delivery::cookie;
    if (*wanted == "cookie") return Delivery::cookie;
    if (*wanted == "body") return Delivery::body;
    if (*wanted == "session") return Delivery::session;
    return std::unexpected(
        refuse(Errc::invalid_request, R"(The member "delivery" must be "cookie", "body", or "session".)"));
}

core::Keeping keeping_of(Call const& call, Delivery delivery)
{
    bool const by_cookie = delivery == Delivery::session || (delivery == Delivery::cookie && is_session_mode(call));
    return by_cookie ? core::Keeping::session_cookie : core::Keeping::refresh_token;
}

Response token_answer(Call const& call, core::SessionGrant const& grant, Delivery delivery)
{
    json::Object body;
    if (delivery != Delivery::session)
        body.set("access_token", grant.access.text)
            .set("token_type", "Bearer")
            .set("expires_in", std::int64_t{grant.access.expires_in.count()});
    if (delivery == Delivery::body && !grant.refresh.empty()) body.set("refresh_token", grant.refresh.reveal());
    body.set("session_id", grant.session.text()).set("user", to_json(grant.user));

    auto response = answer(200, body);
    if (delivery != Delivery::body) keep_session(response, call, grant);
    return response;
}

void keep_session(Response& response, Call const& call, core::SessionGrant const& grant)
{
    auto const keep = [&](std::string_view name, SecretString const& value, TimePoint until) {
        auto const life = std::chrono::ceil<std::chrono::seconds>(until - call.api.ports.clock.now());
        response.add("Set-Cookie", keep_cookie(name, value.reveal(), life));
    };
    if (!grant.refresh.empty()) {
        keep(kRefreshCookie, grant.refresh, grant.session_expires_at);
        drop_other(response, call, kSessionCookie);
    }
    if (!grant.session_cookie.empty()) {
        keep(kSessionCookie, grant.session_cookie, grant.cookie_expires_at);
        drop_other(response, call, kRefreshCookie);
    }
    if (!grant.device_token.empty()) keep_device(response, grant.device_token);
}

void keep_device(Response& response, std::string const& device_token)
{
    response.add("Set-Cookie", keep_cookie(kDeviceCookie, device_token, kDeviceCookieLife));
}

void end_overwritten_session(Call const& call)
{
    auto const origin = find_origin(call.request);
    if (auto const token = find_refresh_cookie(call); token && *token)
        end_overwritten(call, core::logout(call.api.ports, **token, origin));
    if (auto const cookie = find_session_cookie(call); cookie && *cookie)
        end_overwritten(call, core::logout_by_cookie(call.api.ports, **cookie, origin));
}

void forget_session(Response& response, Call const& call)
{
    response.add("Set-Cookie", drop_cookie(kRefreshCookie));
    drop_other(response, call, kSessionCookie);
    response.set("Clear-Site-Data", "\"storage\"");
}

FoundCookie find_refresh_cookie(Call const& call)
{
    return find_vouched(call, kRefreshCookie);
}

FoundCookie find_session_cookie(Call const& call)
{
    return find_vouched(call, kSessionCookie);
}

}  // namespace signet::http
