#include "core/master_key.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <stdexcept>

namespace signet::core {
namespace {

constexpr std::size_t      kNonceBytes     = 12;  // 96 random bits: NIST SP 800-38D 8.2.2
constexpr std::size_t      kTagBytes       = 16;
constexpr std::string_view kSealingPurpose = "seal";
constexpr std::string_view kHexDigits      = "0123456789abcdef";

std::uint8_t const* bytes_of(std::string_view text)
{
    return reinterpret_cast<std::uint8_t const*>(text.data());
}
std::uint8_t* bytes_of(std::string& text)
{
    return reinterpret_cast<std::uint8_t*>(text.data());
}

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

Result<MasterKey> MasterKey::parse(SecretString const& file_content)
{
    auto text = file_content.reveal();
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.size() != 2 * kBytes) return refused(Errc::wrong_master_key, "not 64 hexadecimal digits");

    WipedDigest key{};
    for (std::size_t i = 0; i < kBytes; ++i) {
        int const high = hex_value(text[2 * i]);
        int const low  = hex_value(text[2 * i + 1]);
        if (high < 0 || low < 0) return refused(Errc::wrong_master_key, "not 64 hexadecimal digits");
        key.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
    }

    return MasterKey{RootKey::extract(key.bytes)};
}

SecretString MasterKey::generate_file_content(Random& random)
{
    WipedDigest key{};
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

std::string MasterKey::seal(SecretString const& plain, std::string_view context, Random& random) const
{
    std::string sealed(kNonceBytes + plain.size() + kTagBytes, '\0');
    auto* const nonce = bytes_of(sealed);
    auto* const body  = nonce + kNonceBytes;
    random.fill({nonce, kNonceBytes});

    auto const key     = root_.derive(kSealingPurpose);
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
    auto const  key     = root_.derive(kSealingPurpose);
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
