// RSA-OAEP with SHA-256, and AES key wrap. RFC 7518 4.3 and 4.4.
#include <openssl/rsa.h>

#include <array>

#include "base/result.hpp"
#include "jose/jwe_key.hpp"
#include "jose/key_material.hpp"
#include "jose/refuse.hpp"

namespace jose::detail {
namespace {

using Cipher        = std::unique_ptr<EVP_CIPHER, Freed<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;

constexpr std::size_t kMostModulusBytes = 1024;
constexpr std::size_t kGeneratedBits    = 3072;
constexpr std::size_t kWrapOverhead     = 8;  // RFC 3394 2.2.1

// `from` where `good`, without a branch that time could show. Both have one size.
void select(bool good, unsigned char const* from, SecretBytes& to)
{
    auto const mask = static_cast<unsigned char>(0U - static_cast<unsigned>(good));
    for (std::size_t i = 0; i < to.size(); ++i)
        to.data()[i] = static_cast<unsigned char>((to.data()[i] & ~mask) | (from[i] & mask));
}

CipherContext begin_wrap(char const* name, std::string_view kek, int encrypt)
{
    auto const cipher  = owned<Cipher>(EVP_CIPHER_fetch(nullptr, name, nullptr));
    auto       context = owned<CipherContext>(EVP_CIPHER_CTX_new());
    EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    if (EVP_CipherInit_ex2(context.get(), cipher.get(), bytes(kek), nullptr, encrypt, nullptr) != 1)
        throw std::bad_alloc{};
    return context;
}

using Begin = int (*)(EVP_PKEY_CTX*);

PkeyContext begin_oaep(EVP_PKEY& key, Begin begin)
{
    auto const digest  = fetch_digest("SHA256");
    auto       context = owned<PkeyContext>(EVP_PKEY_CTX_new(&key, nullptr));
    if (begin(context.get()) != 1 || EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) != 1 ||
        EVP_PKEY_CTX_set_rsa_oaep_md(context.get(), digest.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_mgf1_md(context.get(), digest.get()) != 1)
        throw std::bad_alloc{};
    return context;
}

}  // namespace

std::string wrap_key(char const* cipher, std::string_view kek, SecretBytes const& key)
{
    auto const  context = begin_wrap(cipher, kek, 1);
    std::string out(key.size() + kWrapOverhead, '\0');
    int         size = 0;
    if (EVP_CipherUpdate(context.get(), bytes(out), &size, key.data(), static_cast<int>(key.size())) != 1 ||
        static_cast<std::size_t>(size) != out.size())
        throw std::bad_alloc{};
    return out;
}

SecretBytes unwrap_key(char const* cipher, std::string_view kek, std::string_view wrapped, SecretBytes otherwise)
{
    if (wrapped.size() != otherwise.size() + kWrapOverhead) return otherwise;
    auto const  context = begin_wrap(cipher, kek, 0);
    SecretBytes room{otherwise.size()};
    int         size = 0;
    bool const  good =
        EVP_CipherUpdate(context.get(), room.data(), &size, bytes(wrapped), static_cast<int>(wrapped.size())) == 1 &&
        static_cast<std::size_t>(size) == room.size();
    ERR_clear_error();  // NB: unread, here and below, since time must not tell what it says
    // RFC 7516 11.5: go on with a key that opens nothing.
    select(good, room.data(), otherwise);
    return otherwise;
}

std::string transport_key(EVP_PKEY& recipient, SecretBytes const& key)
{
    auto const  context = begin_oaep(recipient, EVP_PKEY_encrypt_init);
    std::string out(static_cast<std::size_t>(EVP_PKEY_get_size(&recipient)), '\0');
    std::size_t size = out.size();
    if (EVP_PKEY_encrypt(context.get(), bytes(out), &size, key.data(), key.size()) != 1 || size != out.size())
        throw std::bad_alloc{};
    return out;
}

SecretBytes receive_key(EVP_PKEY& ours, std::string_view encrypted, SecretBytes otherwise)
{
    auto const modulus_bytes = static_cast<std::size_t>(EVP_PKEY_get_size(&ours));
    if (encrypted.size() != modulus_bytes) return otherwise;
    auto const                                   context = begin_oaep(ours, EVP_PKEY_decrypt_init);
    std::array<unsigned char, kMostModulusBytes> room{};
    std::size_t                                  size = room.size();
    bool const good = EVP_PKEY_decrypt(context.get(), room.data(), &size, bytes(encrypted), encrypted.size()) == 1;
    ERR_clear_error();
    // RFC 7516 11.5: go on with a key that opens nothing.
    select(good & (size == otherwise.size()), room.data(), otherwise);
    OPENSSL_cleanse(room.data(), room.size());
    return otherwise;
}

Result<Pkey> load_transport_key(Jwk const& jwk, JwePurpose purpose)
{
    // What makes an RSA key weak or wrong does not depend on what it is for, so the
    // signature's loader judges the numbers. Its key is dropped: it only signs.
    Jwk numbers;
    numbers.kty = jwk.kty;
    for (auto const& [name, value] : jwk.numbers) numbers.numbers.emplace(name, signet::SecretString{value.reveal()});
    bool const is_private = purpose == JwePurpose::decrypt;
    TRY(load_key(numbers, Algorithm::rs256, is_private ? Purpose::sign : Purpose::verify));
    return make_rsa(jwk, half_for(purpose));
}

Jwk new_transport_key()
{
    auto const key = owned<Pkey>(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", kGeneratedBits));
    Jwk        jwk;
    jwk.kty = "RSA";
    must(read_rsa(jwk, *key, Half::private_half));
    return jwk;
}

}  // namespace jose::detail
