#include "http/pages.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/json.hpp"
#include "http/caching.hpp"
#include "http/cookies.hpp"
#include "http/endpoints.hpp"
#include "http/errors.hpp"
#include "http/form_body.hpp"
#include "http/header_value.hpp"
#include "http/security_headers.hpp"
#include "http/template.hpp"
#include "web/assets.hpp"

namespace signet::http {
namespace {

constexpr std::string_view kBrandCss  = "/assets/branding.css";
constexpr std::string_view kBrandLogo = "/assets/logo";

constexpr std::chrono::minutes kBrandLife{5};

web::Asset const* find_asset(std::string_view path)
{
    auto const all   = web::assets();
    auto const found = std::ranges::lower_bound(all, path, {}, &web::Asset::path);
    return found == all.end() || found->path != path ? nullptr : &*found;
}

// "no" spares a stranger's page a refresh that would be refused. The refresh cookie is SameSite=Strict: that it is
// missing on the way from another site says nothing.
std::string_view session_hint(Request const& request)
{
    bool const from_elsewhere = request.find_header("Sec-Fetch-Site") == "cross-site";
    bool const has_cookie     = find_cookie(request, kRefreshCookie) || find_cookie(request, kSessionCookie);
    return from_elsewhere || has_cookie ? "maybe" : "no";
}

std::string origins_json(ApiSettings const& settings)
{
    std::string text = "[";
    for (auto const& origin : settings.allowed_origins) {
        if (text.size() > 1) text += ',';
        text += json::quote(origin);
    }
    return text + "]";
}

// What a site has set of the pages' custom properties; empty when nothing.
std::string brand_sheet(ApiSettings const& settings)
{
    if (!settings.brand_logo) return settings.brand_css;
    return ":root{--signet-logo:url(" + std::string{kBrandLogo} + ")}\n" + settings.brand_css;
}

Response not_modified(std::string_view tag, std::string_view cache_control)
{
    Response response;
    response.status = 304;
    response.set("ETag", tag);
    response.set("Cache-Control", cache_control);
    response.add("Vary", "Accept-Encoding");
    return response;
}

}  // namespace

Response page(Call const& call, std::string_view path, FormState const& state, int status)
{
    auto const* html = find_asset(path);
    if (!html) throw std::logic_error("web::assets() has no page " + std::string{path});

    auto const& settings = call.api.settings;
    auto const  nonce    = make_nonce(call.api.ports.random);
    auto const  query    = state.return_to.empty() ? "" : "?return_to=" + escape_query(state.return_to);
    Filling     values   = {
        {"nonce", escape_html(nonce)},
        {"brand_name", escape_html(settings.brand)},
        {"branding",
         brand_sheet(settings).empty() ? "" : "<link rel=\"stylesheet\" href=\"" + std::string{kBrandCss} + "\">"},
        {"return_origins", escape_html(origins_json(settings))},
        {"return_to", escape_html(state.return_to)},
        {"return_query", escape_html(query)},
        {"session_hint", std::string{session_hint(call.request)}},
        {"password_min", std::to_string(call.api.ports.settings.passwords.min_length)},
        {"signup", settings.signup ? "open" : "closed"},
        {"email", escape_html(state.email)},
        {"name", escape_html(state.name)},
        {"error", escape_html(state.error)},
    };

    Response response;
    response.status = status;
    response.body   = fill(html->body, values);
    response.set("Content-Type", html->content_type);
    response.set("Content-Security-Policy", page_policy(nonce, settings.allowed_origins));
    response.set("Cross-Origin-Opener-Policy", "same-origin");
    return response;
}

std::string wanted_return_to(Call const& call)
{
    auto const field = call.fields.find("return_to");
    auto const wanted =
        field ? std::string{*field} : find_query_field(call.request.query, "return_to").value_or(std::string{});
    return safe_return_to(wanted, call.api.settings, "");
}

// GET /
Response home_page(Call const&)
{
    Response response;
    response.status = 303;
    response.set("Location", "/account");
    return response;
}

// GET /login
Response login_page(Call const& call)
{
    return page(call, "/login", {.return_to = wanted_return_to(call)});
}

// GET /signup
Response signup_page(Call const& call)
{
    return page(call, "/signup", {.return_to = wanted_return_to(call)});
}

// GET /account
Response account_page(Call const& call)
{
    return page(call, "/account", {});
}

// GET /assets/{name}
Response asset(Call const& call)
{
    auto const& settings = call.api.settings;
    if (call.request.path == kBrandLogo && settings.brand_logo)
        return cacheable(call.request, settings.brand_logo->content_type, settings.brand_logo->bytes, kBrandLife);
    if (auto sheet = brand_sheet(settings); call.request.path == kBrandCss && !sheet.empty())
        return cacheable(call.request, "text/css; charset=utf-8", std::move(sheet), kBrandLife);

    auto const* file = find_asset(call.request.path);
    if (!file) return refuse(Errc::not_found);

    // A strong validator names bytes, so the compressed form has one of its own (RFC 9110 8.8.3.3).
    bool const gzip = !file->gzip.empty() && accepts_gzip(call.request);
    auto const tag =
        gzip ? std::string{file->etag.substr(0, file->etag.size() - 1)} + "-gzip\"" : std::string{file->etag};
    auto const keep = file->immutable ? "public, max-age=31536000, immutable" : "public, max-age=0, must-revalidate";
    if (has_copy(call.request, tag)) return not_modified(tag, keep);

    Response response;
    response.static_body = gzip ? file->gzip : file->body;
    response.set("Content-Type", file->content_type);
    response.set("ETag", tag);
    response.set("Cache-Control", keep);
    if (gzip) response.set("Content-Encoding", "gzip");
    response.add("Vary", "Accept-Encoding");
    return response;
}

}  // namespace signet::http
