#include "http/trace_context.hpp"

#include <algorithm>

namespace signet::http {
namespace {

// 3.2.1: version "-" trace-id "-" parent-id "-" trace-flags
constexpr std::size_t kTraceAt  = 3;
constexpr std::size_t kParentAt = 36;
constexpr std::size_t kFlagsAt  = 53;
constexpr std::size_t kLength   = 55;  // of version 00; later ones may go on behind another "-"

// HEXDIGLC: no capitals.
bool is_hex(std::string_view text)
{
    return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// 3.2.2.3, 3.2.2.4: all zeros is no id.
bool is_id(std::string_view text)
{
    return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

std::optional<std::string_view> parse_traceparent(std::string_view text)
{
    if (text.size() < kLength || text[kTraceAt - 1] != '-' || text[kParentAt - 1] != '-' || text[kFlagsAt - 1] != '-')
        return std::nullopt;
    auto const version = text.substr(0, 2);
    // 3.2.2.1: "Version ff is invalid."
    if (!is_hex(version) || version == "ff") return std::nullopt;
    bool const ends_well = text.size() == kLength || (version != "00" && text[kLength] == '-');
    if (!ends_well || !is_hex(text.substr(kFlagsAt, 2))) return std::nullopt;
    auto const trace = text.substr(kTraceAt, 32);
    if (!is_id(trace) || !is_id(text.substr(kParentAt, 16))) return std::nullopt;
    return trace;
}

std::string find_trace(Request const& request)
{
    if (request.count_headers("traceparent") != 1) return {};
    auto const trace = parse_traceparent(*request.find_header("traceparent"));
    return trace ? std::string{*trace} : std::string{};
}

std::string trace_response(std::string_view trace, std::string_view request_id)
{
    // "5f3ca201-1f" becomes "5f3ca2010000001f": eight bytes that find the request's lines.
    auto const  dash   = request_id.find('-');
    auto const  count  = request_id.substr(std::min(dash, request_id.size() - 1) + 1);
    auto const  digits = count.substr(count.size() > 8 ? count.size() - 8 : 0);
    std::string span{request_id.substr(0, dash)};
    span.append(span.size() + digits.size() < 16 ? 16 - span.size() - digits.size() : 0, '0').append(digits);
    return std::string{"00-"}.append(trace).append("-").append(span).append("-00");
}

}  // namespace signet::http
