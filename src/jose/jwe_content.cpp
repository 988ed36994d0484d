#include "jose/jwe_content.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "jose/openssl.hpp"

namespace jose::detail {
namespace {

using Cipher        = std::unique_ptr<EVP_CIPHER, Freed<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;
using Mac           = std::unique_ptr<EVP_MAC, Freed<EVP_MAC_free>>;
using MacContext    = std::unique_ptr<EVP_MAC_CTX, Freed<EVP_MAC_CTX_free>>;

constexpr std::size_t kBlock = 16;  // AES

enum class Direction : int { decrypt = 0, encrypt = 1 };

// The halves of the content key; with GCM all of it is the cipher's. RFC 7518 5.2.2.1.
struct Halves {
    Halves(ContentRow const& row, SecretBytes const& key)
        : mac(key.text().substr(0, row.mac_digest != nullptr ? key.size() / 2 : 0)),
          cipher(key.text().substr(mac.size()))
    {
    }
    std::string_view mac;
    std::string_view cipher;
};

CipherContext begin(ContentRow const& row, std::string_view key, std::string_view iv, Direction direction)
{
    auto const cipher  = owned<Cipher>(EVP_CIPHER_fetch(nullptr, row.cipher, nullptr));
    auto       context = owned<CipherContext>(EVP_CIPHER_CTX_new());
    if (EVP_CipherInit_ex2(context.get(), cipher.get(), bytes(key), bytes(iv), static_cast<int>(direction), nullptr) !=
        1)
        throw std::bad_alloc{};
    return context;
}

// Feeds the associated data of GCM, then all of `from`, into `to`, which has room
// for one block more. Says whether the cipher was content; `to` then has its size.
bool run(EVP_CIPHER_CTX* context, bool authenticates, std::string_view associated, std::string_view from,
         std::string& to)
{
    int  written = 0;
    int  last    = 0;
    bool good    = !authenticates || EVP_CipherUpdate(context, nullptr, &written, bytes(associated),
                                                      static_cast<int>(associated.size())) == 1;
    written      = 0;
    good         = good && (from.empty() ||
                    EVP_CipherUpdate(context, bytes(to), &written, bytes(from), static_cast<int>(from.size())) == 1);
    good         = good && EVP_CipherFinal_ex(context, bytes(to) + written, &last) == 1;
    if (good) to.resize(static_cast<std::size_t>(written) + static_cast<std::size_t>(last));
    return good;
}

// RFC 7518 5.2.2.1 step 5: the MAC of A || IV || E || AL, of which half is the tag.
std::array<unsigned char, EVP_MAX_MD_SIZE> authenticate(ContentRow const& row, std::string_view key,
                                                        std::string_view associated, std::string_view iv,
                                                        std::string_view ciphertext)
{
    std::array<char, 8> al{};  // the bits of A, big-endian
    std::uint64_t       bits = std::uint64_t{associated.size()} * 8;
    for (auto byte = al.rbegin(); byte != al.rend(); ++byte, bits >>= 8) *byte = static_cast<char>(bits & 0xFF);

    auto const       mac     = owned<Mac>(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr));
    auto const       context = owned<MacContext>(EVP_MAC_CTX_new(mac.get()));
    OSSL_PARAM const params[]{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, const_cast<char*>(row.mac_digest), 0),
        OSSL_PARAM_construct_end()};
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    bool                                       good = EVP_MAC_init(context.get(), bytes(key), key.size(), params) == 1;
    std::size_t                                size = 0;
    for (auto const part : {associated, iv, ciphertext, std::string_view{al.data(), al.size()}})
        good = good && EVP_MAC_update(context.get(), bytes(part), part.size()) == 1;
    if (!good || EVP_MAC_final(context.get(), out.data(), &size, out.size()) != 1) throw std::bad_alloc{};
    return out;
}

void wipe(std::string& text)
{
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace

Sealed seal_content(ContentRow const& row, SecretBytes const& key, std::string_view associated,
                    std::string_view plaintext)
{
    return seal_content_with_iv(row, key, SecretBytes::random(row.iv_bytes).text(), associated, plaintext);
}

Sealed seal_content_with_iv(ContentRow const& row, SecretBytes const& key, std::string_view iv,
                            std::string_view associated, std::string_view plaintext)
{
    Halves const halves{row, key};
    bool const   is_gcm  = row.mac_digest == nullptr;
    auto const   context = begin(row, halves.cipher, iv, Direction::encrypt);
    Sealed       out{.iv         = std::string(iv),
                     .ciphertext = std::string(plaintext.size() + kBlock, '\0'),
                     .tag        = std::string(row.tag_bytes, '\0')};
    if (!run(context.get(), is_gcm, associated, plaintext, out.ciphertext)) throw std::bad_alloc{};
    if (!is_gcm) {
        auto const mac = authenticate(row, halves.mac, associated, iv, out.ciphertext);
        std::copy_n(mac.begin(), row.tag_bytes, out.tag.begin());
        return out;
    }
    if (EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(row.tag_bytes), out.tag.data()) != 1)
        throw std::bad_alloc{};
    return out;
}

bool open_content(ContentRow const& row, SecretBytes const& key, std::string_view associated, Unopened const& parts,
                  std::string& plaintext)
{
    // RFC 7518 5.2.2.2, 5.3: one size each. A shorter tag would be easier to guess.
    if (parts.iv.size() != row.iv_bytes || parts.tag.size() != row.tag_bytes || key.size() != row.key_bytes)
        return false;

    forget_errors();
    Halves const halves{row, key};
    bool const   is_gcm = row.mac_digest == nullptr;
    if (!is_gcm) {
        // Before anything is decrypted, so that padding tells nobody anything.
        auto const mac = authenticate(row, halves.mac, associated, parts.iv, parts.ciphertext);
        if (CRYPTO_memcmp(mac.data(), parts.tag.data(), row.tag_bytes) != 0) return false;
    }
    auto const context = begin(row, halves.cipher, parts.iv, Direction::decrypt);
    if (is_gcm && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(row.tag_bytes),
                                      const_cast<char*>(parts.tag.data())) != 1)
        return false;
    plaintext.resize(parts.ciphertext.size() + kBlock);
    if (run(context.get(), is_gcm, associated, parts.ciphertext, plaintext)) return true;
    wipe(plaintext);
    settle_errors();
    return false;
}

}  // namespace jose::detail
