// HMAC keys, "oct". RFC 7518 3.2 and 6.4.
//
// NB: OpenSSL 3 deprecates the plain names of its digests in favour of EVP. EVP
// allocates and copies a provider's context at each use, which for a token costs
// more than the digest. These are the same assembly, in a struct that can be
// copied; what OpenSSL removes, EVP can replace in this file alone.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "jose/base64url.hpp"
#include "jose/der.hpp"
#include "jose/key_material.hpp"
#include "jose/openssl.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

template <class Context, auto Init, auto Update, auto Final, std::size_t Block, std::size_t Size>
class PlainDigest {
public:
    static constexpr std::size_t kBlock = Block;
    static constexpr std::size_t kSize  = Size;
    using Value                         = std::array<unsigned char, kSize>;

    PlainDigest() { Init(&context_); }
    ~PlainDigest() { OPENSSL_cleanse(&context_, sizeof context_); }
    PlainDigest(PlainDigest const&)            = default;
    PlainDigest& operator=(PlainDigest const&) = default;

    void                update(std::string_view text) { Update(&context_, text.data(), text.size()); }
    [[nodiscard]] Value finish()
    {
        Value value;
        Final(value.data(), &context_);
        return value;
    }

private:
    Context context_;
};

using Sha256 = PlainDigest<SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final, SHA256_CBLOCK, SHA256_DIGEST_LENGTH>;
using Sha384 = PlainDigest<SHA512_CTX, SHA384_Init, SHA384_Update, SHA384_Final, SHA512_CBLOCK, SHA384_DIGEST_LENGTH>;
using Sha512 = PlainDigest<SHA512_CTX, SHA512_Init, SHA512_Update, SHA512_Final, SHA512_CBLOCK, SHA512_DIGEST_LENGTH>;

template <class Array>
std::string_view view(Array const& bytes)
{
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// RFC 2104 2: the digest after the block (key XOR byte) went in. Keeping these
// two states saves two of the digest's blocks in every call.
template <class Digest>
Digest keyed_state(std::string_view key, unsigned char byte)
{
    std::array<unsigned char, Digest::kBlock> block;
    block.fill(byte);
    for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= static_cast<unsigned char>(key[i]);
    Digest state;
    state.update(view(block));
    OPENSSL_cleanse(block.data(), block.size());
    return state;
}

// RFC 2104 2: a key longer than a block is hashed first.
template <class Digest>
signet::SecretString fitting_key(std::string_view secret)
{
    if (secret.size() <= Digest::kBlock) return signet::SecretString{secret};
    Digest digest;
    digest.update(secret);
    auto                 hashed = digest.finish();
    signet::SecretString key{view(hashed)};
    OPENSSL_cleanse(hashed.data(), hashed.size());
    return key;
}

template <class Digest>
class HmacKey final : public KeyMaterial {
public:
    HmacKey(AlgorithmRow const& the_row, std::string the_kid, std::string_view secret)
        : HmacKey(the_row, std::move(the_kid), secret, fitting_key<Digest>(secret))
    {
    }

    bool verifies(std::string_view input, std::string_view signature) const override
    {
        // CHECKS A26: the length is public, the bytes are compared in constant time.
        auto const tag = compute(input);
        return signature.size() == tag.size() && CRYPTO_memcmp(tag.data(), signature.data(), tag.size()) == 0;
    }

    std::string sign(std::string_view input) const override { return std::string{view(compute(input))}; }

    Members identity() const override
    {
        Members out;
        out.add("k", base64url::encode(secret_.reveal())).add("kty", "oct");
        return out;
    }
    Members secrets() const override { return {}; }

private:
    HmacKey(AlgorithmRow const& the_row, std::string the_kid, std::string_view secret, signet::SecretString const& key)
        : KeyMaterial(the_row, std::move(the_kid)),
          secret_(secret),
          inner_(keyed_state<Digest>(key.reveal(), 0x36)),
          outer_(keyed_state<Digest>(key.reveal(), 0x5C))
    {
    }

    typename Digest::Value compute(std::string_view input) const
    {
        auto state = inner_;
        state.update(input);
        auto const inner = state.finish();
        state            = outer_;
        state.update(view(inner));
        return state.finish();
    }

    signet::SecretString secret_;
    Digest               inner_;
    Digest               outer_;
};

// White space and byte order marks, which readers of keys pass over.
std::string_view without_blanks(std::string_view text)
{
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\f\v"), text.size()));
        if (!text.starts_with(kMark)) return text;
        text.remove_prefix(kMark.size());
    }
}

// Whether JSON that begins with a brace or bracket has a "kty" (RFC 7517 4.1), as a JWK and a set of them have,
// however it is written.
bool has_kty(signet::json::Value const& value)
{
    auto const member = [](std::string_view name, signet::json::Value const& of) {
        return name != "kty" && !has_kty(of);
    };
    auto const item = [](signet::json::Value const& of) { return !has_kty(of); };
    return !value.for_each_member(member) || !value.for_each_item(item);
}

bool is_json_of_keys(std::string_view text)
{
    if (!text.starts_with('{') && !text.starts_with('[')) return false;
    if (text.contains("\"kty\"")) return true;
    signet::WipedString object{"{\"\":"};
    object.append(text).append("}");
    signet::json::SecretDocument document;
    auto const                   value = document.parse_object(object, {.bytes = object.size(), .depth = 8});
    return value && has_kty(*value);
}

// The bytes of a DER file are often given in base64, with or without the lines of PEM around it.
bool is_base64_of_public_der(std::string_view text)
{
    signet::WipedString digits;
    for (char const c : text) {
        constexpr std::string_view kPassedOver = " \t\r\n\f\v=";
        if (kPassedOver.contains(c)) continue;
        if (c == '+')
            digits += '-';
        else
            digits += c == '/' ? '_' : c;
    }
    auto der = base64url::decode(digits);
    if (!der) return false;
    bool const is_public = begins_with_public_der(*der);
    OPENSSL_cleanse(der->data(), der->size());
    return is_public;
}

// A public key in some text or binary form, given as a shared secret, is the
// oldest confusion of all (CHECKS A15): everybody knows it.
bool is_public_key(std::string_view secret)
{
    // RFC 7468 2: text may stand before the first line of a PEM key.
    if (secret.contains("-----BEGIN ")) return true;
    auto const text = without_blanks(secret);
    for (std::string_view const sign : {"---- BEGIN SSH2 ", "ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"})
        if (text.starts_with(sign)) return true;
    return is_json_of_keys(text) || is_base64_of_public_der(text) || begins_with_public_der(secret);
}

}  // namespace

Loaded load_hmac(AlgorithmRow const& row, Jwk const& jwk, Purpose)
{
    auto const secret = TRY(jwk.number("k"));
    if (jwk.numbers.size() != 1) return refuse(Errc::malformed_key, "an oct key with members of another kind of key");
    // RFC 7518 3.2: "A key of the same size as the hash output or larger MUST be used."
    if (secret.size() < row.size) return refuse(Errc::weak_key, "the secret is shorter than the hash");
    if (is_public_key(secret)) return refuse(Errc::weak_key, "the secret is somebody's public key");
    // The table's rows differ in the digest's size alone.
    if (row.size == Sha256::kSize) return std::make_unique<HmacKey<Sha256>>(row, jwk.kid, secret);
    if (row.size == Sha384::kSize) return std::make_unique<HmacKey<Sha384>>(row, jwk.kid, secret);
    return std::make_unique<HmacKey<Sha512>>(row, jwk.kid, secret);
}

Jwk generate_hmac(AlgorithmRow const& row)
{
    std::string          secret(row.size, '\0');
    signet::SystemRandom random;
    random.fill({bytes(secret), secret.size()});
    Jwk jwk;
    jwk.kty = row.kty;
    jwk.numbers.emplace("k", signet::SecretString{secret});
    OPENSSL_cleanse(secret.data(), secret.size());
    return jwk;
}

}  // namespace jose::detail
