#include "http/router.hpp"

#include <algorithm>

namespace signet::http {
namespace {

// What a {parameter} may be: an id or a file's name.
bool is_parameter(std::string_view text)
{
    constexpr std::size_t kLongest = 128;
    return !text.empty() && text.size() <= kLongest && text.front() != '.' && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    });
}

// What stands for the parameter; "" in a route without one; nullopt when the path is not this route's.
std::optional<std::string_view> match_path(std::string_view pattern, std::string_view path)
{
    auto const open = pattern.find('{');
    if (open == std::string_view::npos) return pattern == path ? std::optional{std::string_view{}} : std::nullopt;
    if (!path.starts_with(pattern.substr(0, open))) return std::nullopt;
    auto const parameter = path.substr(open);
    return is_parameter(parameter) ? std::optional{parameter} : std::nullopt;
}

}  // namespace

Match find_route(std::span<Route const> table, Method method, std::string_view path)
{
    auto const wanted = method == Method::head ? Method::get : method;
    Match      match;
    for (auto const& row : table) {
        auto const parameter = match_path(row.path, path);
        if (!parameter) continue;
        match.sibling   = &row;
        match.parameter = *parameter;
        if (row.method != wanted) continue;
        match.route = &row;
        return match;
    }
    return match;
}

std::string methods_of(std::span<Route const> table, std::string_view path)
{
    std::string text;
    for (auto const& row : table) {
        if (!match_path(row.path, path)) continue;
        text.append(name(row.method)).append(", ");
        if (row.method == Method::get) text += "HEAD, ";
    }
    return text + "OPTIONS";
}

}  // namespace signet::http
