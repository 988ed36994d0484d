#include "jose/base64url.hpp"

#include <array>

#include "jose/base64url_into.hpp"

namespace jose::base64url {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t    kBad      = 0x8000'0000;

using Table = std::array<std::uint32_t, 256>;

// Each character's six bits, already where they belong in a group of 24.
constexpr Table table(int shift)
{
    Table out;
    out.fill(kBad);
    for (std::uint32_t i = 0; i < kAlphabet.size(); ++i) out[static_cast<unsigned char>(kAlphabet[i])] = i << shift;
    return out;
}

constexpr std::array kGroup{table(18), table(12), table(6), table(0)};

}  // namespace

bool decode_into(std::string& out, std::string_view text)
{
    std::size_t const rest = text.size() % 4;
    if (rest == 1) return false;
    // NB: no byte is left unwritten below, so what resize() puts there is overwritten.
    out.resize(decoded_size(text.size()));

    auto const*   in    = reinterpret_cast<unsigned char const*>(text.data());
    auto*         to    = out.data();
    std::uint32_t worst = 0;
    for (auto const* end = in + (text.size() - rest); in != end; in += 4, to += 3) {
        auto const bits = kGroup[0][in[0]] | kGroup[1][in[1]] | kGroup[2][in[2]] | kGroup[3][in[3]];
        worst |= bits;
        to[0] = static_cast<char>(bits >> 16);
        to[1] = static_cast<char>(bits >> 8);
        to[2] = static_cast<char>(bits);
    }
    if (rest >= 2) {
        auto const bits = kGroup[0][in[0]] | kGroup[1][in[1]] | (rest == 3 ? kGroup[2][in[2]] : 0);
        worst |= bits;
        to[0] = static_cast<char>(bits >> 16);
        if (rest == 3) to[1] = static_cast<char>(bits >> 8);
        // RFC 4648 3.5: the bits that no byte uses must be zero.
        if ((bits & (rest == 2 ? 0xFFFFu : 0xFFu)) != 0) return false;
    }
    return (worst & kBad) == 0;
}

std::optional<std::string> decode(std::string_view text)
{
    std::string out;
    if (!decode_into(out, text)) return std::nullopt;
    return out;
}

void append(std::string& out, std::string_view bytes)
{
    auto const  start = out.size();
    auto const* in    = reinterpret_cast<unsigned char const*>(bytes.data());
    auto const  rest  = bytes.size() % 3;
    out.resize(start + encoded_size(bytes.size()));
    auto* to = out.data() + start;
    for (auto const* end = in + (bytes.size() - rest); in != end; in += 3) {
        std::uint32_t const bits = std::uint32_t{in[0]} << 16 | std::uint32_t{in[1]} << 8 | in[2];
        *to++                    = kAlphabet[bits >> 18];
        *to++                    = kAlphabet[bits >> 12 & 63];
        *to++                    = kAlphabet[bits >> 6 & 63];
        *to++                    = kAlphabet[bits & 63];
    }
    if (rest == 0) return;
    std::uint32_t const bits = std::uint32_t{in[0]} << 16 | (rest == 2 ? std::uint32_t{in[1]} << 8 : 0);
    *to++                    = kAlphabet[bits >> 18];
    *to++                    = kAlphabet[bits >> 12 & 63];
    if (rest == 2) *to = kAlphabet[bits >> 6 & 63];
}

std::string encode(std::string_view bytes)
{
    std::string out;
    append(out, bytes);
    return out;
}

std::string encode(std::span<std::uint8_t const> bytes)
{
    return encode(std::string_view{reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

}  // namespace jose::base64url
