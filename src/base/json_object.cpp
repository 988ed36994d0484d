// Writing: our own JSON, from what may be any text.
#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/json.hpp"
#include "base/utf8.hpp"

namespace signet::json {
namespace {

template <class Text>
void append_unicode_escape(Text& out, unsigned code)
{
    constexpr std::string_view kHex = "0123456789abcdef";
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHex[code >> shift & 0xF];
}

template <class Text>
void append_escaped(Text& out, char32_t code)
{
    switch (code) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            break;
    }
    if (code < 0x20 || code == 0x7F) return append_unicode_escape(out, code);
    std::string bytes;
    utf8::append(bytes, code);
    out += bytes;
}

template <class Text>
void append_quoted(Text& out, std::string_view text)
{
    auto const is_plain = [](char c) {
        auto const byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
    };
    out += '"';
    if (std::ranges::all_of(text, is_plain))
        out += text;
    else
        while (!text.empty()) append_escaped(out, utf8::take(text));
    out += '"';
}

}  // namespace

std::string Object::text() const
{
    std::string out;
    out.reserve(members_.size() + 2);
    out += '{';
    out += members_;
    out += '}';
    return out;
}

void Object::append(Object const& value)
{
    members_ += '{';
    members_ += value.members_;
    members_ += '}';
}

void Object::begin(std::string_view name)
{
    if (!members_.empty()) members_ += ',';
    append_quoted(members_, name);
    members_ += ':';
}

Object& Object::set(std::string_view name, std::string_view value)
{
    begin(name);
    append_quoted(members_, value);
    return *this;
}

Object& Object::set(std::string_view name, std::int64_t value)
{
    std::array<char, 24> digits;
    auto const           end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return set_raw(name, {digits.data(), end});
}

Object& Object::set(std::string_view name, bool value)
{
    return set_raw(name, value ? "true" : "false");
}

Object& Object::set(std::string_view name, std::span<std::string const> values)
{
    begin(name);
    char before = '[';
    for (auto const& value : values) {
        members_ += std::exchange(before, ',');
        append_quoted(members_, value);
    }
    members_ += values.empty() ? "[]" : "]";
    return *this;
}

Object& Object::set(std::string_view name, Object const& value)
{
    begin(name);
    append(value);
    return *this;
}

Object& Object::set(std::string_view name, std::span<Object const> values)
{
    begin(name);
    char before = '[';
    for (auto const& value : values) {
        members_ += std::exchange(before, ',');
        append(value);
    }
    members_ += values.empty() ? "[]" : "]";
    return *this;
}

Object& Object::set_null(std::string_view name)
{
    return set_raw(name, "null");
}

Object& Object::set_raw(std::string_view name, std::string_view json)
{
    begin(name);
    members_ += json;
    return *this;
}

std::string quote(std::string_view text)
{
    std::string out;
    out.reserve(text.size() + 2);
    append_quoted(out, text);
    return out;
}

}  // namespace signet::json
