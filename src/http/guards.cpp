#include "http/guards.hpp"

#include <string>

#include "base/log.hpp"
#include "base/result.hpp"
#include "http/errors.hpp"
#include "http/form_body.hpp"
#include "http/header_value.hpp"
#include "http/json_body.hpp"

namespace signet::http {
namespace {

// RFC 9110 11.1: the scheme is case-insensitive, then at least one space.
std::optional<std::string_view> bearer_token(std::string_view authorization)
{
    constexpr std::string_view kScheme = "bearer";
    auto const                 value   = trim(authorization);
    auto const                 end     = value.find(' ');
    if (!same_name(value.substr(0, end), kScheme)) return std::nullopt;
    return end == std::string_view::npos ? std::string_view{} : trim(value.substr(end));
}

std::expected<Fields, Response> read_body(Route const& route, Request const& request)
{
    if (route.body == Body::none) return Fields{};

    // A browser cannot send application/json to another origin without asking first (CHECKS D4). An empty body is
    // nothing to be typed; whether it will do is for the row's members to say.
    auto const type = route.body == Body::json ? "application/json" : "application/x-www-form-urlencoded";
    if (!request.body.empty() && !has_media_type(request, type))
        return std::unexpected(refuse(Errc::unsupported_media_type, "The body must be " + std::string{type} + "."));

    return route.body == Body::json ? read_json_body(request.body, route.members)
                                    : read_form_body(request.body, route.members);
}

}  // namespace

std::expected<Admitted, Response> admit(Route const& route, Request const& request, Sender sender, Api const& api)
{
    if (!may_send(request.method, route.pages, sender)) return std::unexpected(refuse(Errc::origin_not_allowed));
    if (route.pages == Pages::local && !is_called_locally(request))
        return std::unexpected(refuse(Errc::origin_not_allowed, "This listener answers to localhost alone."));

    Admitted admitted;
    if (route.access == Access::bearer) {
        auto caller     = TRY(authenticate(request, api));
        admitted.caller = std::move(caller);
    }
    auto fields     = TRY(read_body(route, request));
    admitted.fields = std::move(fields);
    return admitted;
}

bool has_bearer(Request const& request)
{
    auto const value = request.find_header("Authorization");
    return value && bearer_token(*value).has_value();
}

std::expected<core::Caller, Response> authenticate(Request const& request, Api const& api)
{
    if (request.count_headers("Authorization") > 1) {
        auto response = refuse(Errc::invalid_request, "There is more than one Authorization header.");
        challenge(response, api.settings, "invalid_request");
        return std::unexpected(std::move(response));
    }
    auto const header = request.find_header("Authorization");
    auto const token  = header ? bearer_token(*header) : std::nullopt;
    if (!token) {
        auto response = refuse(Errc::missing_token);
        challenge(response, api.settings);
        return std::unexpected(std::move(response));
    }
    auto caller = api.authenticator.authenticate(*token);
    if (!caller) {
        log::debug("bearer token refused", {{"code", core::name(caller.error().code)}, {"why", caller.error().detail}});
        auto response = refuse(caller.error());
        // RFC 6750 3.1: a challenge is for a token that is wrong, not for a server that cannot tell.
        if (caller.error().code == core::Errc::invalid_token)
            challenge(response, api.settings, core::name(caller.error().code));
        return std::unexpected(std::move(response));
    }
    return *std::move(caller);
}

void challenge(Response& response, ApiSettings const& settings, std::string_view code)
{
    std::string text = "Bearer realm=\"" + settings.issuer + "\"";
    if (!code.empty()) text.append(", error=\"").append(code).append("\"");
    response.set("WWW-Authenticate", text);
}

}  // namespace signet::http
