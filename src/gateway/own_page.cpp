#include "gateway/own_page.hpp"

#include "gateway/sign_in.hpp"
#include "http/header_value.hpp"

namespace signet::gateway {
namespace {

bool is_safe(Asked const& asked, http::Request const& request)
{
    bool const reads = asked.method == "GET" || asked.method == "HEAD" || asked.method == "OPTIONS";
    bool const opens = request.find_header("Upgrade").has_value() || request.find_header("Sec-WebSocket-Key");
    return reads && !opens;
}

}  // namespace

bool may_rely_on_cookie(Asked const& asked, http::Request const& request)
{
    if (is_safe(asked, request)) return true;
    if (request.count_headers("Origin") > 1 || request.count_headers("Sec-Fetch-Site") > 1) return false;
    if (auto const site = request.find_header("Sec-Fetch-Site"))
        return http::trim(*site) == "same-origin" || http::trim(*site) == "none";
    auto const origin = request.find_header("Origin");
    return origin && http::trim(*origin) == find_asked_origin(request);
}

}  // namespace signet::gateway
