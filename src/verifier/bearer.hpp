// verifier/bearer.hpp - the token out of an Authorization header. RFC 6750 2.1.
#pragma once
#include <cstddef>
#include <expected>
#include <string_view>

namespace signet {

enum class NoBearer {
    absent,     // no header, another scheme, or a scheme without a token
    malformed,  // the Bearer scheme with something that cannot be one token
};

inline constexpr std::size_t kLongestAuthorization = 16 * 1024;  // bytes

// The one token after "Bearer", a view into `authorization`. Says nothing of
// what the token is worth.
[[nodiscard]] std::expected<std::string_view, NoBearer> parse_bearer(std::string_view authorization);

}  // namespace signet
