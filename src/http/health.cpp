#include "http/answers.hpp"
#include "http/endpoints.hpp"

namespace signet::http {
namespace {

Response status(std::string_view word)
{
    json::Object body;
    body.set("status", word);
    return answer(200, body);
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
    if (!ready) return refuse(call, {core::Errc::unavailable, ready.error().detail});
    bool const busy = call.api.storage_pool.is_crowded() || call.api.hashing_pool.is_crowded();
    return status(busy ? "degraded" : "ready");
}

}  // namespace signet::http
