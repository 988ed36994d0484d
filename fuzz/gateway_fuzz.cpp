// What somebody asks a gateway for: a path has one form or none, the rule with the most segments of it decides, and
// what the service is told of a person stays one header.
//
// The first byte says which. For rules a line each, of GET where it begins with '?'; the last line is what is asked.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "gateway/asked.hpp"
#include "gateway/asked_path.hpp"
#include "gateway/identity_headers.hpp"
#include "gateway/rules.hpp"
#include "require.hpp"

namespace {

using namespace signet::gateway;
using fuzz::require;

std::vector<std::string_view> split(std::string_view text, char at)
{
    std::vector<std::string_view> parts;
    for (;;) {
        auto const end = text.find(at);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::string encode(std::string_view path)
{
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    constexpr std::string_view kPlain  = "/.-_~";
    std::string                out;
    for (char const c : path) {
        auto const byte  = static_cast<std::uint8_t>(c);
        bool const plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (plain || kPlain.contains(c)) {
            out += c;
        } else {
            out += '%';
            out += kDigits[byte >> 4];
            out += kDigits[byte & 0xF];
        }
    }
    return out;
}

void check_path(std::string_view target)
{
    auto const path = parse_asked_path(target);
    require(parse_asked_path(std::string{target} + "?a=/../b;c") == path);
    if (!path) return;
    require(path->starts_with('/') && signet::utf8::is_valid(*path));
    require(path->find_first_of("\\;%") == std::string::npos);
    require(std::ranges::none_of(*path, [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7F; }));
    auto const segments = split(std::string_view{*path}.substr(1), '/');
    for (auto const segment : segments) require(segment != "." && segment != "..");
    for (auto const segment : std::span{segments}.first(segments.size() - 1)) require(!segment.empty());
    // Written in the one other way there is, it is the same path.
    require(parse_asked_path(encode(*path)) == *path);
    require(!parse_asked_path(target.substr(0, target.find('?')).ends_with('/') ? encode(*path) + ".."
                                                                                : encode(*path) + "/.."));
}

// The segments of a rule's path; none of "/".
std::vector<std::string_view> segments_of(std::string_view path)
{
    return path == "/" ? std::vector<std::string_view>{} : split(path.substr(1), '/');
}

void check_rules(std::string_view text)
{
    auto              lines = split(text, '\n');
    auto const        asked = parse_asked_path(lines.back());
    std::vector<Rule> given;
    lines.pop_back();
    for (auto const line : lines) {
        bool const of_get = line.starts_with('?');
        given.push_back({.path = std::string{line.substr(of_get ? 1 : 0)}});
        if (of_get) given.back().methods = {"GET"};
        given.back().scopes = {std::to_string(given.size())};
    }
    auto const rules = Rules::make(given, signet::WhenStale::fail_closed);
    if (!rules || !asked) return;

    auto const asked_segments = segments_of(*asked);
    for (std::string_view const method : {"GET", "POST"}) {
        Rule const* best = nullptr;
        for (auto const& rule : given) {
            auto const segments = segments_of(rule.path);
            if (segments.size() > asked_segments.size()) continue;
            if (!std::ranges::equal(segments, std::span{asked_segments}.first(segments.size()))) continue;
            if (!rule.methods.empty() && method != "GET") continue;
            bool const is_closer = best == nullptr || segments.size() > segments_of(best->path).size() ||
                                   (best->path == rule.path && best->methods.empty());
            if (is_closer) best = &rule;
        }
        auto const& found = rules->find(method, *asked);
        require(found.scopes == (best ? best->scopes : std::vector<std::string>{}));
        require(best != nullptr || found.access == Access::signed_in);
    }
}

void check_header(std::string_view text)
{
    auto const value = header_text(text);
    require(std::ranges::all_of(value, [](char c) { return c > 0x20 && c < 0x7F; }));
    std::string back;
    for (std::size_t at = 0; at < value.size(); ++at) {
        if (value[at] != '%') {
            back += value[at];
            continue;
        }
        back += static_cast<char>(std::stoi(value.substr(at + 1, 2), nullptr, 16));
        at += 2;
    }
    require(back == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    if (size == 0) return 0;
    auto const bytes = fuzz::text_of(data + 1, size - 1);
    if (data[0] % 3 == 0) check_path(bytes);
    if (data[0] % 3 == 1) check_rules(bytes);
    if (data[0] % 3 == 2) check_header(bytes);
    return 0;
}
