#include "http/caching.hpp"

#include <fmt/core.h>

#include <cstdint>

#include "http/header_value.hpp"

namespace signet::http {

namespace {

// All but the body: 304 when none is to follow.
Response begin_answer(Request const& request, std::string_view content_type, std::string_view tag,
                      std::chrono::seconds life)
{
    Response response;
    response.set("ETag", tag);
    response.set("Cache-Control", fmt::format("public, max-age={}", life.count()));
    if (has_copy(request, tag))
        response.status = 304;
    else
        response.set("Content-Type", content_type);
    return response;
}

}  // namespace

Response cacheable(Request const& request, std::string_view content_type, std::string_view body,
                   std::chrono::seconds life)
{
    auto response = begin_answer(request, content_type, entity_tag(body), life);
    if (response.status == 200) response.body = body;
    return response;
}

FixedDocument::FixedDocument(std::string_view content_type, std::string_view body)
    : content_type_(content_type), body_(body), tag_(entity_tag(body))
{
}

Response FixedDocument::answer(Request const& request, std::chrono::seconds life) const
{
    auto response = begin_answer(request, content_type_, tag_, life);
    if (response.status == 200) response.static_body = body_;
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
