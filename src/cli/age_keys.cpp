#include "cli/age_keys.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <new>
#include <stdexcept>

#include "base/result.hpp"
#include "cli/bech32.hpp"
#include "core/root_key.hpp"

namespace signet::cli {
namespace {

constexpr std::string_view kX25519      = "X25519";
constexpr std::string_view kScrypt      = "scrypt";
constexpr std::string_view kX25519Info  = "age-encryption.org/v1/X25519";
constexpr std::string_view kScryptSalt  = "age-encryption.org/v1/scrypt";
constexpr std::size_t      kSaltBytes   = 16;
constexpr std::size_t      kWrappedSize = kFileKeyBytes + crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr int              kMostLogN    = 22;  // 4 GiB: age's own bound; a file may not ask for more

std::uint8_t const* bytes_of(std::string_view text)
{
    return reinterpret_cast<std::uint8_t const*>(text.data());
}

template <std::size_t N>
std::string_view text_of(std::array<std::uint8_t, N> const& bytes)
{
    return {reinterpret_cast<char const*>(bytes.data()), N};
}

// The wrapping key serves once, so its nonce is zero.
constexpr std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> kZeroNonce{};

std::string seal_file_key(SecretString const& file_key, SecretString const& key)
{
    std::string sealed(kWrappedSize, '\0');
    crypto_aead_chacha20poly1305_ietf_encrypt(reinterpret_cast<std::uint8_t*>(sealed.data()), nullptr,
                                              bytes_of(file_key.reveal()), file_key.size(), nullptr, 0, nullptr,
                                              kZeroNonce.data(), bytes_of(key.reveal()));
    return sealed;
}

std::optional<SecretString> open_file_key(std::string_view sealed, SecretString const& key)
{
    if (sealed.size() != kWrappedSize) return std::nullopt;
    std::array<std::uint8_t, kFileKeyBytes> opened{};
    bool const                              authentic =
        crypto_aead_chacha20poly1305_ietf_decrypt(opened.data(), nullptr, nullptr, bytes_of(sealed), sealed.size(),
                                                  nullptr, 0, kZeroNonce.data(), bytes_of(key.reveal())) == 0;
    SecretString file_key{text_of(opened)};
    OPENSSL_cleanse(opened.data(), opened.size());
    return authentic ? std::optional{std::move(file_key)} : std::nullopt;
}

// The key that both sides of an X25519 agreement come to; nullopt when the other's point is of low order.
std::optional<SecretString> agree(std::string_view secret, std::string_view others, std::string_view salt)
{
    std::array<std::uint8_t, crypto_scalarmult_BYTES> shared{};
    if (crypto_scalarmult(shared.data(), bytes_of(secret), bytes_of(others)) != 0) return std::nullopt;
    auto key = hkdf_sha256(text_of(shared), salt, kX25519Info);
    OPENSSL_cleanse(shared.data(), shared.size());
    return key;
}

SecretString stretch(AgePassphrase const& passphrase, std::string_view salt, int log_n)
{
    constexpr std::uint64_t      kBlocks = 8;
    auto const                   full    = std::string{kScryptSalt}.append(salt);
    auto const                   memory  = (std::uint64_t{128} * kBlocks << log_n) + (1U << 20);
    std::array<std::uint8_t, 32> key{};
    if (EVP_PBE_scrypt(passphrase.text.reveal().data(), passphrase.text.size(), bytes_of(full), full.size(),
                       std::uint64_t{1} << log_n, kBlocks, 1, memory, key.data(), key.size()) != 1)
        throw std::bad_alloc();  // it fails for nothing else here
    SecretString stretched{text_of(key)};
    OPENSSL_cleanse(key.data(), key.size());
    return stretched;
}

struct ScryptStanza {
    std::string salt;
    int         log_n = 0;
};

// A passphrase stands alone: with another stanza beside it, who wrote the file could open it without.
std::expected<ScryptStanza, Trouble> read_scrypt(std::span<AgeStanza const> header)
{
    if (std::ranges::none_of(header, [](auto const& stanza) { return stanza.arguments.front() == kScrypt; }))
        return std::unexpected("it is encrypted to a recipient and not to a passphrase; give --identity");
    auto const& arguments = header.front().arguments;
    if (header.size() != 1 || arguments.size() != 3) return std::unexpected("its header is not one of age");
    auto const   salt = decode_base64(arguments[1]);
    auto const&  work = arguments[2];
    ScryptStanza stanza{salt.value_or("")};
    auto const [end, failed] = std::from_chars(work.data(), work.data() + work.size(), stanza.log_n);
    bool const sound         = salt && salt->size() == kSaltBytes && failed == std::errc{} &&
                       end == work.data() + work.size() && !work.starts_with('0');
    if (!sound || stanza.log_n < 1) return std::unexpected("its header is not one of age");
    if (stanza.log_n > kMostLogN) return std::unexpected("opening it would take more than 4 GiB of memory");
    return stanza;
}

}  // namespace

std::string encode_base64(std::string_view bytes)
{
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes_of(bytes), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    text.pop_back();  // the NUL
    return text;
}

std::optional<std::string> decode_base64(std::string_view text)
{
    std::string bytes(text.size(), '\0');
    std::size_t size = 0;
    char const* end  = nullptr;
    if (sodium_base642bin(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size(), text.data(), text.size(),
                          nullptr, &size, &end, sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0 ||
        end != text.data() + text.size())
        return std::nullopt;
    bytes.resize(size);
    return bytes;
}

SecretString hkdf_sha256(std::string_view material, std::string_view salt, std::string_view info)
{
    constexpr core::Digest  kNoSalt{};
    auto const              salting = salt.empty() ? std::span<std::uint8_t const>{kNoSalt}
                                                   : std::span<std::uint8_t const>{bytes_of(salt), salt.size()};
    core::WipedDigest const extracted{core::hmac_sha256(salting, material)};
    core::WipedDigest const expanded{core::hmac_sha256(extracted.bytes, std::string{info} + '\x01')};
    return SecretString{text_of(expanded.bytes)};
}

std::optional<AgeRecipient> parse_recipient(std::string_view text)
{
    auto const bytes = decode_bech32(text, "age");
    if (!bytes || bytes->size() != 32) return std::nullopt;
    AgeRecipient recipient{};
    std::ranges::copy(*bytes, recipient.key.begin());
    return recipient;
}

std::expected<std::vector<AgeIdentity>, Trouble> parse_identities(std::string_view content)
{
    std::vector<AgeIdentity> identities;
    while (!content.empty()) {
        auto const end  = content.find('\n');
        auto       line = content.substr(0, end);
        content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        auto bytes = decode_bech32(line, "age-secret-key-");
        if (!bytes || bytes->size() != 32)
            return std::unexpected(
                "The identity file has a line that is not AGE-SECRET-KEY-1…, as age-keygen writes it.");
        identities.push_back({SecretString{{reinterpret_cast<char const*>(bytes->data()), bytes->size()}}});
        OPENSSL_cleanse(bytes->data(), bytes->size());
    }
    if (identities.empty()) return std::unexpected("There is no identity in the identity file.");
    return identities;
}

AgeStanza wrap(SecretString const& file_key, AgeRecipient const& recipient, Random& random)
{
    std::array<std::uint8_t, 32> secret{};
    std::array<std::uint8_t, 32> share{};
    random.fill(secret);
    crypto_scalarmult_base(share.data(), secret.data());
    auto const salt = std::string{text_of(share)}.append(text_of(recipient.key));
    auto const key  = agree(text_of(secret), text_of(recipient.key), salt);
    OPENSSL_cleanse(secret.data(), secret.size());
    if (!key) throw std::invalid_argument("this recipient is no key of anybody");
    return {{std::string{kX25519}, encode_base64(text_of(share))}, seal_file_key(file_key, *key)};
}

AgeStanza wrap(SecretString const& file_key, AgePassphrase const& passphrase, Random& random)
{
    std::array<std::uint8_t, kSaltBytes> salt{};
    random.fill(salt);
    auto const key = stretch(passphrase, text_of(salt), passphrase.log_n);
    return {{std::string{kScrypt}, encode_base64(text_of(salt)), fmt::format("{}", passphrase.log_n)},
            seal_file_key(file_key, key)};
}

std::expected<SecretString, Trouble> unwrap(std::span<AgeStanza const> header, std::span<AgeIdentity const> identities)
{
    if (std::ranges::any_of(header, [](auto const& stanza) { return stanza.arguments.front() == kScrypt; }))
        return std::unexpected("it is encrypted to a passphrase and not to a recipient; leave --identity out");
    for (auto const& stanza : header) {
        if (stanza.arguments.front() != kX25519) continue;  // of another kind, for another to open
        auto const share = stanza.arguments.size() == 2 ? decode_base64(stanza.arguments[1]) : std::nullopt;
        if (!share || share->size() != crypto_scalarmult_BYTES) return std::unexpected("its header is not one of age");
        for (auto const& identity : identities) {
            std::array<std::uint8_t, 32> own{};
            crypto_scalarmult_base(own.data(), bytes_of(identity.key.reveal()));
            auto const key    = agree(identity.key.reveal(), *share, std::string{*share}.append(text_of(own)));
            auto       opened = key ? open_file_key(stanza.body, *key) : std::nullopt;
            if (opened) return *std::move(opened);
        }
    }
    return std::unexpected("it is encrypted to another recipient");
}

std::expected<SecretString, Trouble> unwrap(std::span<AgeStanza const> header, AgePassphrase const& passphrase)
{
    auto const stanza = TRY(read_scrypt(header));
    auto       opened = open_file_key(header.front().body, stretch(passphrase, stanza.salt, stanza.log_n));
    if (!opened) return std::unexpected("the passphrase is wrong, or the file was altered");
    return *std::move(opened);
}

}  // namespace signet::cli
