// Any text as a JWE for a key of each shape; and any text as the header or the
// content of one that is rightly encrypted, so that the fuzzer gets behind the tag.
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "jose/jose.hpp"

namespace {

using jose::ContentEncryption;
using jose::KeyManagement;

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

void check_round_trip(Recipient const& to, std::string_view text)
{
    // The text as content: whatever it holds, it comes back.
    auto const sealed = jose::encrypt(text, to.sender, ContentEncryption::a128gcm, {.content_type = "x"});
    if (!sealed) std::abort();
    auto const plain = jose::decrypt(*sealed, to.key, to.policy);
    if (plain && plain->bytes() != text) std::abort();
    if (!plain && plain.error().code != jose::Errc::token_too_large) std::abort();
}

void check_key(std::string_view text)
{
    for (auto const algorithm : {KeyManagement::dir, KeyManagement::ecdh_es, KeyManagement::rsa_oaep_256}) {
        (void)jose::EncryptionKey::parse_jwk(text, algorithm);
        auto const key = jose::DecryptionKey::parse_jwk(text, algorithm);
        if (key && !jose::DecryptionKey::parse_jwk(key->reveal_jwk())) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t size)
{
    static auto const      recipients = make_recipients();
    std::string_view const text{reinterpret_cast<char const*>(data), size};

    for (auto const& to : recipients) {
        (void)jose::decrypt(text, to.key, to.policy);
        // As a header: nobody encrypted under it, so it is never accepted.
        auto const forged = jose::base64url::encode(text) + "..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA";
        if (jose::decrypt(forged, to.key, to.policy)) std::abort();
    }
    check_round_trip(recipients[size % recipients.size()], text);
    check_key(text);
    return 0;
}
