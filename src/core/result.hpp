// core/result.hpp - what every rule gives back: a value, or why not.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace signet::core {

// Spelled like the public code; http/errors.cpp gives each a status and a sentence.
enum class Errc : std::uint8_t {
    // Signing in and up
    bad_credentials,  // unknown address, wrong password, or disabled account: never says which
    slow_down,        // too many tries; Error::retry_after is set
    busy,             // the hashing queue is full; Error::retry_after is set
    email_taken,
    invalid_email,
    invalid_name,
    password_too_short,
    password_too_long,
    password_too_common,
    password_is_personal,  // contains the account's own name or address
    // Sessions
    invalid_grant,  // refresh token forged, expired, ended, or reused
    invalid_token,  // access token refused
    not_found,
    // Administration
    invalid_role,
    name_taken,
    unsupported_hash,  // an imported password hash of a kind or strength not accepted
    // Storage and keys
    unavailable,  // storage failed; nothing is known about the request itself
    wrong_master_key,
};

[[nodiscard]] std::string_view name(Errc code);

// `detail` is for the log and has no way to a client. `reason` is a word of ours, kept for ever, that says why
// something is unavailable where that is known: `disk_full`. It points to a literal, and /readyz tells it.
struct Error {
    Errc                                code;
    std::string                         detail      = {};
    std::optional<std::chrono::seconds> retry_after = std::nullopt;
    std::string_view                    reason      = {};
};

template <class T>
using Result = std::expected<T, Error>;

// `return refused(Errc::not_found, "no session …");`
[[nodiscard]] inline std::unexpected<Error> refused(Errc code, std::string detail = {})
{
    return std::unexpected(Error{code, std::move(detail)});
}
// `return unavailable("disk_full", "sqlite: …");`
[[nodiscard]] inline std::unexpected<Error> unavailable(std::string_view reason, std::string detail)
{
    return std::unexpected(Error{.code = Errc::unavailable, .detail = std::move(detail), .reason = reason});
}

}  // namespace signet::core
