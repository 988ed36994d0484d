// jose/base64url_into.hpp - base64url into memory that is used again.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace jose::base64url {

[[nodiscard]] constexpr std::size_t encoded_size(std::size_t bytes)
{
    return (bytes * 4 + 2) / 3;
}
[[nodiscard]] constexpr std::size_t decoded_size(std::size_t characters)
{
    return characters * 3 / 4;
}

// Replaces `out` with the decoded bytes. False for what decode() refuses; `out`
// then holds nothing of use.
[[nodiscard]] bool decode_into(std::string& out, std::string_view text);

// Appends the encoded bytes to `out`.
void append(std::string& out, std::string_view bytes);

}  // namespace jose::base64url
