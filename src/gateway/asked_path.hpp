// gateway/asked_path.hpp - the path that somebody asks a service for, in the one form that rules are written in.
//
// A path that two readers could take for two different ones is refused (CHECKS E8): what the gateway allows must be
// what the service answers.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace signet::gateway {

// Why a path is not one.
enum class PathFault : std::uint8_t {
    not_absolute,     // "admin", "*", "https://example.com/", nothing
    forbidden_byte,   // a control character, a byte beyond ASCII, or '#'
    backslash,        // some take it for a slash
    parameter,        // ';': some cut off what follows
    empty_segment,    // "//": some take it for one slash
    dot_segment,      // "/./", "/../"
    bad_percent,      // '%' without two hexadecimal digits
    encoded_special,  // one of / \ . % ; ? # or a control character, percent-encoded
    not_utf8,         // decoded
};

// "dot_segment" for PathFault::dot_segment, and so on.
[[nodiscard]] std::string_view name(PathFault fault);
// For people; holds nothing of the path.
[[nodiscard]] std::string_view sentence(PathFault fault);

// The path of a request's target, percent-encoding decoded once, the query cut off: "/caf%C3%A9/menu?day=1" gives
// "/café/menu". A slash at the end stays. Cost: one copy.
[[nodiscard]] std::expected<std::string, PathFault> parse_asked_path(std::string_view target);

}  // namespace signet::gateway
