#include "http/endpoints.hpp"

namespace signet::http {

// GET /metrics, on the admin listener alone (CHECKS E35).
Response metrics(Call const& call)
{
    Response response;
    response.body = call.api.metrics.text();
    response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return response;
}

}  // namespace signet::http
