// http/trace_context.hpp - the trace that a request says it is part of (W3C Trace Context).
//
// A stranger's word: it is logged and answered, so that two logs can be read side by side, and nothing rests on it.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace signet::http {

// The 32 hexadecimal digits of the trace id of a `traceparent`, checked to the letter of section 3.2; nullopt
// otherwise.
[[nodiscard]] std::optional<std::string_view> parse_traceparent(std::string_view text);

// Of the request's one header; empty when it has none, several, or one that is not valid.
[[nodiscard]] std::string find_trace(Request const& request);

// The header `traceresponse` of the W3C's draft: the same trace, this request as its span, nothing sampled.
// `request_id` is one of RequestIds.
[[nodiscard]] std::string trace_response(std::string_view trace, std::string_view request_id);

}  // namespace signet::http
