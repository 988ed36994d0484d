// jose/base64url.hpp - base64url without padding, RFC 4648 5 and RFC 7515 2, strictly.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jose::base64url {

[[nodiscard]] std::string encode(std::span<std::uint8_t const> bytes);
[[nodiscard]] std::string encode(std::string_view bytes);

// The bytes, or nullopt for anything that encode() does not write: padding,
// white space, '+' or '/', a length of 1 modulo 4, non-zero unused bits. So two
// different texts never decode to the same bytes.
[[nodiscard]] std::optional<std::string> decode(std::string_view text);

}  // namespace jose::base64url
