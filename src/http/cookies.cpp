#include "http/cookies.hpp"

#include <algorithm>

#include "http/header_value.hpp"

namespace signet::http {
namespace {

constexpr std::string_view kAttributes = "; Path=/; Secure; HttpOnly; SameSite=";

}  // namespace

std::optional<std::string_view> find_cookie(Request const& request, std::string_view name)
{
    constexpr std::size_t           kLongest = 4096;
    std::optional<std::string_view> found;
    for (auto const& header : request.headers) {
        if (!same_name(header.name, "Cookie")) continue;
        // RFC 6265 5.4: pairs are separated by "; ". A pair without '=' is a value without a name.
        for (std::string_view rest = header.value; !rest.empty();) {
            auto const end  = rest.find(';');
            auto const pair = trim(rest.substr(0, end));
            rest            = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);

            auto const equals = pair.find('=');
            if (equals == std::string_view::npos || trim(pair.substr(0, equals)) != name) continue;
            if (found) return std::nullopt;
            found = trim(pair.substr(equals + 1));
        }
    }
    if (found && (found->empty() || found->size() > kLongest)) return std::nullopt;
    return found;
}

std::string keep_cookie(std::string_view name, std::string_view value, std::chrono::seconds life)
{
    std::string text{name};
    text.append("=").append(value).append(kAttributes).append(name == kSessionCookie ? "Lax" : "Strict");
    return text.append("; Max-Age=").append(std::to_string(std::max<std::int64_t>(0, life.count())));
}

std::string drop_cookie(std::string_view name)
{
    return keep_cookie(name, "", std::chrono::seconds{0});
}

}  // namespace signet::http
