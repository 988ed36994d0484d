// http/header_value.hpp - reading the values of header fields.
#pragma once
#include <string_view>

#include "http/message.hpp"

namespace signet::http {

// Without the spaces and tabs around it (RFC 9110 5.6.3).
[[nodiscard]] std::string_view trim(std::string_view text);

// "application/json", also with charset=utf-8; any other parameter, or a second header, is another type.
[[nodiscard]] bool has_media_type(Request const& request, std::string_view type);

// Whether Accept-Encoding takes gzip: named, or by "*", and not with q=0 (RFC 9110 12.5.3).
[[nodiscard]] bool accepts_gzip(Request const& request);

}  // namespace signet::http
