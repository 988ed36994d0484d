#include "verifier/bearer.hpp"

#include <algorithm>

namespace signet {
namespace {

constexpr std::string_view kScheme = "bearer";

bool names_bearer(std::string_view scheme)
{
    // RFC 9110 11.1: the scheme is matched without regard to case.
    return std::ranges::equal(scheme, kScheme,
                              [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; });
}

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::expected<std::string_view, NoBearer> parse_bearer(std::string_view authorization)
{
    auto const scheme = authorization.substr(0, authorization.find_first_of(" \t"));
    if (!names_bearer(scheme)) return std::unexpected(NoBearer::absent);
    if (authorization.size() > kLongestAuthorization) return std::unexpected(NoBearer::malformed);

    auto const token = trimmed(authorization.substr(scheme.size()));
    if (token.empty()) return std::unexpected(NoBearer::absent);
    return token;
}

}  // namespace signet
