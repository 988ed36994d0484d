// jose/base64url.hpp - base64url without padding, RFC 4648 5 and RFC 7515 2, strictly.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace jose::base64url {

// Never refused. Cost: one pass and one allocation. Thread-safe, as all of this header.
[[nodiscard]] std::string encode(std::span<std::uint8_t const> bytes);
[[nodiscard]] std::string encode(std::string_view bytes);

// The bytes, or nullopt for anything that encode() does not write: padding,
// white space, '+' or '/', a length of 1 modulo 4, non-zero unused bits. So two
// different texts never decode to the same bytes. The empty text is no bytes. Cost:
// one pass and one allocation.
[[nodiscard]] std::optional<std::string> decode(std::string_view text);

}  // namespace jose::base64url
