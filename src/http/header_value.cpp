#include "http/header_value.hpp"

namespace signet::http {
namespace {

bool is_zero_quality(std::string_view parameters)
{
    auto const at = parameters.find("q=");
    if (at == std::string_view::npos) return false;
    auto const quality = trim(parameters.substr(at + 2));
    return quality.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

std::string_view trim(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool has_media_type(Request const& request, std::string_view type)
{
    if (request.count_headers("Content-Type") != 1) return false;
    auto const value = *request.find_header("Content-Type");
    auto const end   = value.find(';');
    if (!same_name(trim(value.substr(0, end)), type)) return false;
    if (end == std::string_view::npos) return true;
    auto const parameter = trim(value.substr(end + 1));
    return parameter.empty() || same_name(parameter, "charset=utf-8") || same_name(parameter, "charset=\"utf-8\"");
}

bool accepts_gzip(Request const& request)
{
    auto rest = request.find_header("Accept-Encoding").value_or("");
    while (!rest.empty()) {
        auto const end    = rest.find(',');
        auto const item   = rest.substr(0, end);
        auto const coding = trim(item.substr(0, item.find(';')));
        if (same_name(coding, "gzip") || coding == "*") return !is_zero_quality(item.substr(coding.size()));
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return false;
}

}  // namespace signet::http
