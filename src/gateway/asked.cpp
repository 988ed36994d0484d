#include "gateway/asked.hpp"

#include <algorithm>

#include "base/result.hpp"
#include "gateway/asked_path.hpp"

namespace signet::gateway {
namespace {

struct HeaderNames {
    std::string_view method;
    std::string_view target;
};
constexpr HeaderNames kNginx{"X-Original-Method", "X-Original-URI"};
constexpr HeaderNames kForwarded{"X-Forwarded-Method", "X-Forwarded-Uri"};

// As the request says it, unchecked.
struct Said {
    std::string_view method;
    std::string_view path;
    std::string_view query;
};

std::unexpected<Unclear> unclear(AskedFault fault, std::string sentence)
{
    return std::unexpected(Unclear{fault, std::move(sentence)});
}

std::expected<std::string_view, Unclear> get_only(http::Request const& request, std::string_view header)
{
    auto const value = request.find_header(header);
    if (!value) return unclear(AskedFault::header_missing, "The proxy does not send " + std::string{header} + ".");
    if (request.count_headers(header) != 1)
        return unclear(AskedFault::header_repeated, "The proxy sends " + std::string{header} + " twice.");
    return *value;
}

std::expected<Said, Unclear> read_headers(http::Request const& request, HeaderNames const& names)
{
    auto const method = TRY(get_only(request, names.method));
    auto const target = TRY(get_only(request, names.target));
    auto const path   = target.substr(0, target.find('?'));
    return Said{method, path, target.substr(std::min(target.size(), path.size() + 1))};
}

std::expected<Said, Unclear> read_said(Proxy proxy, http::Request const& request)
{
    if (proxy == Proxy::nginx) return read_headers(request, kNginx);
    if (proxy == Proxy::forwarded) return read_headers(request, kForwarded);
    return Said{http::name(request.method), std::string_view{request.path}.substr(kDecisionPath.size()), request.query};
}

}  // namespace

std::expected<Asked, Unclear> read_asked(Proxy proxy, http::Request const& request)
{
    auto const said = TRY(read_said(proxy, request));
    if (!is_method(said.method)) return unclear(AskedFault::bad_method, "The method is not one.");
    auto path = parse_asked_path(said.path);
    if (!path) return unclear(AskedFault::bad_path, std::string{sentence(path.error())});
    return Asked{.method = said.method, .path = *std::move(path), .raw_path = said.path, .query = said.query};
}

bool is_for_decision(Proxy proxy, http::Request const& request)
{
    if (proxy != Proxy::envoy) return request.path == kDecisionPath;
    auto const& path = request.path;
    return path.starts_with(kDecisionPath) &&
           (path.size() == kDecisionPath.size() || path[kDecisionPath.size()] == '/');
}

bool is_method(std::string_view text)
{
    constexpr std::size_t kLongest = 32;
    return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

}  // namespace signet::gateway
