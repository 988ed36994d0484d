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

// GET /readyz: people can sign in.
Response readyz(Call const& call)
{
    auto const ready = call.api.ready();
    if (!ready) return refuse(call, {core::Errc::unavailable, ready.error().detail});
    return status("ready");
}

}  // namespace signet::http
