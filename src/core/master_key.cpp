#include "core/master_key.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <algorithm>
#include <new>
#include <span>
#include <stdexcept>

namespace signet::core {
namespace {

constexpr std::size_t      kNonceBytes     = 12;  // 96 random bits: NIST SP 800-38D 8.2.2
constexpr std::size_t      kTagBytes       = 16;
constexpr std::string_view kSealingPurpose = "seal";
constexpr std::string_view kHexDigits      = "0123456789abcdef";

using Digest = std::array<std::uint8_t, 32>;

std::uint8_t const* bytes_of(std::string_view text)
{
    return reinterpret_cast<std::uint8_t const*>(text.data());
}
std::uint8_t* bytes_of(std::string& text)
{
    return reinterpret_cast<std::uint8_t*>(text.data());
}

Digest hmac_sha256(std::span<std::uint8_t const> key, std::string_view message)
{
    Digest out{};
    auto   size = static_cast<unsigned>(out.size());
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(message), message.size(), out.data(),
             &size) == nullptr)
        throw std::runtime_error("HMAC-SHA256 failed");
    return out;
}

// A derived key on the stack, for the length of one operation.
struct DerivedKey {
    Digest bytes;
    ~DerivedKey() { OPENSSL_cleanse(bytes.data(), bytes.size()); }
};

int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

struct CipherContextDeleter {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, CipherContextDeleter>;

CipherContext make_context()
{
    CipherContext context{EVP_CIPHER_CTX_new()};
    if (!context) throw std::bad_alloc();
    return context;
}

// OpenSSL fails here only for want of memory or of the algorithm itself.
void require(int success)
{
    if (success != 1) throw std::runtime_error("AES-256-GCM failed");
}

}  // namespace

// The pseudorandom key of HKDF-Extract (RFC 5869 2.2) without salt, in a page of
// its own: locked, guarded, left out of core dumps, wiped when freed.
struct MasterKey::Keys {
    Keys() : extracted(static_cast<std::uint8_t*>(sodium_init() < 0 ? nullptr : sodium_malloc(kBytes)))
    {
        if (extracted == nullptr) throw std::bad_alloc();
    }
    ~Keys() { sodium_free(extracted); }
    Keys(Keys const&)            = delete;
    Keys& operator=(Keys const&) = delete;

    // RFC 5869 2.3 with L = 32, so one block: T(1) = HMAC(PRK, info ‖ 0x01).
    [[nodiscard]] DerivedKey derive(std::string_view purpose) const
    {
        return {hmac_sha256({extracted, kBytes}, std::string{purpose} + '\x01')};
    }

    std::uint8_t* extracted;
};

MasterKey::MasterKey(std::unique_ptr<Keys> keys) : keys_(std::move(keys)) {}
MasterKey::MasterKey(MasterKey&&) noexcept            = default;
MasterKey& MasterKey::operator=(MasterKey&&) noexcept = default;
MasterKey::~MasterKey()                               = default;

Result<MasterKey> MasterKey::parse(SecretString const& file_content)
{
    auto text = file_content.reveal();
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.size() != 2 * kBytes) return refused(Errc::wrong_master_key, "not 64 hexadecimal digits");

    DerivedKey key{};
    for (std::size_t i = 0; i < kBytes; ++i) {
        int const high = hex_value(text[2 * i]);
        int const low  = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return refused(Errc::wrong_master_key, "not 64 hexadecimal digits");
        key.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }

    constexpr Digest kNoSalt{};  // RFC 5869 2.2: a string of HashLen zeros
    DerivedKey const extracted{
        hmac_sha256(kNoSalt, {reinterpret_cast<char const*>(key.bytes.data()), key.bytes.size()})};
    auto keys = std::make_unique<Keys>();
    std::ranges::copy(extracted.bytes, keys->extracted);
    return MasterKey{std::move(keys)};
}

SecretString MasterKey::generate_file_content(Random& random)
{
    DerivedKey key{};
    random.fill(key.bytes);
    std::array<char, 2 * kBytes + 1> text{};
    for (std::size_t i = 0; i < kBytes; ++i) {
        text[2 * i]     = kHexDigits[key.bytes[i] >> 4];
        text[2 * i + 1] = kHexDigits[key.bytes[i] & 0x0F];
    }
    text.back() = '\n';
    SecretString content{std::string_view{text.data(), text.size()}};
    OPENSSL_cleanse(text.data(), text.size());
    return content;
}

std::array<std::uint8_t, 32> MasterKey::mac(std::string_view purpose, std::string_view message) const
{
    auto const key = keys_->derive(purpose);
    return hmac_sha256(key.bytes, message);
}

bool MasterKey::mac_matches(std::string_view purpose, std::string_view message, std::string_view tag) const
{
    auto const expected = mac(purpose, message);
    return tag.size() == expected.size() && CRYPTO_memcmp(expected.data(), tag.data(), expected.size()) == 0;
}

std::string MasterKey::seal(SecretString const& plain, std::string_view context, Random& random) const
{
    std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
    auto* const nonce = bytes_of(sealed);
    auto* const body  = nonce + kNonceBytes;
    random.fill({nonce, kNonceBytes});

    auto const key     = keys_->derive(kSealingPurpose);
    auto const cipher  = make_context();
    auto const size    = static_cast<int>(plain.size());
    int        written = 0;
    require(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), nonce));
    require(EVP_EncryptUpdate(cipher.get(), nullptr, &written, bytes_of(context), static_cast<int>(context.size())));
    require(EVP_EncryptUpdate(cipher.get(), body, &written, bytes_of(plain.reveal()), size));
    require(EVP_EncryptFinal_ex(cipher.get(), body + size, &written));
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, body + size));
    return sealed;
}

Result<SecretString> MasterKey::open(std::string_view sealed, std::string_view context) const
{
    if (sealed.size() < kNonceBytes + kTagBytes) return refused(Errc::wrong_master_key, "sealed text too short");
    auto const* const nonce = bytes_of(sealed);
    auto const        body  = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
    std::string       tag{sealed.substr(sealed.size() - kTagBytes)};

    std::string plain(body.size(), '\0');
    auto const  key     = keys_->derive(kSealingPurpose);
    auto const  cipher  = make_context();
    int         written = 0;
    require(EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.bytes.data(), nonce));
    require(EVP_DecryptUpdate(cipher.get(), nullptr, &written, bytes_of(context), static_cast<int>(context.size())));
    require(EVP_DecryptUpdate(cipher.get(), bytes_of(plain), &written, bytes_of(body), static_cast<int>(body.size())));
    require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()));
    bool const authentic = EVP_DecryptFinal_ex(cipher.get(), bytes_of(plain) + written, &written) == 1;

    // Nothing of an unauthentic text is given out, nor left behind.
    SecretString opened{authentic ? std::string_view{plain} : std::string_view{}};
    OPENSSL_cleanse(plain.data(), plain.size());
    if (!authentic) return refused(Errc::wrong_master_key, "does not open with this master key");
    return opened;
}

}  // namespace signet::core
