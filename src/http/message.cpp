#include "http/message.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace signet::http {

namespace {

constexpr std::array<std::string_view, 7> kMethodNames = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

constexpr char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

std::string_view name(Method method)
{
    return kMethodNames.at(static_cast<std::size_t>(method));
}

std::optional<Method> parse_method(std::string_view text)
{
    auto const found = std::ranges::find(kMethodNames, text);
    if (found == kMethodNames.end()) return std::nullopt;
    return static_cast<Method>(found - kMethodNames.begin());
}

bool same_name(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

std::optional<std::string_view> Request::find_header(std::string_view header_name) const
{
    for (auto const& header : headers)
        if (same_name(header.name, header_name)) return header.value;
    return std::nullopt;
}

std::size_t Request::count_headers(std::string_view header_name) const
{
    return static_cast<std::size_t>(
        std::ranges::count_if(headers, [&](Header const& header) { return same_name(header.name, header_name); }));
}

void FixedLines::add(std::string_view lines)
{
    if (end() == blocks_.end()) throw std::length_error("an answer has too many blocks of header lines");
    blocks_[static_cast<std::size_t>(count_++)] = lines;
}

Response& Response::set(std::string_view header_name, std::string_view value)
{
    std::erase_if(headers, [&](Header const& header) { return same_name(header.name, header_name); });
    return add(header_name, value);
}

Response& Response::add(std::string_view header_name, std::string_view value)
{
    constexpr std::size_t kUsual = 8;
    if (headers.empty()) headers.reserve(kUsual);
    headers.push_back({std::string{header_name}, std::string{value}});
    return *this;
}

}  // namespace signet::http
