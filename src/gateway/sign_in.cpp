#include "gateway/sign_in.hpp"

#include "http/header_value.hpp"
#include "http/request_head.hpp"

namespace signet::gateway {
namespace {

// Encoded: proxies have little room for a header.
constexpr std::size_t kLongestReturnAddress = 2048;

std::optional<std::string_view> find_only(http::Request const& request, std::string_view header)
{
    if (request.count_headers(header) != 1) return std::nullopt;
    return http::trim(*request.find_header(header));
}

// RFC 3986 2.3: what means nothing else anywhere stays.
std::string encode(std::string_view text)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    constexpr std::string_view kPlain  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string                out;
    for (char const c : text) {
        if (kPlain.contains(c)) {
            out += c;
            continue;
        }
        auto const byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4];
        out += kDigits[byte & 0xF];
    }
    return out;
}

}  // namespace

bool is_navigation(Asked const& asked, http::Request const& request)
{
    if (asked.method != "GET") return false;
    if (auto const mode = request.find_header("Sec-Fetch-Mode")) return http::trim(*mode) == "navigate";
    return request.find_header("Accept").value_or("").contains("text/html");
}

// Envoy repeats Host itself.
std::optional<std::string> find_asked_origin(http::Request const& request)
{
    auto const scheme = find_only(request, "X-Forwarded-Proto");
    if (scheme != "https" && scheme != "http") return std::nullopt;
    auto const forwarded = find_only(request, "X-Forwarded-Host");
    bool const named     = request.find_header("X-Forwarded-Host").has_value();
    auto const host      = named ? forwarded : find_only(request, "Host");
    if (!host || !http::is_clean_authority(*host)) return std::nullopt;
    return std::string{*scheme} + "://" + std::string{*host};
}

std::string sign_in_address(std::string_view sign_in_url, Asked const& asked, http::Request const& request)
{
    auto const origin = find_asked_origin(request);
    if (!origin) return std::string{sign_in_url};
    auto page = *origin + std::string{asked.raw_path};
    if (!asked.query.empty()) page += "?" + std::string{asked.query};
    auto return_to = encode(page);
    if (return_to.size() > kLongestReturnAddress) return_to = encode(*origin + "/");
    if (return_to.size() > kLongestReturnAddress) return std::string{sign_in_url};
    return std::string{sign_in_url} + (sign_in_url.contains('?') ? '&' : '?') + "return_to=" + return_to;
}

}  // namespace signet::gateway
