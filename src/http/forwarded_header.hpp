// http/forwarded_header.hpp - the field Forwarded of RFC 7239, read strictly.
//
// Knows nothing of:  who may send it (forwarded.hpp).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::http {

// Which header of a declared proxy names its client. One alone: a proxy sets one, and hands on what its client wrote
// into the other.
enum class ForwardedHeader { x_forwarded_for, forwarded };

// The client that each element of one line names, in order: its canonical address without port, or empty where it has
// no `for`, or one that is "unknown" or hidden ("_secret"). nullopt for a line that breaks the grammar of RFC 7239
// section 4, where an IPv6 address stands in brackets and, as anything with a port, in quotes.
[[nodiscard]] std::optional<std::vector<std::string>> parse_forwarded(std::string_view line);

}  // namespace signet::http
