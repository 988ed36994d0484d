#include "http/answers.hpp"
#include "http/endpoints.hpp"
#include "http/errors.hpp"

namespace signet::http {
namespace {

Response status(std::string_view word)
{
    json::Object body;
    body.set("status", word);
    return answer(200, body);
}

// As every refusal, and beside it the reason: a word that whoever watches this server can act on, with nothing in it
// of paths or of SQL.
Response not_ready(Call const& call, core::Error const& why)
{
    auto         response = refuse(call, {.code = core::Errc::unavailable, .detail = why.detail});
    json::Object body;
    body.set("error", find_error(core::Errc::unavailable).code)
        .set("error_description", find_error(core::Errc::unavailable).sentence)
        .set("reason", why.reason.empty() ? "unknown" : why.reason);
    response.body = body.text();
    return response;
}

}  // namespace

// GET /healthz: the process answers.
Response healthz(Call const&)
{
    return status("ok");
}

// GET /readyz: people can sign in; "degraded" while so many wait that sign-ins are refused (CHECKS E14). That is 200
// too: a balancer that takes a busy node away leaves its load to the others.
Response readyz(Call const& call)
{
    auto const ready = call.api.ready();
    if (!ready) return not_ready(call, ready.error());
    bool const busy = call.api.storage_pool.is_crowded() || call.api.hashing_pool.is_crowded();
    return status(busy ? "degraded" : "ready");
}

}  // namespace signet::http
