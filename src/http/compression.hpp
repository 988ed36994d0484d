// http/compression.hpp - DEFLATE around texts of our own (RFC 1950, 1952).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace signet::http {

enum class Wrapper {
    gzip,  // RFC 1952, for Content-Encoding
    zlib,  // RFC 1950
};

// Where a text's size is its maker's to bound.
inline constexpr std::size_t kLargestText = std::size_t{1} << 40;

// Cost: about 20 ms for a megabyte; from there on less is saved, in a third of the time. Throws std::bad_alloc.
[[nodiscard]] std::string compress(std::string_view text, Wrapper wrapper);
// What compress() made; throws std::runtime_error for anything else, and for more than `most` bytes, of which it needs
// no more memory than for those.
[[nodiscard]] std::string decompress(std::string_view bytes, Wrapper wrapper, std::size_t most = kLargestText);

}  // namespace signet::http
