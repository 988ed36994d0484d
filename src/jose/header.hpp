// jose/header.hpp - the protected header of a JWS, read strictly. RFC 7515 4.
//
// jwk, jku, x5u, x5c, x5t are names like any unknown one: nothing here or above
// looks at them (CHECKS A16).
#pragma once
#include <optional>
#include <string_view>

#include "base/json.hpp"
#include "jose/algorithms.hpp"

namespace jose::detail {

// Views live as long as the document's value.
struct Header {
    AlgorithmRow const*             row = nullptr;  // never null in a Header that was read
    std::string_view                kid;            // empty when absent
    std::optional<std::string_view> typ;
};

// Errc::malformed_header, unsupported_critical, or algorithm_not_allowed.
[[nodiscard]] Result<Header> read_header(signet::json::Document& document, std::string_view json);

// RFC 7515 4.1.9: "application/" may be left out, and media types have no case.
[[nodiscard]] bool same_type(std::string_view one, std::string_view other);

}  // namespace jose::detail
