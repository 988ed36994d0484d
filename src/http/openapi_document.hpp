// http/openapi_document.hpp - src/http/openapi.json, held in the binary.
#pragma once
#include <string_view>

namespace signet::http {

[[nodiscard]] std::string_view openapi_document();

}  // namespace signet::http
