// Held against a decoder that goes bit by bit: what is accepted, and as which bytes.
// So what decodes encodes back to the very same text; and every byte string
// survives the round. The library's own decoder takes sixteen characters at a time.
#include "jose/base64url.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include "jose/base64url_into.hpp"
#include "require.hpp"

namespace {

using fuzz::require;

// RFC 4648 5 and 3.5, with nothing shared but the alphabet.
std::optional<std::string> decode_slowly(std::string_view text)
{
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string                out;
    std::uint32_t              bits    = 0;
    int                        pending = 0;
    for (char const c : text) {
        auto const six = kAlphabet.find(c);
        if (six == kAlphabet.npos) return std::nullopt;
        bits = bits << 6 | static_cast<std::uint32_t>(six);
        pending += 6;
        if (pending < 8) continue;
        pending -= 8;
        out += static_cast<char>(bits >> pending);
        bits &= (1U << pending) - 1;
    }
    // Six bits left over are a character too many; fewer must be zero.
    if (pending == 6 || bits != 0) return std::nullopt;
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    auto const text  = fuzz::text_of(data, size);
    auto const bytes = jose::base64url::decode(text);
    require(bytes == decode_slowly(text));
    if (bytes) require(jose::base64url::encode(*bytes) == text);

    auto const encoded = jose::base64url::encode(text);
    require(encoded.size() == jose::base64url::encoded_size(size));
    require(decode_slowly(encoded) == text);
    require(jose::base64url::decode(encoded) == text);

    // Memory that held something longer, or something else, makes no difference.
    static std::string used;
    require(jose::base64url::decode_into(used, text) == bytes.has_value());
    if (bytes) require(used == *bytes);
    return 0;
}
