// core/password_hash_fields.hpp - the parts of "$kind$parameters$salt$hash" texts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signet::core {

// "$a$b" gives "", "a", "b". At most 8 parts; the rest of the text is in the last.
[[nodiscard]] std::vector<std::string_view> split_fields(std::string_view text, char separator);

// A decimal without sign, blank, or leading zero.
[[nodiscard]] std::optional<std::uint32_t> parse_decimal(std::string_view text);
// The value of "name=123".
[[nodiscard]] std::optional<std::uint32_t> parse_parameter(std::string_view text, std::string_view name);

enum class Base64 : std::uint8_t {
    unpadded,         // RFC 4648 4 without '=', as in PHC strings
    padded,           // RFC 4648 4, as Django writes it
    dotted_unpadded,  // '.' for '+', as passlib's PBKDF2 ("ab64")
};
// nullopt also for more than `most` bytes.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text, Base64 form, std::size_t most);

}  // namespace signet::core
