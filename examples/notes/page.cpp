#include "page.hpp"

#include <string_view>

#include "asset.hpp"

namespace notes {
namespace {

// The page may run its own scripts, use its own styles, and call Signet and the
// other instance. Nothing else, whatever somebody slips into a note.
std::string content_security_policy(PageSettings const& settings)
{
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
           "connect-src 'self' " +
           settings.issuer + " " + settings.peer +
           "; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
           "require-trusted-types-for 'script'; trusted-types svelte-trusted-html";
}

std::string escaped_for_html(std::string_view text)
{
    std::string escaped;
    for (char const c : text) {
        if (c == '&')
            escaped += "&amp;";
        else if (c == '"')
            escaped += "&quot;";
        else if (c == '<')
            escaped += "&lt;";
        else
            escaped += c;
    }
    return escaped;
}

std::string filled_in(std::string page, std::string_view placeholder, std::string const& value)
{
    auto const at = page.find(placeholder);
    return at == std::string::npos ? page : page.replace(at, placeholder.size(), escaped_for_html(value));
}

}  // namespace

void serve_page(httplib::Server& server, PageSettings const& settings)
{
    for (auto const& asset : assets()) {
        if (asset.path == "/") continue;
        server.Get(std::string{asset.path}, [&asset](auto const&, auto& response) {
            response.set_header("Cache-Control", "public, max-age=31536000, immutable");
            response.set_content(asset.body.data(), asset.body.size(), std::string{asset.content_type}.c_str());
        });
    }

    auto const& index = *std::ranges::find(assets(), std::string_view{"/"}, &Asset::path);
    auto        page  = filled_in(std::string{index.body}, "{{issuer}}", settings.issuer);
    page              = filled_in(std::move(page), "{{peer}}", settings.peer);
    auto const policy = content_security_policy(settings);
    server.Get("/", [page, policy](auto const&, auto& response) {
        response.set_header("Content-Security-Policy", policy);
        response.set_header("Cache-Control", "no-cache");
        response.set_content(page, "text/html; charset=utf-8");
    });
}

}  // namespace notes
