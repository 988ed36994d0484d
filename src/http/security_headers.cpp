#include "http/security_headers.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "jose/base64url.hpp"

namespace signet::http {
namespace {

bool has(Response const& response, std::string_view name)
{
    return std::ranges::find(response.headers, name, &Header::name) != response.headers.end();
}

constexpr std::string_view kEveryAnswer =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n";
constexpr std::string_view kNoStore  = "Cache-Control: no-store\r\n";
constexpr std::string_view kNoScript = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
// Concerns loads without CORS only (<img>, <script>): a page that fetch()es by the rules of origins.cpp is not
// hindered.
constexpr std::string_view kForAll   = "Cross-Origin-Resource-Policy: cross-origin\r\n";
constexpr std::string_view kForUs    = "Cross-Origin-Resource-Policy: same-origin\r\n";
constexpr std::string_view kStrict   = "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";

bool is_address(std::string_view host)
{
    return host.starts_with('[') ||
           std::ranges::all_of(host, [](unsigned char c) { return std::isdigit(c) || c == '.'; });
}

}  // namespace

void add_security_headers(Response& response, SecurityNeeds const& needs)
{
    auto& lines = response.fixed_lines;
    lines.add(kEveryAnswer);
    lines.add(needs.pages == Pages::any ? kForAll : kForUs);
    if (!has(response, "Cache-Control")) lines.add(kNoStore);
    if (!has(response, "Content-Security-Policy")) lines.add(kNoScript);
    if (needs.strict) lines.add(kStrict);
}

bool is_strict_transport(ApiSettings const& settings)
{
    auto const origin = origin_of(settings.issuer);
    if (!settings.secure || !origin.starts_with("https://")) return false;
    auto host = origin.substr(8);
    if (!host.starts_with('[')) host = host.substr(0, host.find(':'));
    return host != "localhost" && !host.ends_with(".localhost") && !is_address(host);
}

std::string page_policy(std::string_view nonce, std::span<std::string const> form_targets)
{
    std::string policy = "default-src 'none'; script-src 'nonce-";
    policy += nonce;
    policy +=
        "' 'strict-dynamic'; style-src 'self'; img-src 'self'; connect-src 'self'; font-src 'none'; base-uri 'none'; "
        "object-src 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types svelte-trusted-html; form-action 'self'";
    // Chromium holds the redirect after a form's POST to this list as well.
    for (auto const& origin : form_targets) policy += " " + origin;
    return policy;
}

std::string make_nonce(Random& random)
{
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);
    return jose::base64url::encode(bytes);
}

}  // namespace signet::http
