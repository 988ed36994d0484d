#include "gateway/asked_path.hpp"

#include <optional>

#include "base/utf8.hpp"

namespace signet::gateway {
namespace {

std::optional<unsigned> hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return std::nullopt;
}

bool is_control(char c)
{
    auto const byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
}

// What stands for something else when it is bare, for one reader or another.
bool is_special(char c)
{
    return std::string_view{"/\\.%;?#"}.contains(c) || is_control(c);
}

// As it was sent.
std::optional<PathFault> fault_of_bytes(std::string_view path)
{
    for (char const c : path) {
        if (is_control(c) || static_cast<unsigned char>(c) > 0x7F || c == ' ' || c == '#')
            return PathFault::forbidden_byte;
        if (c == '\\') return PathFault::backslash;
        if (c == ';') return PathFault::parameter;
    }
    return std::nullopt;
}

std::optional<PathFault> fault_of_segments(std::string_view path)
{
    if (path.contains("//")) return PathFault::empty_segment;
    for (auto rest = path.substr(1);;) {
        auto const end     = rest.find('/');
        auto const segment = rest.substr(0, end);
        if (segment == "." || segment == "..") return PathFault::dot_segment;
        if (end == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(end + 1);
    }
}

// One pass: what decoding makes is not decoded again.
std::expected<std::string, PathFault> decode(std::string_view path)
{
    std::string out;
    out.reserve(path.size());
    for (std::size_t at = 0; at < path.size(); ++at) {
        if (path[at] != '%') {
            out += path[at];
            continue;
        }
        auto const digits = path.substr(at + 1, 2);
        auto const high   = digits.empty() ? std::nullopt : hex_digit(digits.front());
        auto const low    = digits.size() < 2 ? std::nullopt : hex_digit(digits.back());
        if (!high || !low) return std::unexpected(PathFault::bad_percent);
        auto const c = static_cast<char>(*high << 4 | *low);
        if (is_special(c)) return std::unexpected(PathFault::encoded_special);
        out += c;
        at += 2;
    }
    if (!utf8::is_valid(out)) return std::unexpected(PathFault::not_utf8);
    return out;
}

}  // namespace

std::string_view name(PathFault fault)
{
    switch (fault) {
        case PathFault::not_absolute:
            return "not_absolute";
        case PathFault::forbidden_byte:
            return "forbidden_byte";
        case PathFault::backslash:
            return "backslash";
        case PathFault::parameter:
            return "parameter";
        case PathFault::empty_segment:
            return "empty_segment";
        case PathFault::dot_segment:
            return "dot_segment";
        case PathFault::bad_percent:
            return "bad_percent";
        case PathFault::encoded_special:
            return "encoded_special";
        case PathFault::not_utf8:
            return "not_utf8";
    }
    return "unknown";
}

std::string_view sentence(PathFault fault)
{
    switch (fault) {
        case PathFault::not_absolute:
            return "The path does not begin with a slash.";
        case PathFault::forbidden_byte:
            return "The path has a byte that no path has.";
        case PathFault::backslash:
            return "The path has a backslash.";
        case PathFault::parameter:
            return "The path has a semicolon.";
        case PathFault::empty_segment:
            return "The path has two slashes in a row.";
        case PathFault::dot_segment:
            return "The path has a segment of dots.";
        case PathFault::bad_percent:
            return "The path has a percent sign without two hexadecimal digits.";
        case PathFault::encoded_special:
            return "The path has a slash, backslash, dot, percent sign, semicolon, question mark, number sign, or "
                   "control character percent-encoded.";
        case PathFault::not_utf8:
            return "The path is not UTF-8.";
    }
    return "The path is not clear.";
}

std::expected<std::string, PathFault> parse_asked_path(std::string_view target)
{
    auto const path = target.substr(0, target.find('?'));
    if (!path.starts_with('/')) return std::unexpected(PathFault::not_absolute);
    if (auto const fault = fault_of_bytes(path)) return std::unexpected(*fault);
    if (auto const fault = fault_of_segments(path)) return std::unexpected(*fault);
    return decode(path);
}

}  // namespace signet::gateway
