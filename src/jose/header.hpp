// jose/header.hpp - the protected header of a JWS, read strictly. RFC 7515 4.
//
// jwk, jku, x5u, x5c, x5t are names like any unknown one: nothing here or above
// looks at them (CHECKS A16).
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "jose/algorithms.hpp"

namespace jose::detail {

// CHECKS A9. The bytes were bounded with the whole token's.
inline constexpr signet::json::Limits kHeaderLimits{.bytes = SIZE_MAX, .depth = 8, .members = 64};

struct Header {
    std::string                json;           // decoded
    AlgorithmRow const*        row = nullptr;  // never null in a Header that was read
    std::string                kid;            // empty when absent
    std::optional<std::string> typ;
};

// Reads the headers of one thread's tokens. The tokens of an issuer have the
// same header, byte for byte, so the last few are remembered with what they say.
class HeaderReader {
public:
    // `encoded` is the token's first part. The header stays until the next call.
    // Errc::malformed_token, malformed_header, unsupported_critical, or
    // algorithm_not_allowed.
    [[nodiscard]] Result<Header const*> read(std::string_view encoded);

private:
    struct Known {
        std::string encoded;
        Header      header;
    };

    signet::json::Document document_;
    std::array<Known, 4>   known_;
    std::size_t            oldest_ = 0;
};

// The header of a payload that was signed as it is: refused unless "b64" is false
// and "crit" is ["b64"]. Nothing is remembered, so that no other reader can come
// upon it. RFC 7797 6.
[[nodiscard]] Result<Header> read_unencoded_header(std::string_view encoded);

// RFC 7515 4.1.9: "application/" may be left out, and media types have no case.
[[nodiscard]] bool same_type(std::string_view one, std::string_view other);

}  // namespace jose::detail
