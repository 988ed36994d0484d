#include "jose/nested.hpp"

#include "base/result.hpp"
#include "jose/header.hpp"
#include "jose/refuse.hpp"

namespace jose {

Result<std::string> sign_and_encrypt(Claims const& claims, SigningKey const& signer, std::string_view type,
                                     EncryptionKey const& recipient, ContentEncryption encryption)
{
    return detail::refuse_when_out_of_memory([&]() -> Result<std::string> {
        auto const token = TRY(sign(claims, signer, type));
        return encrypt(token, recipient, encryption, {.content_type = "JWT"});
    });
}

Result<VerifiedToken> decrypt_and_verify(std::string_view compact, DecryptionKey const& key,
                                         JwePolicy const& jwe_policy, KeySet const& signers, Policy const& policy,
                                         Time now)
{
    return detail::refuse_when_out_of_memory([&]() -> Result<VerifiedToken> {
        auto const outer = TRY(decrypt(compact, key, jwe_policy));
        // RFC 7519 5.2: "the value MUST be "JWT", to indicate that a Nested JWT is carried".
        if (!detail::same_type(outer.content_type(), "JWT"))
            return detail::refuse(Errc::type_mismatch,
                                  "cty: expected JWT, got " + detail::excerpt(outer.content_type()));
        return verify(outer.bytes(), signers, policy, now);
    });
}

}  // namespace jose
