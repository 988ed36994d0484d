// verifier/principal.hpp - the claims of an access token as a Principal. RFC 9068 2.2.
#pragma once
#include "jose/jwt.hpp"
#include "signet/verifier.hpp"

namespace signet {

// Errc::missing_claim without sub, client_id, iat, exp, or jti (CHECKS A35);
// Errc::wrong_claim_type when a claim that is read has another type than it must.
[[nodiscard]] jose::Result<Principal> principal_of(jose::VerifiedToken const& token);

}  // namespace signet
