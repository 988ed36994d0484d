#include "cli/terminal_text.hpp"

#include <fmt/format.h>

#include "base/utf8.hpp"

namespace signet::cli {
namespace {

bool is_harmful(char32_t code)
{
    bool const is_control   = code < 0x20 || (code >= 0x7F && code < 0xA0);
    bool const is_separator = code == 0x2028 || code == 0x2029;
    // Unicode Standard Annex 9, 2: marks, embeddings, overrides, isolates.
    bool const is_direction = code == 0x061C || code == 0x200E || code == 0x200F ||
                              (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
    return is_control || is_separator || is_direction;
}

}  // namespace

std::string for_terminal(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        auto const code = utf8::take(text);
        if (is_harmful(code))
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(code));
        else
            utf8::append(out, code);
    }
    return out;
}

}  // namespace signet::cli
