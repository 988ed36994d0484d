#include "core/session_exchange.hpp"
#include "http/answers.hpp"
#include "http/endpoints.hpp"

namespace signet::http {
namespace {

json::Object inactive()
{
    json::Object body;
    body.set("active", false);
    return body;
}

}  // namespace

// POST /api/v1/session-token: what stands before a service asks for the access token of a browser that brought it a
// session cookie.
//
// A session that is over is an answer and no refusal, as with RFC 7662 2.2: a 401 would be of the verifier's own
// credential, or of something in between, and must sign nobody out.
Response session_token(Call const& call)
{
    auto const& ports = call.api.ports;
    auto const  grant = core::exchange_session(ports, {.cookie = SecretString{call.fields.get("session")}});
    if (!grant && grant.error().code == core::Errc::invalid_grant) return answer(200, inactive());
    if (!grant) return refuse(call, grant.error());

    auto const   left = std::chrono::ceil<std::chrono::seconds>(grant->session_expires_at - ports.clock.now());
    json::Object body;
    body.set("active", true)
        .set("access_token", grant->access.text)
        .set("token_type", "Bearer")
        .set("expires_in", std::int64_t{grant->access.expires_in.count()})
        .set("session_id", grant->session.text())
        .set("session_expires_in", std::int64_t{left.count()});
    return answer(200, body);
}

}  // namespace signet::http
