// jose/nested.hpp - tokens signed, then encrypted. RFC 7519 5.2 and 11.2.
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "jose/jwe.hpp"
#include "jose/jwt.hpp"

namespace jose {

// sign(), then encrypt() with "cty":"JWT". The order is fixed: RFC 7519 11.2.
// Refuses what either refuses. Cost: one signature and one operation of the key.
// Thread-safe.
[[nodiscard]] Result<std::string> sign_and_encrypt(Claims const& claims, SigningKey const& signer,
                                                   std::string_view type, EncryptionKey const& recipient,
                                                   ContentEncryption encryption);

// decrypt(), then verify() of what was inside: the outer layer proves nothing
// about the claims, so all of `policy` is asked of the inner one.
//
// Refuses what either refuses, and Errc::type_mismatch when "cty" is not "JWT"
// (RFC 7519 5.2). An unsigned token inside is Errc::algorithm_not_allowed or
// malformed_token. Cost: one operation of the key and one signature check.
// Thread-safe.
[[nodiscard]] Result<VerifiedToken> decrypt_and_verify(std::string_view compact, DecryptionKey const& key,
                                                       JwePolicy const& jwe_policy, KeySet const& signers,
                                                       Policy const& policy, Time now);

// The same, at a time of another precision.
template <class Precision>
[[nodiscard]] Result<VerifiedToken> decrypt_and_verify(std::string_view compact, DecryptionKey const& key,
                                                       JwePolicy const& jwe_policy, KeySet const& signers,
                                                       Policy const& policy, std::chrono::sys_time<Precision> now)
{
    return decrypt_and_verify(compact, key, jwe_policy, signers, policy,
                              std::chrono::floor<std::chrono::milliseconds>(now));
}

}  // namespace jose
