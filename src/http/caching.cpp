#include "http/caching.hpp"

#include <fmt/core.h>

#include <cstdint>

#include "http/header_value.hpp"

namespace signet::http {

Response cacheable(Request const& request, std::string_view content_type, std::string body, std::chrono::seconds life)
{
    auto const tag = entity_tag(body);
    Response   response;
    response.set("ETag", tag);
    response.set("Cache-Control", fmt::format("public, max-age={}", life.count()));
    if (has_copy(request, tag)) {
        response.status = 304;
        return response;
    }
    response.set("Content-Type", content_type);
    response.body = std::move(body);
    return response;
}

std::string entity_tag(std::string_view text)
{
    // FNV-1a: tells versions of our own documents apart, nothing more.
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (unsigned char const byte : text) hash = (hash ^ byte) * 0x100000001b3U;
    return fmt::format("\"{:016x}-{:x}\"", hash, text.size());
}

bool has_copy(Request const& request, std::string_view tag)
{
    auto rest = request.find_header("If-None-Match").value_or("");
    while (!rest.empty()) {
        auto const end  = rest.find(',');
        auto       item = trim(rest.substr(0, end));
        if (item.starts_with("W/")) item.remove_prefix(2);
        if (item == tag || item == "*") return true;
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return false;
}

}  // namespace signet::http
