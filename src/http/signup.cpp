#include "core/signup.hpp"

#include "http/answers.hpp"
#include "http/endpoints.hpp"
#include "http/errors.hpp"

namespace signet::http {

// POST /api/v1/signup. Signs nobody in: the client does that next, with the password it has.
Response signup(Call const& call)
{
    if (!call.api.settings.signup) return refuse(Errc::signup_closed);

    auto const user = core::signup(call.api.ports, {.email    = std::string{call.fields.get("email")},
                                                    .name     = std::string{call.fields.find("name").value_or("")},
                                                    .password = SecretString{call.fields.get("password")},
                                                    .roles    = {},
                                                    .origin   = find_origin(call.request)});
    if (!user) return refuse(call, user.error());

    json::Object body;
    body.set("user", to_json(*user));
    return answer(201, body);
}

}  // namespace signet::http
