#include "cli/tar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace signet::cli {
namespace {

struct Field {
    std::size_t offset;
    std::size_t size;
};
constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kOwner{108, 8};
constexpr Field kGroup{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kModified{136, 12};
constexpr Field kChecksum{148, 8};
constexpr Field kType{156, 1};
constexpr Field kMagic{257, 8};

constexpr std::string_view kUstar{
    "ustar\0"
    "00",
    8};
constexpr std::uint64_t kLargestOctal = (std::uint64_t{1} << 33) - 1;  // eleven digits: 8 GiB

void put(std::string& block, Field field, std::string_view text)
{
    block.replace(field.offset, text.size(), text);
}

std::string_view get(std::string_view block, Field field)
{
    return block.substr(field.offset, field.size);
}

std::string octal(std::uint64_t number, std::size_t digits)
{
    return fmt::format("{:0{}o}", number, digits);
}

// Larger than octal digits can say: the number itself, big-endian, the first bit set, as GNU tar and BSD's have it.
std::string base256(std::uint64_t number)
{
    std::string text(kSize.size, '\0');
    text.front() = '\x80';
    for (std::size_t i = 0; i < 8; ++i) text[kSize.size - 1 - i] = static_cast<char>(number >> 8 * i & 0xFF);
    return text;
}

std::optional<std::uint64_t> read_number(std::string_view text)
{
    std::uint64_t number = 0;
    if (text.front() == '\x80') {
        if (std::ranges::any_of(text.substr(1, 3), [](char c) { return c != '\0'; })) return std::nullopt;
        for (char const c : text.substr(4)) number = number << 8 | static_cast<std::uint8_t>(c);
        return number;
    }
    auto const digits = text.substr(0, text.find_first_of(std::string_view{"\0 ", 2}));
    if (digits.empty() || digits.find_first_not_of("01234567") != digits.npos) return std::nullopt;
    for (char const c : digits) number = number << 3 | static_cast<unsigned>(c - '0');
    return number;
}

// Of all bytes, those of the checksum itself as spaces.
std::uint64_t checksum(std::string block)
{
    put(block, kChecksum, std::string(kChecksum.size, ' '));
    std::uint64_t sum = 0;
    for (char const c : block) sum += static_cast<std::uint8_t>(c);
    return sum;
}

}  // namespace

std::string tar_header(TarEntry const& entry, TimePoint modified)
{
    std::string block(kTarBlock, '\0');
    put(block, kName, entry.name);
    put(block, kMode, octal(0600, 7));
    put(block, kOwner, octal(0, 7));
    put(block, kGroup, octal(0, 7));
    put(block, kSize, entry.size <= kLargestOctal ? octal(entry.size, 11) : base256(entry.size));
    put(block, kModified, octal(static_cast<std::uint64_t>(unix_seconds(modified)), 11));
    put(block, kType, "0");
    put(block, kMagic, kUstar);
    put(block, kChecksum, octal(checksum(block), 6) + std::string("\0 ", 2));
    return block;
}

std::string tar_padding(std::uint64_t size)
{
    return std::string((kTarBlock - size % kTarBlock) % kTarBlock, '\0');
}

std::string tar_end()
{
    return std::string(2 * kTarBlock, '\0');
}

std::optional<TarEntry> parse_tar_header(std::string_view block)
{
    if (block.size() != kTarBlock || get(block, kMagic) != kUstar || get(block, kType) != "0") return std::nullopt;
    if (read_number(get(block, kChecksum)) != checksum(std::string{block})) return std::nullopt;
    auto const size = read_number(get(block, kSize));
    if (!size) return std::nullopt;
    auto const name = get(block, kName);
    return TarEntry{std::string{name.substr(0, name.find('\0'))}, *size};
}

}  // namespace signet::cli
