// http/caching.hpp - public documents that clients may keep. RFC 9110 13, RFC 9111.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace signet::http {

// 200, or 304 when the client has this very text; fresh for `life` with everybody.
[[nodiscard]] Response cacheable(Request const& request, std::string_view content_type, std::string_view body,
                                 std::chrono::seconds life);

// A document that is part of the program: its tag is made once, and it is never copied.
class FixedDocument {
public:
    // `body` must live as long as the process.
    FixedDocument(std::string_view content_type, std::string_view body);

    [[nodiscard]] Response answer(Request const& request, std::chrono::seconds life) const;

private:
    std::string_view content_type_;
    std::string_view body_;
    std::string      tag_;
};

// A strong validator: equal texts, equal tags. With the quotes.
[[nodiscard]] std::string entity_tag(std::string_view text);

// Whether If-None-Match names `tag`, by weak comparison, or is "*".
[[nodiscard]] bool has_copy(Request const& request, std::string_view tag);

}  // namespace signet::http
