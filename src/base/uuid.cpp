#include "base/uuid.hpp"

namespace signet {
namespace {

constexpr std::string_view kHex        = "0123456789abcdef";
constexpr std::size_t      kTextLength = 36;

constexpr bool is_dash_position(std::size_t i)
{
    return i == 8 || i == 13 || i == 18 || i == 23;
}

constexpr int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

Uuid Uuid::make(TimePoint now, Random& random)
{
    Uuid id;
    random.fill(id.bytes);
    auto const ms = static_cast<std::uint64_t>(unix_milliseconds(now));
    for (std::size_t i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0F) | 0x70);  // version 7
    id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3F) | 0x80);  // variant 10
    return id;
}

std::optional<Uuid> Uuid::parse(std::string_view text)
{
    if (text.size() != kTextLength) return std::nullopt;
    Uuid        id;
    std::size_t nibble = 0;
    for (std::size_t i = 0; i < kTextLength; ++i) {
        if (is_dash_position(i)) {
            if (text[i] != '-') return std::nullopt;
            continue;
        }
        int const value = hex_value(text[i]);
        if (value < 0) return std::nullopt;
        auto& byte = id.bytes[nibble / 2];
        byte       = static_cast<std::uint8_t>(byte << 4 | value);
        ++nibble;
    }
    return id;
}

std::string Uuid::text() const
{
    std::string out;
    out.reserve(kTextLength);
    for (auto const byte : bytes) {
        if (is_dash_position(out.size())) out += '-';
        out += kHex[byte >> 4];
        out += kHex[byte & 0x0F];
    }
    return out;
}

TimePoint Uuid::time() const
{
    std::int64_t milliseconds = 0;
    for (std::size_t i = 0; i < 6; ++i) milliseconds = milliseconds << 8 | bytes[i];
    return from_unix_milliseconds(milliseconds);
}

}  // namespace signet
