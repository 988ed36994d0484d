// jose/refuse.hpp - how this folder says no.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "jose/result.hpp"

namespace jose::detail {

[[nodiscard]] inline std::unexpected<Error> refuse(Errc code, std::string detail)
{
    return std::unexpected(Error{code, std::move(detail)});
}

// What a stranger sent, short enough for a detail. Escaping is the log's work.
[[nodiscard]] inline std::string excerpt(std::string_view text)
{
    constexpr std::size_t kLongest = 64;
    if (text.size() <= kLongest) return std::string(text);
    return std::string(text.substr(0, kLongest)) + "...";
}

}  // namespace jose::detail
