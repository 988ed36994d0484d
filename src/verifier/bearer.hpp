// verifier/bearer.hpp - the token out of an Authorization header. RFC 6750 2.1.
#pragma once
#include <cstddef>
#include <expected>
#include <string_view>

namespace signet {

enum class NoBearer {
    absent,     // no header, another scheme, or a scheme without a token
    malformed,  // longer than any header should be
};

inline constexpr std::size_t kLongestAuthorization = 16UL * 1024;  // bytes

// What stands after "Bearer", a view into `authorization`. Whether that is one
// token, and what it is worth, is for the verification to say.
[[nodiscard]] std::expected<std::string_view, NoBearer> parse_bearer(std::string_view authorization);

}  // namespace signet
