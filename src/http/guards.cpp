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

// The bearer token of the request; without one, and with two headers, the refusal that RFC 6750 3 asks for.
std::expected<std::string_view, Response> get_token(Request const& request, ApiSettings const& settings)
{
    if (request.count_headers("Authorization") > 1) {
        auto response = refuse(Errc::invalid_request, "There is more than one Authorization header.");
        challenge(response, settings, "invalid_request");
        return std::unexpected(std::move(response));
    }
    auto const header = request.find_header("Authorization");
    auto const token  = header ? bearer_token(*header) : std::nullopt;
    if (token) return *token;
    auto response = refuse(Errc::missing_token);
    challenge(response, settings);
    return std::unexpected(std::move(response));
}

std::expected<std::string, Response> find_verifier(Request const& request, Api const& api)
{
    auto const credential = TRY(get_token(request, api.settings));
    auto       name       = api.verifiers.find(credential);
    if (name) return *std::move(name);
    auto response = refuse(Errc::unknown_verifier);
    challenge(response, api.settings, "invalid_token");
    return std::unexpected(std::move(response));
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
    if (route.access == Access::verifier) {
        auto name         = TRY(find_verifier(request, api));
        admitted.verifier = std::move(name);
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
    auto const token  = TRY(get_token(request, api.settings));
    auto       caller = api.authenticator.authenticate(token);
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
