#include "cli/bech32.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace signet::cli {
namespace {

constexpr std::string_view kCharacters     = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
constexpr std::size_t      kChecksumLength = 6;

using Values = std::vector<std::uint8_t>;  // of five bits each

std::uint32_t polymod(Values const& values)
{
    constexpr std::array<std::uint32_t, 5> kGenerator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    std::uint32_t                          sum = 1;
    for (auto const value : values) {
        auto const top = sum >> 25;
        sum            = (sum & 0x1ffffff) << 5 ^ value;
        for (std::size_t i = 0; i < kGenerator.size(); ++i)
            if ((top >> i & 1) != 0) sum ^= kGenerator[i];
    }
    return sum;
}

bool has_true_checksum(std::string_view prefix, Values const& values)
{
    Values all;
    for (char const c : prefix) all.push_back(static_cast<std::uint8_t>(c) >> 5);
    all.push_back(0);
    for (char const c : prefix) all.push_back(static_cast<std::uint8_t>(c) & 31);
    all.insert(all.end(), values.begin(), values.end());
    return polymod(all) == 1;
}

// Five bits at a time to eight; what is left over must be padding of zeros.
std::optional<Values> to_bytes(Values const& values)
{
    Values        bytes;
    std::uint32_t collected = 0;
    int           bits      = 0;
    for (auto const value : values) {
        collected = (collected << 5 | value) & 0xFFF;
        bits += 5;
        if (bits < 8) continue;
        bits -= 8;
        bytes.push_back(static_cast<std::uint8_t>(collected >> bits));
    }
    bool const padded = bits < 5 && (collected & ((1U << bits) - 1)) == 0;
    return padded ? std::optional{std::move(bytes)} : std::nullopt;
}

bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}
bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

}  // namespace

std::optional<Values> decode_bech32(std::string_view text, std::string_view prefix)
{
    if (std::ranges::any_of(text, is_lower) && std::ranges::any_of(text, is_upper)) return std::nullopt;
    std::string lower{text};
    for (auto& c : lower)
        if (is_upper(c)) c = static_cast<char>(c - 'A' + 'a');
    auto rest = std::string_view{lower};
    if (!rest.starts_with(prefix) || rest.size() < prefix.size() + 1 + kChecksumLength) return std::nullopt;
    rest.remove_prefix(prefix.size());
    if (rest.front() != '1') return std::nullopt;
    rest.remove_prefix(1);

    Values values;
    for (char const c : rest) {
        auto const value = kCharacters.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        values.push_back(static_cast<std::uint8_t>(value));
    }
    if (!has_true_checksum(prefix, values)) return std::nullopt;
    values.resize(values.size() - kChecksumLength);
    return to_bytes(values);
}

}  // namespace signet::cli
