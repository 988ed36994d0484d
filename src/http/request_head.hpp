// http/request_head.hpp - where a request's head ends, and whether its bytes are fit to be parsed.
//
// Parsers disagree about line ends, folded lines, and control characters, and
// that is what request smuggling lives on (CHECKS E1). So the raw bytes are
// held to RFC 9112 here, before any parser sees them.
#pragma once
#include <cstddef>
#include <expected>
#include <optional>
#include <string_view>

#include "http/refusal.hpp"
#include "http/server.hpp"

namespace signet::http {

// Watches one head grow. Each byte is looked at once, however slowly they come.
class RequestHead {
public:
    explicit RequestHead(Limits const& limits) : limits_(limits) {}

    // `text` is all that has arrived since the head's first byte. Gives its size, blank line included, once it is
    // there; nullopt when more must come.
    //
    // Refuses a line that does not end in CRLF, a CR or control character within a line, and a folded line with 400;
    // a request line over the limit with 414; more or longer header lines than the limits with 431.
    [[nodiscard]] std::expected<std::optional<std::size_t>, Refusal> scan(std::string_view text);

    // Ready for the next head.
    void reset();

private:
    [[nodiscard]] std::optional<Refusal> check_size(std::size_t size) const;

    Limits const& limits_;
    std::size_t   line_begin_   = 0;
    std::size_t   searched_     = 0;  // no line end before here, from line_begin_ on
    std::size_t   header_begin_ = 0;  // after the request line; 0 while that is incomplete
    std::size_t   header_lines_ = 0;
};

// Whether `line`, without its CRLF, holds nothing but tabs, spaces, and what is
// visible or beyond ASCII. RFC 9110 5.5: CR, LF, and NUL are dangerous.
[[nodiscard]] bool is_clean_line(std::string_view line);

// Whether `text` may be a header's name. RFC 9110 5.6.2.
[[nodiscard]] bool is_token(std::string_view text);

// Whether `text` may be a request target: RFC 3986's characters alone, and every
// '%' followed by two hexadecimal digits.
[[nodiscard]] bool is_clean_target(std::string_view text);

// Whether `text` may be the value of Host: a name or address, then maybe a port.
[[nodiscard]] bool is_clean_authority(std::string_view text);

}  // namespace signet::http
