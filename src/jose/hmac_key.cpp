// HMAC keys, "oct". RFC 7518 3.2 and 6.4.
#include <openssl/crypto.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "base/random.hpp"
#include "base/result.hpp"
#include "jose/base64url.hpp"
#include "jose/context_pool.hpp"
#include "jose/key_material.hpp"
#include "jose/openssl.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

constexpr std::size_t kLongestBlock  = 128;  // of SHA-512
constexpr std::size_t kLongestDigest = 64;
using Tag                            = std::array<unsigned char, kLongestDigest>;

struct Context {
    DigestState work = owned<DigestState>(EVP_MD_CTX_new());
};

// RFC 2104 2: the digest after the block (key XOR byte) went in. Saving these
// two states saves two of the digest's blocks in every call.
DigestState keyed_state(EVP_MD const* digest, std::string_view key, unsigned char byte)
{
    std::array<unsigned char, kLongestBlock> block;
    auto const                               size = static_cast<std::size_t>(EVP_MD_get_block_size(digest));
    std::fill_n(block.begin(), size, byte);
    for (std::size_t i = 0; i < key.size(); ++i) block[i] ^= static_cast<unsigned char>(key[i]);
    auto       state = owned<DigestState>(EVP_MD_CTX_new());
    bool const good =
        EVP_DigestInit_ex2(state.get(), digest, nullptr) == 1 && EVP_DigestUpdate(state.get(), block.data(), size) == 1;
    OPENSSL_cleanse(block.data(), block.size());
    if (!good) throw std::bad_alloc{};
    return state;
}

class HmacKey final : public KeyMaterial {
public:
    HmacKey(AlgorithmRow const& the_row, std::string the_kid, std::string_view secret)
        : KeyMaterial(the_row, std::move(the_kid)), secret_(secret), digest_(fetch_digest(row.digest))
    {
        // RFC 2104 2: a key longer than a block is hashed first.
        Tag              hashed;
        std::string_view key = secret;
        if (key.size() > static_cast<std::size_t>(EVP_MD_get_block_size(digest_.get()))) {
            if (EVP_Digest(key.data(), key.size(), hashed.data(), nullptr, digest_.get(), nullptr) != 1)
                throw std::bad_alloc{};
            key = {reinterpret_cast<char const*>(hashed.data()), row.size};
        }
        inner_ = keyed_state(digest_.get(), key, 0x36);
        outer_ = keyed_state(digest_.get(), key, 0x5C);
        OPENSSL_cleanse(hashed.data(), hashed.size());
    }

    bool verifies(std::string_view input, std::string_view signature) const override
    {
        Tag tag;
        // CHECKS A26: the length is public, the bytes are compared in constant time.
        return signature.size() == row.size && compute(input, tag) &&
               sodium_memcmp(tag.data(), signature.data(), row.size) == 0;
    }

    std::string sign(std::string_view input) const override
    {
        Tag tag;
        if (!compute(input, tag)) return {};
        return {reinterpret_cast<char const*>(tag.data()), row.size};
    }

    Members identity() const override { return {{"k", base64url::encode(secret_.reveal())}, {"kty", "oct"}}; }
    Members secrets() const override { return {}; }

private:
    bool compute(std::string_view input, Tag& tag) const
    {
        auto const context = contexts_.take([] { return std::make_unique<Context>(); });
        auto*      work    = context->work.get();
        return EVP_MD_CTX_copy_ex(work, inner_.get()) == 1 && EVP_DigestUpdate(work, input.data(), input.size()) == 1 &&
               EVP_DigestFinal_ex(work, tag.data(), nullptr) == 1 &&  //
               EVP_MD_CTX_copy_ex(work, outer_.get()) == 1 && EVP_DigestUpdate(work, tag.data(), row.size) == 1 &&
               EVP_DigestFinal_ex(work, tag.data(), nullptr) == 1;
    }

    signet::SecretString secret_;
    Digest               digest_;
    DigestState          inner_;
    DigestState          outer_;
    ContextPool<Context> contexts_;
};

// A public key in some text or binary form, given as a shared secret, is the
// oldest confusion of all (CHECKS A15): everybody knows it.
bool is_public_key(std::string_view secret)
{
    auto const start = std::min(secret.find_first_not_of(" \t\r\n"), secret.size());
    auto const text  = secret.substr(start);
    for (std::string_view const sign : {"-----BEGIN ", "ssh-", "ecdsa-sha2-", "{\"", "{ \""})
        if (text.starts_with(sign)) return true;

    auto const* at = bytes(secret);
    Pkey const  der{d2i_PUBKEY(nullptr, &at, static_cast<long>(secret.size()))};
    ERR_clear_error();
    return der != nullptr;
}

}  // namespace

Loaded load_hmac(AlgorithmRow const& row, Jwk const& jwk, Purpose)
{
    auto const secret = TRY(jwk.number("k"));
    if (jwk.numbers.size() != 1) return refuse(Errc::malformed_key, "an oct key with members of another kind of key");
    // RFC 7518 3.2: "A key of the same size as the hash output or larger MUST be used."
    if (secret.size() < row.size) return refuse(Errc::weak_key, "the secret is shorter than the hash");
    if (is_public_key(secret)) return refuse(Errc::weak_key, "the secret is somebody's public key");
    return std::make_unique<HmacKey>(row, jwk.kid, secret);
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
