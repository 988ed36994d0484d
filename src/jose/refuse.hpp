// jose/refuse.hpp - how this folder says no.
#pragma once
#include <cstddef>
#include <expected>
#include <new>
#include <string>
#include <string_view>

#include "jose/result.hpp"

namespace jose::detail {

[[nodiscard]] inline std::unexpected<Error> refuse(Errc code, std::string detail)
{
    return std::unexpected(Error{code, std::move(detail)});
}

[[nodiscard]] inline std::unexpected<Error> refuse_size(std::size_t bytes, std::size_t most)
{
    return refuse(Errc::token_too_large, std::to_string(bytes) + " bytes, at most " + std::to_string(most));
}

// What `work`, which gives a Result, gives; Errc::out_of_memory when memory ran out
// on the way. Every public function that promises a Result goes through here, and
// nothing else in this folder catches: what lies below throws std::bad_alloc.
template <class Work>
[[nodiscard]] auto refuse_when_out_of_memory(Work const& work) -> decltype(work())
{
    try {
        return work();
    } catch (std::bad_alloc const&) {
        return refuse(Errc::out_of_memory, {});  // an empty text takes no memory
    }
}

// What a stranger sent, short enough for a detail. Escaping is the log's work.
[[nodiscard]] inline std::string excerpt(std::string_view text)
{
    constexpr std::size_t kLongest = 64;
    if (text.size() <= kLongest) return std::string(text);
    return std::string(text.substr(0, kLongest)) + "...";
}

}  // namespace jose::detail
