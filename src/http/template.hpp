// http/template.hpp - a page's HTML with its {{names}} replaced.
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace signet::http {

// Values by name, ready for HTML.
using Filling = std::map<std::string_view, std::string>;

// Replaces each {{name}}, in one pass: what a value holds is never looked at again. A name without a value becomes
// empty.
[[nodiscard]] std::string fill(std::string_view html, Filling const& values);

// Safe in an element and in a quoted attribute (CHECKS D10).
[[nodiscard]] std::string escape_html(std::string_view text);

// As encodeURIComponent() does.
[[nodiscard]] std::string escape_query(std::string_view text);

}  // namespace signet::http
