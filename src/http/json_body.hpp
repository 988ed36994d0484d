// http/json_body.hpp - a stranger's JSON to the members an endpoint takes.
#pragma once
#include <expected>
#include <span>
#include <string_view>

#include "base/json.hpp"
#include "http/fields.hpp"
#include "http/message.hpp"

namespace signet::http {

// One strict JSON object of depth at most 32 (base/json.hpp). Unknown members are ignored.
//
// Errc::malformed_json for what is no such object; Errc::invalid_request for a member that is missing or no string: the
// sentence names the member as this server knows it, never what was sent (CHECKS D10). Where no member is required an
// empty body is an empty object.
//
// Bodies hold passwords and tokens: what parsing one leaves in memory is wiped before this returns.
[[nodiscard]] std::expected<Fields, Response> read_json_body(std::string_view body, std::span<Member const> members);

// The same with a document of the caller's, wiped too.
[[nodiscard]] std::expected<Fields, Response> read_json_body(json::Document& document, std::string_view body,
                                                             std::span<Member const> members);

}  // namespace signet::http
