// cli/terminal_text.hpp - text of strangers, as a terminal may be shown it.
#pragma once
#include <string>
#include <string_view>

namespace signet::cli {

// Control characters, which could move the cursor or forge a line, and those that
// turn the direction of text, become \uXXXX; invalid UTF-8 becomes U+FFFD. JSON
// without white space between its values stays the same JSON.
[[nodiscard]] std::string for_terminal(std::string_view text);

}  // namespace signet::cli
