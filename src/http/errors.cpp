#include "http/errors.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>

#include "base/json.hpp"

namespace signet::http {
namespace {

// NB: a wrong password and a refused refresh token are 401 without a challenge: RFC 9110 15.5.2 wants one with every
// 401, but no authentication scheme names these endpoints, and a browser must not open its own password box.
constexpr auto kRows = std::to_array<ErrorRow>({
    // The request's form
    {"bad_request", 400, "This is not a valid HTTP request."},
    {"invalid_request", 400, "The request is not one this route takes."},
    {"malformed_json", 400, "The body is not one strict JSON object."},
    {"invalid_email", 400, "This is not an e-mail address."},
    {"invalid_name", 400, "A name is at most 200 bytes of text without control characters."},
    {"invalid_role", 400, "A role is 1 to 64 of the characters a-z 0-9 _ . : -"},
    {"unsupported_hash", 400, "This kind of password hash is not accepted."},
    {"password_too_short", 400, "The password is too short."},
    {"password_too_long", 400, "The password is too long."},
    {"password_too_common", 400, "This password is one of those that are tried first. Choose another."},
    {"password_is_personal", 400, "The password contains your own name or address. Choose another."},
    {"request_timeout", 408, "The request did not arrive in time."},
    {"payload_too_large", 413, "The body is larger than this server accepts."},
    {"uri_too_long", 414, "The address is longer than this server accepts."},
    {"unsupported_media_type", 415, "The body must be of the type this route takes, and say so in Content-Type."},
    {"header_too_large", 431, "The header is larger than this server accepts."},
    // Who and where
    {"bad_credentials", 401, "That e-mail and password don't match."},
    {"invalid_grant", 401, "The refresh token is not valid, or its session is over. Sign in again."},
    {"invalid_token", 401, "The access token is not valid."},
    {"missing_token", 401, "This route needs an access token."},
    {"unknown_verifier", 401, "No verifier has this credential."},
    {"origin_not_allowed", 403, "Pages of this origin may not send this request."},
    {"signup_closed", 403, "New accounts are not open to everyone here."},
    {"not_found", 404, "There is nothing here."},
    {"method_not_allowed", 405, "This route does not take this method."},
    {"email_taken", 409, "There already is an account with this e-mail address."},
    {"name_taken", 409, "There already is one of this name."},
    {"too_old", 410, "What follows this sequence is not kept any more. Take the snapshot."},
    {"tls_required", 421, "In the clear this server answers its own machine and its proxies alone. Use https."},
    {"slow_down", 429, "Too many attempts. Try again later."},
    // This server
    {"internal", 500, "Something went wrong in the server."},
    {"wrong_master_key", 500, "The server cannot open its keys."},
    {"not_implemented", 501, "This server does not know this method or encoding."},
    {"busy", 503, "The server is busy. Try again shortly."},
    {"unavailable", 503, "The server cannot reach its data. Try again shortly."},
    {"http_version_not_supported", 505, "This server speaks HTTP/1.1."},
});

constexpr std::string_view code_of(Errc code)
{
    switch (code) {
        case Errc::bad_request:
            return "bad_request";
        case Errc::invalid_request:
            return "invalid_request";
        case Errc::malformed_json:
            return "malformed_json";
        case Errc::payload_too_large:
            return "payload_too_large";
        case Errc::uri_too_long:
            return "uri_too_long";
        case Errc::header_too_large:
            return "header_too_large";
        case Errc::unsupported_media_type:
            return "unsupported_media_type";
        case Errc::request_timeout:
            return "request_timeout";
        case Errc::missing_token:
            return "missing_token";
        case Errc::unknown_verifier:
            return "unknown_verifier";
        case Errc::origin_not_allowed:
            return "origin_not_allowed";
        case Errc::signup_closed:
            return "signup_closed";
        case Errc::not_found:
            return "not_found";
        case Errc::method_not_allowed:
            return "method_not_allowed";
        case Errc::too_old:
            return "too_old";
        case Errc::tls_required:
            return "tls_required";
        case Errc::internal:
            return "internal";
        case Errc::not_implemented:
            return "not_implemented";
        case Errc::busy:
            return "busy";
        case Errc::unavailable:
            return "unavailable";
        case Errc::http_version_not_supported:
            return "http_version_not_supported";
    }
    return "internal";
}

ErrorRow const* find_row(std::string_view code)
{
    auto const row = std::ranges::find(kRows, code, &ErrorRow::code);
    return row == kRows.end() ? nullptr : &*row;
}

ErrorRow const& get_row(std::string_view code)
{
    auto const* row = find_row(code);
    if (!row) throw std::logic_error("no row in the table of errors for " + std::string{code});
    return *row;
}

Response refusal(ErrorRow const& row, std::string_view sentence = {})
{
    json::Object body;
    body.set("error", row.code).set("error_description", sentence.empty() ? row.sentence : sentence);

    Response response;
    response.status = row.status;
    response.body   = body.text();
    response.set("Content-Type", "application/json");
    if (row.status == 503) response.set("Retry-After", "1");
    return response;
}

}  // namespace

std::span<ErrorRow const> error_rows()
{
    return kRows;
}

ErrorRow const& find_error(Errc code)
{
    return get_row(code_of(code));
}

ErrorRow const& find_error(core::Errc code)
{
    return get_row(core::name(code));
}

Response refuse(Errc code, std::string_view sentence)
{
    return refusal(find_error(code), sentence);
}

Response refuse(core::Error const& error)
{
    auto response = refusal(find_error(error.code));
    if (error.retry_after)
        response.set("Retry-After", std::to_string(std::max<std::int64_t>(1, error.retry_after->count())));
    return response;
}

Response error_page(int status, std::string_view code, SecurityNeeds const& needs)
{
    auto const* row = find_row(code);
    if (!row || row->status != status) {
        auto const same = std::ranges::find(kRows, status, &ErrorRow::status);
        row             = same == kRows.end() ? &find_error(Errc::internal) : &*same;
    }
    auto response   = refusal(*row);
    response.status = status;
    // RFC 9110 15.5.6: for a method no route can name, what this server knows as a whole.
    if (status == 405) response.set("Allow", "GET, HEAD, POST, DELETE, OPTIONS");
    add_security_headers(response, needs);
    return response;
}

}  // namespace signet::http
