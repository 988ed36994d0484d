// base/result.hpp - early return for functions that answer with std::expected.
//
// Each library names its own Error; this file knows only the shape.
#pragma once
#include <expected>
#include <type_traits>
#include <utility>

namespace signet::detail {

// A call and not operator*, which may be [[nodiscard]]: TRY(check()) drops it.
template <class T, class E>
constexpr T try_value(std::expected<T, E>&& result)
{
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

}  // namespace signet::detail

// The value of `expression`, or an early return of its error.
//
// Stands alone as a whole statement, or as the whole right side of a
// declaration, and nowhere else: inside braces it leaks members already built
// (g++ 12 and clang alike). The enclosing function must return a std::expected
// with the same error type.
#define TRY(expression)                                             \
    __extension__({                                                 \
        auto try_result_ = (expression);                            \
        if (!try_result_) [[unlikely]]                              \
            return std::unexpected(std::move(try_result_).error()); \
        ::signet::detail::try_value(std::move(try_result_));        \
    })
