// Any text as a JWE for a key of each shape; and any text as the header or the
// content of one that is rightly encrypted, so that the fuzzer gets behind the tag:
// such a header is accepted exactly where RFC 7516 and our limits allow it, and such
// a content comes back, unless one character of the whole was changed.
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jose/jose.hpp"
#include "json_referee.hpp"
#include "require.hpp"

namespace {

using fuzz::Json;
using fuzz::require;
using jose::ContentEncryption;
using jose::Errc;
using jose::KeyManagement;
using jose::base64url::encode;

constexpr std::size_t kMostBytes = 8UL * 1024;

struct Recipient {
    jose::DecryptionKey key;
    jose::EncryptionKey sender;
    jose::JwePolicy     policy;
};

Recipient recipient(std::string_view jwk)
{
    auto key    = *jose::DecryptionKey::parse_jwk(jwk);
    auto sender = key.encryption_key();
    auto policy =
        *jose::JwePolicy::create({.algorithm   = key.algorithm(),
                                  .encryptions = {ContentEncryption::a128gcm, ContentEncryption::a256gcm,
                                                  ContentEncryption::a128cbc_hs256, ContentEncryption::a256cbc_hs512}});
    return {.key = std::move(key), .sender = std::move(sender), .policy = std::move(policy)};
}

// The keys of RFC 7516 appendix A.3, RFC 7518 appendix C, and the cookbook: known to everybody.
std::vector<Recipient> make_recipients()
{
    std::vector<Recipient> out;
    out.push_back(recipient(R"({"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"})"));
    out.push_back(recipient(R"({"kty":"oct","alg":"A128GCM","k":"GawgguFyGrWKav7AX4VKUg"})"));
    out.push_back(recipient(R"({"kty":"EC","crv":"P-256","alg":"ECDH-ES",
        "x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
        "d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"})"));
    out.push_back(recipient(R"({"kty":"OKP","crv":"X25519","alg":"ECDH-ES+A256KW",
        "x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08","d":"XasIfmJKikt54X-Lg4AO5m87sSkmGLb9HC-LJ_-I4Os"})"));
    return out;
}

// The text as content: whatever it holds, it comes back, and never from a text with
// another character in it. The content says which.
void check_round_trip(Recipient const& to, std::string_view text)
{
    auto       sealed = *jose::encrypt(text, to.sender, ContentEncryption::a128gcm, {.content_type = "x"});
    auto const plain  = jose::decrypt(sealed, to.key, to.policy);
    require(plain.has_value() == (sealed.size() <= kMostBytes));
    if (!plain) return require(plain.error().code == Errc::token_too_large);
    require(plain->bytes() == text && plain->content_type() == "x");

    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    auto const                 chosen    = std::hash<std::string_view>{}(text);
    auto&                      character = sealed[chosen % sealed.size()];
    auto const                 other     = kAlphabet[(chosen >> 32) % kAlphabet.size()];
    if (character == other) return;
    character = other;
    require(!jose::decrypt(sealed, to.key, to.policy));
}

bool is_short_text_or_absent(Json const& header, std::string_view name, std::size_t longest)
{
    auto const* value = header.find(name);
    return value == nullptr || (value->is(Json::Kind::string) && value->string.size() <= longest);
}

// For the key of check_header().
bool is_good_header(std::string_view text)
{
    auto const header = fuzz::read_json_object(text, {.depth = 8, .members = 64});
    if (!header) return false;
    for (auto const* critical : {"crit", "b64", "zip"})
        if (header->find(critical) != nullptr) return false;
    auto const* alg = header->find("alg");
    auto const* enc = header->find("enc");
    auto const* kid = header->find("kid");
    return is_short_text_or_absent(*header, "kid", 128) && is_short_text_or_absent(*header, "typ", SIZE_MAX) &&
           is_short_text_or_absent(*header, "cty", SIZE_MAX) && alg != nullptr && alg->is_string("dir") &&
           enc != nullptr && enc->is_string("A128GCM") && (kid == nullptr || kid->string.empty() || kid->string == "k");
}

constexpr std::string_view kSecret = "0123456789abcdef";

// "x" under exactly this header, with A128GCM (RFC 7518 5.3) and a zero IV: no text is hidden here.
std::string seal_under(std::string_view header)
{
    struct Freed {
        void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
    };
    auto const bytes = [](std::string_view text) { return reinterpret_cast<unsigned char const*>(text.data()); };

    auto const                                   encoded = encode(header);
    std::string                                  iv(12, '\0');
    std::string                                  text(1, '\0');
    std::string                                  tag(16, '\0');
    int                                          size = 0;
    std::unique_ptr<EVP_CIPHER_CTX, Freed> const context{EVP_CIPHER_CTX_new()};
    EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, bytes(kSecret), bytes(iv));
    EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(encoded), static_cast<int>(encoded.size()));
    EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(text.data()), &size, bytes("x"), 1);
    EVP_EncryptFinal_ex(context.get(), reinterpret_cast<unsigned char*>(tag.data()), &size);
    EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, 16, tag.data());
    return encoded + ".." + encode(iv) + '.' + encode(text) + '.' + encode(tag);
}

// The text as a header under which "x" was rightly encrypted.
void check_header(std::string_view text)
{
    static auto const to = recipient(R"({"kty":"oct","alg":"A128GCM","kid":"k","k":")" + encode(kSecret) + R"("})");

    auto const whole = seal_under(text);
    if (text.empty() || whole.size() > kMostBytes) return;
    auto const plain = jose::decrypt(whole, to.key, to.policy);
    require(plain.has_value() == is_good_header(text));
    if (!plain) return require(plain.error().code != Errc::decryption_failed);
    require(plain->bytes() == "x" && plain->header_json() == text);
}

// A key that is accepted is strict JSON and is read again; what encrypts holds nothing private.
void check_key(std::string_view text)
{
    constexpr fuzz::JsonLimits kLimits{.depth = 8, .members = 64};
    for (auto const algorithm : {KeyManagement::dir, KeyManagement::ecdh_es, KeyManagement::rsa_oaep_256}) {
        auto const sender = jose::EncryptionKey::parse_jwk(text, algorithm);
        auto const key    = jose::DecryptionKey::parse_jwk(text, algorithm);
        if (sender || key) require(fuzz::read_json_object(text, kLimits).has_value());
        if (key) require(jose::DecryptionKey::parse_jwk(key->reveal_jwk()).has_value());
        auto const jwk = sender ? sender->to_jwk() : std::unexpected(sender.error());
        if (!jwk) continue;
        require(fuzz::read_json_object(*jwk, kLimits)->find("d") == nullptr);
        auto const again = jose::EncryptionKey::parse_jwk(*jwk);
        require(again && again->thumbprint() == sender->thumbprint());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    static auto const recipients = make_recipients();
    auto const        text       = fuzz::text_of(data, size);

    for (auto const& to : recipients) {
        (void)jose::decrypt(text, to.key, to.policy);
        // As a header: nobody encrypted under it, so it is never accepted.
        auto const forged = encode(text) + "..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA";
        require(!jose::decrypt(forged, to.key, to.policy));
    }
    check_header(text);
    check_round_trip(recipients[size % recipients.size()], text);
    check_key(text);
    return 0;
}
