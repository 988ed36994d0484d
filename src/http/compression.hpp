// http/compression.hpp - DEFLATE around texts of our own (RFC 1950, 1952).
#pragma once
#include <string>
#include <string_view>

namespace signet::http {

enum class Wrapper {
    gzip,  // RFC 1952, for Content-Encoding
    zlib,  // RFC 1950
};

// Cost: about 20 ms for a megabyte; from there on less is saved, in a third of the time. Throws std::bad_alloc.
[[nodiscard]] std::string compress(std::string_view text, Wrapper wrapper);
// What compress() made; throws std::runtime_error for anything else.
[[nodiscard]] std::string decompress(std::string_view bytes, Wrapper wrapper);

}  // namespace signet::http
