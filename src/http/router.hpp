// http/router.hpp - from method and path to a row of the table.
//
// Paths match byte for byte and are never decoded (CHECKS E8): "//", ";", "..", and "%2f" are simply other paths, and
// no route has them.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "http/routes.hpp"

namespace signet::http {

struct Match {
    Route const*     route = nullptr;    // null: the path is unknown, or takes other methods
    std::string_view parameter;          // into the path given
    Route const*     sibling = nullptr;  // a row of this path, whatever its method; null: the path is unknown
};

// HEAD finds the row of GET.
[[nodiscard]] Match find_route(std::span<Route const> table, Method method, std::string_view path);

// "GET, HEAD, OPTIONS": the value of Allow.
[[nodiscard]] std::string methods_of(std::span<Route const> table, std::string_view path);

}  // namespace signet::http
