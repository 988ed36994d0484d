// http/head_parser.hpp - a whole head of clean bytes to method, target, headers, and framing.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "http/message.hpp"
#include "http/refusal.hpp"

namespace signet::http {

// How the body comes, and what the client wants of the connection.
struct Framing {
    std::uint64_t content_length   = 0;
    bool          chunked          = false;
    bool          keep_alive       = false;
    bool          expects_continue = false;
};

// Fills method, path, query, and headers of `request`, whose old strings are used again.
//
// `head` must have passed RequestHead::scan(). Of two readings that RFC 9112 allows, the one that refuses is taken:
// Content-Length and Transfer-Encoding together, either of them twice, a Content-Length that is not digits alone
// (CHECKS E1), Host missing or twice. Headers whose name has an underscore are left out (CHECKS E7). An absolute
// target replaces Host (RFC 9112 3.2.2). HTTP/1.0 gets an answer, and the connection ends.
[[nodiscard]] std::expected<Framing, Refusal> parse_head(std::string_view head, Request& request);

}  // namespace signet::http
