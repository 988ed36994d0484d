// jose/compact.hpp - the compact form: three base64url parts. RFC 7515 7.1.
#pragma once
#include <cstddef>
#include <string_view>

#include "jose/result.hpp"

namespace jose::detail {

// Views into the text that was split; still encoded.
struct Compact {
    std::string_view header;
    std::string_view payload;  // may be empty: RFC 7515 allows it
    std::string_view signature;
    std::string_view signing_input;  // RFC 7515 5.2 step 8: the bytes as received
};

// Errc::token_too_large before anything is read, else Errc::malformed_token when
// there are not two dots or the header or signature is empty.
[[nodiscard]] Result<Compact> split_compact(std::string_view text, std::size_t max_bytes);

}  // namespace jose::detail
