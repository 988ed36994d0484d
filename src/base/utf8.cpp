#include "base/utf8.hpp"

#include <cstddef>

namespace signet::utf8 {
namespace {

struct Form {
    std::size_t length;
    char32_t    first_bits;  // what the first byte gives
    char32_t    least;       // less than this would be overlong
};

Form form_of(unsigned char first)
{
    if (first < 0x80) return {1, first, 0};
    if (first >= 0xC2 && first <= 0xDF) return {2, first & 0x1Fu, 0x80};
    if (first >= 0xE0 && first <= 0xEF) return {3, first & 0x0Fu, 0x800};
    if (first >= 0xF0 && first <= 0xF4) return {4, first & 0x07u, 0x10000};
    return {0, 0, 0};
}

}  // namespace

char32_t take(std::string_view& text)
{
    auto const form = form_of(static_cast<unsigned char>(text.front()));
    char32_t   code = form.first_bits;
    bool       good = form.length != 0 && form.length <= text.size();
    for (std::size_t i = 1; good && i < form.length; ++i) {
        auto const byte = static_cast<unsigned char>(text[i]);
        good            = (byte & 0xC0) == 0x80;
        code            = code << 6 | (byte & 0x3Fu);
    }
    bool const is_surrogate = code >= 0xD800 && code <= 0xDFFF;
    good                    = good && code >= form.least && code <= 0x10FFFF && !is_surrogate;
    text.remove_prefix(good ? form.length : 1);
    return good ? code : kReplacement;
}

bool is_valid(std::string_view text)
{
    while (!text.empty()) {
        auto const before = text.size();
        // U+FFFD itself has three bytes.
        if (take(text) == kReplacement && before - text.size() == 1) return false;
    }
    return true;
}

void append(std::string& out, char32_t code)
{
    auto const continuation = [&](int shift) { out += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) {
        out += static_cast<char>(code);
        return;
    }
    if (code < 0x800) {
        out += static_cast<char>(0xC0 | code >> 6);
        return continuation(0);
    }
    if (code < 0x10000) {
        out += static_cast<char>(0xE0 | code >> 12);
        continuation(6);
        return continuation(0);
    }
    out += static_cast<char>(0xF0 | code >> 18);
    continuation(12);
    continuation(6);
    continuation(0);
}

}  // namespace signet::utf8
