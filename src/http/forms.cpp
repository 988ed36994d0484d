// The forms of the pages, as a browser without scripts sends them (CHECKS D22). Only pages of this server may: the
// route table says so, and the guards refuse a form that does not show where it comes from (login CSRF, CHECKS D4).
#include "base/log.hpp"
#include "core/login.hpp"
#include "core/signup.hpp"
#include "http/answers.hpp"
#include "http/cookies.hpp"
#include "http/endpoints.hpp"
#include "http/errors.hpp"
#include "http/pages.hpp"
#include "http/token_answer.hpp"

namespace signet::http {
namespace {

std::string field(Call const& call, std::string_view name)
{
    return std::string{call.fields.find(name).value_or("")};
}

Response sign_in(Call const& call)
{
    auto const grant =
        core::login(call.api.ports, {.email        = std::string{call.fields.get("email")},
                                     .password     = SecretString{call.fields.get("password")},
                                     .device_token = std::string{find_cookie(call.request, kDeviceCookie).value_or("")},
                                     .origin       = find_origin(call.request),
                                     .keeping      = keeping_of(call, Delivery::cookie)});
    if (!grant) return form_again(call, grant.error());

    auto const return_to = wanted_return_to(call);
    Response   response;
    response.status = 303;
    response.set("Location", return_to.empty() ? "/account" : return_to);
    end_overwritten_session(call);
    keep_session(response, call, *grant);
    return response;
}

}  // namespace

Response form_again(Call const& call, core::Error const& error)
{
    // Logs, and knows status and Retry-After.
    auto const  refusal = refuse(call, error);
    auto const& row     = find_error(error.code);
    std::string sentence{row.sentence};
    if (error.code == core::Errc::slow_down && error.retry_after)
        sentence = "Too many attempts. Try again in " + std::to_string(error.retry_after->count()) + " seconds.";

    auto response = page(call, call.request.path,
                         {.return_to = wanted_return_to(call),
                          .email     = field(call, "email"),
                          .name      = field(call, "name"),
                          .error     = std::move(sentence)},
                         refusal.status);
    for (auto const& header : refusal.headers)
        if (same_name(header.name, "Retry-After")) response.set(header.name, header.value);
    return response;
}

// POST /login
Response login_form(Call const& call)
{
    return sign_in(call);
}

// POST /signup: without scripts nothing else could use the password a second time, so this one signs in as well.
Response signup_form(Call const& call)
{
    if (!call.api.settings.signup) return refuse(Errc::signup_closed);

    auto const user = core::signup(call.api.ports, {.email    = std::string{call.fields.get("email")},
                                                    .name     = field(call, "name"),
                                                    .password = SecretString{call.fields.get("password")},
                                                    .roles    = {},
                                                    .origin   = find_origin(call.request)});
    if (!user) return form_again(call, user.error());
    return sign_in(call);
}

}  // namespace signet::http
