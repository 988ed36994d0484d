// fuzz/signed_text.hpp - keys known to everybody, and any bytes rightly signed with them,
// so that a fuzzer gets behind the signature.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "jose/base64url.hpp"
#include "jose/jwt.hpp"
#include "jose/key_material.hpp"

namespace fuzz {

inline constexpr jose::Time kNow{std::chrono::seconds{1'800'000'000}};

struct Signer {
    jose::SigningKey key;
    jose::KeySet     keys = *jose::KeySet::from({key.verification_key()});
};

// Kid "k". A secret of this project's tests.
inline Signer hs256_signer()
{
    return {*jose::SigningKey::parse_jwk(
        R"({"kty":"oct","alg":"HS256","kid":"k","k":"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"})")};
}
// The key of RFC 8037 appendix A.
inline Signer ed25519_signer()
{
    return {*jose::SigningKey::parse_jwk(
        R"({"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",)"
        R"("d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"})")};
}
// The key of RFC 7515 appendix A.3.
inline Signer es256_signer()
{
    return {*jose::SigningKey::parse_jwk(
        R"({"kty":"EC","crv":"P-256","alg":"ES256","kid":"k","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
        R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"})")};
}

inline std::string signature_over(std::string_view signing_input, Signer const& signer)
{
    return jose::base64url::encode(jose::KeyAccess::of(signer.key).sign(signing_input));
}

// A token with exactly these bytes in header and payload.
inline std::string sign_bytes(std::string_view header, std::string_view payload, Signer const& signer)
{
    auto const input = jose::base64url::encode(header) + "." + jose::base64url::encode(payload);
    return input + "." + signature_over(input, signer);
}

}  // namespace fuzz
