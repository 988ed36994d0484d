#include "http/security_headers.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace signet::http {
namespace {

bool has(Response const& response, std::string_view name)
{
    return std::ranges::find(response.headers, name, &Header::name) != response.headers.end();
}

void set_if_absent(Response& response, std::string_view name, std::string_view value)
{
    if (!has(response, name)) response.set(name, value);
}

bool is_address(std::string_view host)
{
    return host.starts_with('[') ||
           std::ranges::all_of(host, [](unsigned char c) { return std::isdigit(c) || c == '.'; });
}

}  // namespace

void add_security_headers(Response& response, SecurityNeeds const& needs)
{
    set_if_absent(response, "Cache-Control", "no-store");
    set_if_absent(response, "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("X-Frame-Options", "DENY");
    response.set("Referrer-Policy", "no-referrer");
    // Concerns loads without CORS only (<img>, <script>): a page that fetch()es by the rules of origins.cpp is not
    // hindered.
    response.set("Cross-Origin-Resource-Policy", needs.pages == Pages::any ? "cross-origin" : "same-origin");
    if (needs.strict) response.set("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
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
    constexpr std::string_view   kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);

    // 128 bits are 21 characters of six bits and one of two.
    std::string   text;
    std::uint32_t held = 0;
    int           bits = 0;
    for (auto const byte : bytes) {
        held = held << 8 | byte;
        for (bits += 8; bits >= 6; bits -= 6) text += kAlphabet[held >> (bits - 6) & 63];
    }
    text += kAlphabet[held << (6 - bits) & 63];
    return text + "==";
}

}  // namespace signet::http
