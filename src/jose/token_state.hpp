// jose/token_state.hpp - what a verified token holds.
#pragma once
#include <optional>
#include <string>

#include "jose/claim_index.hpp"
#include "jose/jwt.hpp"

namespace jose {

struct VerifiedToken::State {
    std::string         header;
    std::string         claims;
    std::string         kid;
    Algorithm           algorithm{};
    std::optional<Time> expires_at;
    std::optional<Time> issued_at;

    signet::json::Document document;  // of the claims
    detail::ClaimIndex     index;     // into the document
};

}  // namespace jose
