// Any text as a token: how it is split, what can be read without a key, and what
// verifies. Then the text as a payload: signed it verifies, and with one character
// changed it never does.
#include <algorithm>
#include <array>
#include <string>

#include "jose/compact.hpp"
#include "jose/detached.hpp"
#include "jose/jws.hpp"
#include "require.hpp"
#include "signed_text.hpp"

namespace {

using fuzz::require;
using fuzz::Signer;
using jose::Errc;
using jose::base64url::encode;

constexpr std::size_t kMostBytes = 8UL * 1024;

// RFC 7515 7.1, counted.
bool has_three_parts(std::string_view text)
{
    return std::ranges::count(text, '.') == 2 && text.front() != '.' && text.back() != '.';
}

void check_split(std::string_view text)
{
    auto const parts = jose::detail::split_compact(text, text.size());
    require(parts.has_value() == has_three_parts(text));
    if (!parts) return require(parts.error().code == Errc::malformed_token);
    require(std::string{parts->header} + '.' + std::string{parts->payload} + '.' + std::string{parts->signature} ==
            text);
    require(parts->signing_input == text.substr(0, text.rfind('.')));
    auto const limited = jose::detail::split_compact(text, text.size() - 1);
    require(!limited && limited.error().code == Errc::token_too_large);
}

void check_unverified(std::string_view text)
{
    auto const token = jose::UnverifiedToken::parse(text);
    if (!token) return;
    require(text.size() <= kMostBytes);
    auto const start = encode(token->header_json()) + '.' + encode(token->claims_json()) + '.';
    require(text.starts_with(start) && jose::base64url::decode(text.substr(start.size())).has_value());
}

void check_verified(std::string_view text, Signer const& signer, jose::Policy const& policy)
{
    auto const payload = jose::verify_payload(text, signer.keys);
    auto const token   = jose::verify(text, signer.keys, policy, fuzz::kNow);
    if (!payload) return require(!token || text.size() > kMostBytes);

    // The bytes are those of the text, and the signature is this key's.
    auto const input     = encode(payload->header_json()) + '.' + encode(payload->bytes());
    auto const signature = text.substr(input.size() + 1);
    require(text.starts_with(input + '.'));
    if (signer.key.algorithm() != jose::Algorithm::es256) require(signature == fuzz::signature_over(input, signer));
    if (token) require(token->claims_json() == payload->bytes() && token->header_json() == payload->header_json());

    // The same signature with its payload apart, and never over another.
    auto const detached = input.substr(0, input.find('.')) + ".." + std::string{signature};
    auto const apart    = jose::verify_detached(detached, payload->bytes(), signer.keys);
    require(apart && apart->bytes() == payload->bytes());
    require(!jose::verify_detached(detached, std::string{payload->bytes()} + 'x', signer.keys));
    require(!jose::verify_detached_unencoded(detached, payload->bytes(), signer.keys));
}

// One character of the token becomes another of base64url; the text says which.
void check_tampered(std::string_view text, Signer const& signer)
{
    auto       token = *jose::sign_payload(text, signer.key, "at+jwt");
    auto const whole = jose::verify_payload(token, signer.keys, token.size());
    require(whole && whole->bytes() == text);

    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    auto const                 chosen    = std::hash<std::string_view>{}(text);
    auto&                      character = token[chosen % token.size()];
    auto const                 other     = kAlphabet[(chosen >> 32) % kAlphabet.size()];
    if (character == other) return;
    character = other;
    require(!jose::verify_payload(token, signer.keys, token.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    static std::array const signers{fuzz::hs256_signer(), fuzz::ed25519_signer(), fuzz::es256_signer()};
    static auto const       policy =
        *jose::Policy::create({.algorithms = {jose::Algorithm::hs256, jose::Algorithm::eddsa, jose::Algorithm::es256},
                               .dangerously_allow_missing_expiry = true,
                               .dangerously_accept_any_issuer    = true,
                               .dangerously_accept_any_audience  = true,
                               .dangerously_accept_any_type      = true});
    auto const text = fuzz::text_of(data, size);

    if (!text.empty()) check_split(text);
    check_unverified(text);
    for (auto const& signer : signers) check_verified(text, signer, policy);
    check_tampered(text, signers[size % signers.size()]);
    return 0;
}
