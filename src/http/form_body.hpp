// http/form_body.hpp - application/x-www-form-urlencoded: forms of pages without scripts, and queries.
#pragma once
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/fields.hpp"
#include "http/message.hpp"

namespace signet::http {

// At most 100 fields, percent-decoded once, UTF-8; unknown ones are ignored. Errc::invalid_request for a field that is
// missing, twice there, or not decodable.
[[nodiscard]] std::expected<Fields, Response> read_form_body(std::string_view body, std::span<Member const> members);

// The field of that name in a query; nullopt when it is absent, twice there, or not decodable.
[[nodiscard]] std::optional<std::string> find_query_field(std::string_view query, std::string_view name);

}  // namespace signet::http
