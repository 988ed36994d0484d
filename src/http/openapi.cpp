#include "http/caching.hpp"
#include "http/endpoints.hpp"
#include "http/openapi_document.hpp"

namespace signet::http {

// GET /openapi.json
Response openapi(Call const& call)
{
    static FixedDocument const document{"application/json", openapi_document()};
    return document.answer(call.request, std::chrono::minutes{5});
}

}  // namespace signet::http
