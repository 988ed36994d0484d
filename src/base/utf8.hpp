// base/utf8.hpp - code points out of UTF-8 and back. RFC 3629.
#pragma once
#include <string>
#include <string_view>

namespace signet::utf8 {

inline constexpr char32_t kReplacement = 0xFFFD;

// Removes the first code point from `text`, which must not be empty, and gives
// it. Of invalid bytes it removes one and gives U+FFFD; overlong forms,
// surrogates, and code points beyond U+10FFFF are invalid.
[[nodiscard]] char32_t take(std::string_view& text);

// False where take() would give U+FFFD for want of anything better.
[[nodiscard]] bool is_valid(std::string_view text);

// Appends `code`, which must be a code point, to `out`.
void append(std::string& out, char32_t code);

}  // namespace signet::utf8
