// jose/secret_strength.hpp - shared secrets that a guesser tries first.
#pragma once
#include <string_view>

namespace jose::detail {

// Why this is no secret, whatever its length (CHECKS A45); empty when nothing is
// known against it. A random secret is refused with a probability under 2^-60.
[[nodiscard]] std::string_view guessable(std::string_view secret);

// True for what a person can type: printable ASCII, perhaps with the end of a line behind it.
[[nodiscard]] bool is_text(std::string_view secret);

}  // namespace jose::detail
