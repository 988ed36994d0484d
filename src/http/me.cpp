#include "http/answers.hpp"
#include "http/endpoints.hpp"

namespace signet::http {

// GET /api/v1/me: from the token alone.
Response me(Call const& call)
{
    // As answers.cpp's objects would say it, in one string: this is the one answer that is given per request of every
    // page. Ids and times need no quoting.
    auto const&           caller = *call.caller;
    constexpr std::size_t kUsual = 512;
    std::string           body;
    body.reserve(kUsual);
    body.append(R"({"user":{"id":")").append(caller.user.text());
    body.append(R"(","email":)").append(json::quote(caller.email));
    body.append(R"(,"name":)").append(json::quote(caller.name));
    body.append(R"(,"roles":[)");
    for (auto const& role : caller.roles)
        body.append(&role == caller.roles.data() ? "" : ",").append(json::quote(role));
    body.append(R"(]},"session_id":")").append(caller.session.text());
    body.append(R"(","expires_at":")").append(rfc3339(caller.expires_at)).append(R"("})");

    Response response;
    response.body = std::move(body);
    response.set("Content-Type", "application/json");
    return response;
}

}  // namespace signet::http
