#include "http/caching.hpp"
#include "http/endpoints.hpp"
#include "http/openapi_document.hpp"

namespace signet::http {

// GET /openapi.json
Response openapi(Call const& call)
{
    return cacheable(call.request, "application/json", std::string{openapi_document()}, std::chrono::minutes{5});
}

}  // namespace signet::http
