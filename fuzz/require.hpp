// fuzz/require.hpp - a property that holds for every input, or the fuzzer stops.
#pragma once
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>

namespace fuzz {

inline void require(bool holds, std::source_location at = std::source_location::current())
{
    if (holds) return;
    std::fprintf(stderr, "%s:%u: a property does not hold\n", at.file_name(), at.line());
    std::abort();
}

inline std::string_view text_of(unsigned char const* data, std::size_t size)
{
    return {reinterpret_cast<char const*>(data), size};
}

}  // namespace fuzz
