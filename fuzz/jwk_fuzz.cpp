// Any text as one key. What is accepted is strict JSON, is written without its
// private members, and is read again as the same key; a signing key signs what its
// public half verifies, and is no public key.
#include "jose/jws.hpp"
#include "json_referee.hpp"
#include "require.hpp"

namespace {

using fuzz::Json;
using fuzz::require;
using jose::Errc;
using jose::SigningKey;
using jose::VerificationKey;

constexpr fuzz::JsonLimits kLimits{.depth = 8, .members = 64};

void check_published(std::string_view jwk)
{
    auto const json = fuzz::read_json_object(jwk, kLimits);
    require(json.has_value() && json->find("kty") != nullptr && json->find("alg") != nullptr);
    for (auto const* secret : {"d", "p", "q", "dp", "dq", "qi", "k", "oth"}) require(json->find(secret) == nullptr);
    require(json->find("use")->is_string("sig"));
}

void check_same(VerificationKey const& one, jose::Result<VerificationKey> const& other)
{
    require(other && other->thumbprint() == one.thumbprint() && other->algorithm() == one.algorithm() &&
            other->kid() == one.kid());
}

void check(VerificationKey const& key)
{
    require(key.kid().size() <= 128 && key.thumbprint().size() == 43);
    auto const jwk = key.to_jwk();
    require(jwk.has_value() != is_symmetric(key.algorithm()));
    if (!jwk) return require(jwk.error().code == Errc::key_not_for_this_use);
    check_published(*jwk);
    check_same(key, VerificationKey::parse_jwk(*jwk));
    check_same(key, VerificationKey::parse_der(*key.to_der(), key.algorithm(), key.kid()));
    // It serves one algorithm only, whatever the caller wishes.
    for (auto const other : jose::all_algorithms())
        if (other != key.algorithm()) require(!VerificationKey::parse_jwk(*jwk, other));
}

void check(SigningKey const& key, std::string_view text)
{
    check(key.verification_key());
    auto const token = jose::sign_payload("x", key);
    require(token && jose::verify_payload(*token, *jose::KeySet::from({key.verification_key()})));

    auto const revealed = key.reveal_jwk();
    auto const again    = SigningKey::parse_jwk(revealed);
    require(again && again->reveal_jwk() == revealed);
    if (is_symmetric(key.algorithm())) return;
    // A private key is never taken for a public one.
    for (auto const jwk : {text, std::string_view{revealed}}) {
        auto const mistaken = VerificationKey::parse_jwk(jwk, key.algorithm());
        require(!mistaken && mistaken.error().code == Errc::key_not_for_this_use);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    auto const text = fuzz::text_of(data, size);
    auto const json = fuzz::read_json_object(text, kLimits);

    // As the key names itself, and as the callers of keys without "alg" read it.
    for (std::optional<jose::Algorithm> const wanted :
         {std::optional<jose::Algorithm>{}, {jose::Algorithm::rs256}, {jose::Algorithm::hs256}}) {
        auto const key    = VerificationKey::parse_jwk(text, wanted);
        auto const signer = SigningKey::parse_jwk(text, wanted);
        if (key || signer) require(json.has_value());
        if (!json) require(key.error().code == Errc::malformed_key && signer.error().code == Errc::malformed_key);
        if (key && wanted) require(key->algorithm() == *wanted);
        if (key) check(*key);
        if (signer) check(*signer, text);
    }
    return 0;
}
