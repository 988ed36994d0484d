#include <algorithm>

#include "core/logout.hpp"
#include "http/answers.hpp"
#include "http/endpoints.hpp"
#include "http/errors.hpp"
#include "http/token_answer.hpp"

namespace signet::http {
namespace {

json::Object to_json(core::Session const& session, core::SessionId current)
{
    json::Object object;
    object.set("id", session.id.text())
        .set("created_at", rfc3339(session.created_at))
        .set("last_used_at", rfc3339(session.last_used_at))
        .set("expires_at", rfc3339(std::min(session.idle_expires_at, session.expires_at)))
        .set("address", session.origin.address.text)
        .set("user_agent", session.origin.user_agent)
        .set("client_id", session.client_id)
        .set("current", session.id == current);
    return object;
}

}  // namespace

// GET /api/v1/sessions
Response list_sessions(Call const& call)
{
    auto const sessions = core::list_sessions(call.api.ports, *call.caller);
    if (!sessions) return refuse(call, sessions.error());

    std::vector<json::Object> items;
    for (auto const& session : *sessions) items.push_back(to_json(session, call.caller->session));
    json::Object body;
    body.set("sessions", items);
    return answer(200, body);
}

// DELETE /api/v1/sessions/{id}
Response end_session(Call const& call)
{
    auto const id = core::SessionId::parse(call.parameter);
    if (!id) return refuse(Errc::not_found);

    auto const ended = core::end_session(call.api.ports, *call.caller, *id, find_origin(call.request));
    if (!ended) return refuse(call, ended.error());
    auto response = no_content(*ended);
    if (*id == call.caller->session) forget_session(response, call);
    return response;
}

}  // namespace signet::http
