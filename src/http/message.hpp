// http/message.hpp - a request that has been read whole, and the answer to it.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/client_address.hpp"

namespace signet::http {

class StreamHold;

// Only what routes can name; any other method is answered by the server itself.
enum class Method { get, head, post, put, patch, delete_, options };
[[nodiscard]] std::string_view      name(Method method);  // "GET", "DELETE", …
// Names are exact: "get" is no method.
[[nodiscard]] std::optional<Method> parse_method(std::string_view text);

// Whether two header names are the same: letters of ASCII compare without case.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

struct Header {
    std::string name;  // as sent; compared without regard to case
    std::string value;
};

// Framing, limits, and syntax have been checked; nothing else.
struct Request {
    Method              method = Method::get;
    std::string         path;   // of the target, undecoded: "/api/v1/sessions/0199…"
    std::string         query;  // after '?', undecoded
    std::vector<Header> headers;
    std::string         body;
    core::ClientAddress peer;  // of the connection, or as a declared proxy says

    // The first header of that name; nullopt when absent.
    [[nodiscard]] std::optional<std::string_view> find_header(std::string_view header_name) const;
    [[nodiscard]] std::size_t                     count_headers(std::string_view header_name) const;
};

// Header lines that many answers have in common, each with its CRLF: they are neither copied nor looked at again. For
// literals of this program alone.
class FixedLines {
public:
    // Throws std::length_error beyond eight.
    void add(std::string_view lines);

    [[nodiscard]] auto begin() const { return blocks_.begin(); }
    [[nodiscard]] auto end() const { return blocks_.begin() + count_; }

private:
    std::array<std::string_view, 8> blocks_{};
    std::ptrdiff_t                  count_ = 0;
};

struct Response {
    int                         status = 200;
    std::vector<Header>         headers;  // content-length, date, and connection are the server's
    std::string                 body;
    // Served as it is instead of `body`; must live as long as the process, or as `body_owner`.
    std::string_view            static_body = {};
    std::shared_ptr<void const> body_owner  = {};
    bool                        close       = false;  // end the connection after this answer
    FixedLines                  fixed_lines = {};     // besides `headers`
    // What follows the body until the stream ends, and the connection with it (RFC 9112 6.3): it has no length.
    std::shared_ptr<StreamHold> stream      = {};
    // Not 0: a sequence of the revocation log. The answer waits until that has been published, and says how far it
    // got (DESIGN 7).
    std::uint64_t               revoked_to  = 0;

    Response& set(std::string_view header_name, std::string_view value);  // replaces
    Response& add(std::string_view header_name, std::string_view value);  // appends: Set-Cookie
};

}  // namespace signet::http
