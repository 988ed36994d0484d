// jose/claim_index.hpp - the claims of one token by name.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/json.hpp"

namespace jose::detail {

// The claims that verify() looks at. RFC 7519 4.1.
enum class Registered : std::uint8_t { iss, sub, aud, exp, nbf, iat, jti };

// A view into a parsed document. A look-up compares names one by one, which for
// the dozen claims of a token is faster than any map; registered ones are noted
// when the index is filled.
class ClaimIndex {
public:
    void fill(std::span<signet::json::Member const> members);

    [[nodiscard]] signet::json::Value const* find(std::string_view name) const;
    [[nodiscard]] signet::json::Value const* find(Registered name) const;
    [[nodiscard]] std::optional<std::size_t> position(std::string_view name) const;

private:
    std::span<signet::json::Member const> claims_;
    std::array<std::uint32_t, 7>          registered_{};  // 1 + position; 0: absent
};

// The text of the value at `position` in the text of one JSON object, which must
// have been parsed before and have that many members.
[[nodiscard]] std::string_view member_text(std::string_view object, std::size_t position);

}  // namespace jose::detail
