// http/errors.hpp - the one table of refusals: code, status, sentence.
#pragma once
#include <cstdint>
#include <span>
#include <string_view>

#include "core/result.hpp"
#include "http/message.hpp"
#include "http/security_headers.hpp"

namespace signet::http {

// What only HTTP can refuse; core::Errc are the others. Spelled like the public code.
enum class Errc : std::uint8_t {
    // The request's form
    bad_request,  // not HTTP: the server says this
    invalid_request,
    malformed_json,
    payload_too_large,
    uri_too_long,
    header_too_large,
    unsupported_media_type,
    request_timeout,
    // Who and where
    missing_token,
    unknown_verifier,
    origin_not_allowed,
    signup_closed,
    not_found,
    method_not_allowed,
    too_old,
    tls_required,  // the server says this
    // This server
    internal,
    not_implemented,
    busy,
    unavailable,
    http_version_not_supported,
};

struct ErrorRow {
    std::string_view code;
    int              status;
    std::string_view sentence;  // for people; never holds anything of the request
};

[[nodiscard]] std::span<ErrorRow const> error_rows();
[[nodiscard]] ErrorRow const&           find_error(Errc code);
[[nodiscard]] ErrorRow const&           find_error(core::Errc code);

// {"error":…,"error_description":…}. `sentence` replaces the row's own and must hold nothing a stranger sent (CHECKS
// D10).
[[nodiscard]] Response refuse(Errc code, std::string_view sentence = {});
// With Retry-After where the rule names a time, or the code means "later". The detail stays inside.
[[nodiscard]] Response refuse(core::Error const& error);

// For http::Server: the answer to what never became a request. A code that the table lacks is answered by its status.
// Pages of other origins cannot read it: nothing that was refused unread says who asked.
[[nodiscard]] Response error_page(int status, std::string_view code, SecurityNeeds const& needs);

}  // namespace signet::http
