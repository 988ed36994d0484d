#include "http/origins.hpp"

#include <algorithm>
#include <optional>

#include "http/errors.hpp"

namespace signet::http {
namespace {

// What a page's script may read besides the body; Date, because a client's clock may be wrong (CHECKS D11, D19).
constexpr std::string_view kExpose =
    "Access-Control-Expose-Headers: Date, Retry-After, Signet-Propagated, WWW-Authenticate, X-Request-Id, "
    "traceresponse\r\n";
constexpr std::string_view kReadByAll   = "Access-Control-Allow-Origin: *\r\n";
constexpr std::string_view kWithCookies = "Access-Control-Allow-Credentials: true\r\n";
constexpr std::string_view kTaken       = "Authorization, Content-Type, traceparent";
constexpr std::string_view kMaxAge      = "600";

bool is_safe(Method method)
{
    return method == Method::get || method == Method::head || method == Method::options;
}

bool is_allowed(std::string_view origin, ApiSettings const& settings)
{
    return std::ranges::find(settings.allowed_origins, origin) != settings.allowed_origins.end();
}

// Bytes that browsers drop, fold, or read as '/': no address that is meant well has them. Encoded control characters
// and backslashes are refused as well, for whoever decodes once more.
bool has_tricks(std::string_view url)
{
    if (std::ranges::any_of(url, [](unsigned char c) { return c <= 0x20 || c >= 0x7f || c == '\\' || c == '"'; }))
        return true;
    for (auto at = url.find('%'); at != std::string_view::npos; at = url.find('%', at + 1)) {
        auto const code = url.substr(at + 1, 2);
        if (code.size() < 2 || code[0] == '0' || code[0] == '1') return true;
        if (code == "5c" || code == "5C" || code == "7f" || code == "7F") return true;
    }
    return false;
}

bool is_page_of(std::string_view url, std::string_view origin)
{
    if (origin.empty() || !url.starts_with(origin)) return false;
    auto const rest = url.substr(origin.size());
    return rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#';
}

}  // namespace

std::string_view origin_of(std::string_view url)
{
    auto const scheme = url.find("://");
    if (scheme == std::string_view::npos) return {};
    return url.substr(0, url.find_first_of("/?#", scheme + 3));
}

Sender find_sender(Request const& request, ApiSettings const& settings)
{
    if (request.count_headers("Origin") > 1 || request.count_headers("Sec-Fetch-Site") > 1) return Sender::foreign_page;

    auto const site   = request.find_header("Sec-Fetch-Site");
    auto const origin = request.find_header("Origin");
    if (!site && !origin) return Sender::no_browser;

    // Under our own Referrer-Policy: no-referrer a browser sends a form with "Origin: null" (Fetch, "append a request
    // Origin header"). Sec-Fetch-Site is the browser's word that no script can write, and an opaque origin is never
    // same-origin.
    if (site && *site == "same-origin" && origin && *origin == "null") return Sender::own_page;

    bool const own     = origin && *origin == origin_of(settings.issuer);
    bool const allowed = origin && is_allowed(*origin, settings);
    if (origin && !own && !allowed) return Sender::foreign_page;  // "null" too

    // `none` is the user's own hand: an address typed, a bookmark.
    if (!site || *site == "same-origin" || *site == "none")
        return own || !origin ? Sender::own_page : Sender::allowed_page;

    // same-site and cross-site say that the page is not ours, and only Origin says whose it is.
    return allowed && !own ? Sender::allowed_page : Sender::foreign_page;
}

bool is_called_locally(Request const& request)
{
    auto host = request.find_header("Host").value_or("");
    if (host.starts_with('['))
        host = host.substr(1, host.find(']') - 1);
    else
        host = host.substr(0, host.find(':'));
    if (same_name(host, "localhost")) return true;
    auto const address = core::ClientAddress::parse(host);
    return address && address->is_loopback();
}

bool is_from_browser(Request const& request)
{
    return request.find_header("Sec-Fetch-Site").has_value();
}

bool may_send(Method method, Pages pages, Sender sender)
{
    if (is_safe(method)) return true;
    switch (pages) {
        case Pages::any:
            return true;
        case Pages::allowed:
            return sender != Sender::foreign_page;
        // A form can be sent by any page, and it signs somebody in: silence is no proof (login CSRF, CHECKS D4).
        case Pages::same:
        case Pages::local:
            return sender == Sender::own_page;
    }
    return false;
}

void allow_reading(Response& response, Request const& request, Pages pages, Sender sender)
{
    if (pages == Pages::any) {
        response.fixed_lines.add(kReadByAll);
        response.fixed_lines.add(kExpose);
        return;
    }
    if (pages != Pages::allowed) return;

    response.add("Vary", "Origin");
    // A form of our own may say "null" (find_sender), but so may any sandboxed frame: that name is given to nobody.
    auto const origin = request.find_header("Origin");
    if (!origin || *origin == "null" || (sender != Sender::own_page && sender != Sender::allowed_page)) return;
    response.set("Access-Control-Allow-Origin", *origin);
    response.fixed_lines.add(kWithCookies);
    response.fixed_lines.add(kExpose);
}

Response answer_options(Request const& request, Pages pages, Sender sender, std::string_view methods)
{
    bool const preflight = request.find_header("Access-Control-Request-Method").has_value();
    bool const welcome   = pages == Pages::any ||
                         (pages == Pages::allowed && (sender == Sender::own_page || sender == Sender::allowed_page));
    if (preflight && !welcome) {
        auto response = refuse(Errc::origin_not_allowed);
        response.set("Allow", methods);
        return response;
    }

    Response response;
    response.status = 204;
    response.set("Allow", methods);
    if (preflight) {
        response.set("Access-Control-Allow-Methods", methods);
        response.set("Access-Control-Allow-Headers", kTaken);
        response.set("Access-Control-Max-Age", kMaxAge);
    }
    return response;
}

std::string safe_return_to(std::string_view wanted, ApiSettings const& settings, std::string_view otherwise)
{
    constexpr std::size_t kLongest = 2048;
    if (wanted.empty() || wanted.size() > kLongest || has_tricks(wanted)) return std::string{otherwise};

    // "/path" is ours; "//host" is somebody else's, and "/..//host" becomes that for whoever resolves it by hand.
    if (wanted.front() == '/') {
        auto const path = wanted.substr(0, wanted.find_first_of("?#"));
        return std::string{path.find("//") == std::string_view::npos ? wanted : otherwise};
    }

    if (is_page_of(wanted, origin_of(settings.issuer))) return std::string{wanted};
    for (auto const& origin : settings.allowed_origins)
        if (is_page_of(wanted, origin)) return std::string{wanted};
    return std::string{otherwise};
}

}  // namespace signet::http
