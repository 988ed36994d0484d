#include "http/answers.hpp"
#include "http/endpoints.hpp"

namespace signet::http {

// GET /api/v1/me: from the token alone.
Response me(Call const& call)
{
    json::Object body;
    body.set("user", to_json(*call.caller))
        .set("session_id", call.caller->session.text())
        .set("expires_at", rfc3339(call.caller->expires_at));
    return answer(200, body);
}

}  // namespace signet::http
