// Other people's test vectors of JWE: RFC 7516 appendix A.3, RFC 7518 appendices B and C, RFC 8037.
#include <gtest/gtest.h>

#include "jose/jwe_key.hpp"
#include "jose/test_jwe.hpp"
#include "jose/test_vectors.hpp"

namespace jose {
namespace {

using namespace test;

std::string counting(std::size_t size)
{
    std::string out;
    for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(i);
    return out;
}

TEST(JweVectors, Rfc7516AppendixA3KeyWrapAndCbcHmac)
{
    auto const key   = must(DecryptionKey::parse_jwk(R"({"kty":"oct","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"})"));
    auto const plain = decrypt(
        "eyJhbGciOiJBMTI4S1ciLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0."
        "6KB707dM9YTIgHtLvtgWQ8mKwboJW3of9locizkDTHzBC2IlrT1oOQ."
        "AxY8DCtDaGlsbGljb3RoZQ."
        "KDlTtXchhZTGufMYmOYGS4HffxPSUrfmqCHXaI9wOGY."
        "U0m_YmjN04DJvceFICbCVQ",
        key, jwe_policy(KeyManagement::a128kw, {ContentEncryption::a128cbc_hs256}));
    ASSERT_TRUE(plain) << name(plain.error().code);
    EXPECT_EQ(plain->bytes(), "Live long and prosper.");
}

// RFC 7518 appendix B: the tag is over everything, so it stands for everything.
TEST(JweVectors, Rfc7518AppendixBCbcHmac)
{
    constexpr std::string_view kPlaintext =
        "A cipher system must not be required to be secret, and it must be able to fall into the hands of the enemy "
        "without inconvenience";
    constexpr std::string_view kAssociated = "The second principle of Auguste Kerckhoffs";
    auto const                 iv          = unhex("1af38c2dc2b96ffdd86694092341bc04");
    auto const                 tag         = [&](ContentEncryption encryption) {
        auto const&               row = detail::row_of(encryption);
        detail::SecretBytes const key{counting(row.key_bytes)};
        auto const                sealed = detail::seal_content_with_iv(row, key, iv, kAssociated, kPlaintext);
        std::string               plaintext;
        EXPECT_TRUE(detail::open_content(row, key, kAssociated,
                                                                 {.iv = iv, .ciphertext = sealed.ciphertext, .tag = sealed.tag}, plaintext));
        EXPECT_EQ(plaintext, kPlaintext);
        return sealed.tag;
    };
    EXPECT_EQ(tag(ContentEncryption::a128cbc_hs256), unhex("652c3fa36b0a7c5b3219fab3a30bc1c4"));
    EXPECT_EQ(tag(ContentEncryption::a256cbc_hs512),
              unhex("4dd3b4c088a7f45c216839645b2012bf2e6269a8c56a816dbc1b267761955bc5"));
}

// RFC 7518 appendix C: the key that Alice and Bob agree on opens what was sealed with it.
TEST(JweVectors, Rfc7518AppendixCAgreement)
{
    constexpr std::string_view kAgreed = "VqqN6vgjbSBcIijNcacQGg";
    auto const                 bob     = must(DecryptionKey::parse_jwk(R"({"kty":"EC","crv":"P-256","alg":"ECDH-ES",
        "x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ","y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
        "d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"})"));
    auto const                 header  = base64url::encode(
        R"({"alg":"ECDH-ES","enc":"A128GCM","apu":"QWxpY2U","apv":"Qm9i","epk":{"kty":"EC","crv":"P-256",)"
                         R"("x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0","y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps"}})");
    auto const sealed = detail::seal_content(detail::row_of(ContentEncryption::a128gcm),
                                             detail::SecretBytes{base64url::decode(kAgreed).value()}, header, "text");
    auto const text = header + ".." + base64url::encode(sealed.iv) + "." + base64url::encode(sealed.ciphertext) + "." +
                      base64url::encode(sealed.tag);
    EXPECT_EQ(opened(text, bob), "accepted");
}

// Both sides of it: Alice's private key gives the same.
TEST(JweVectors, Rfc7518AppendixCAgreesFromBothSides)
{
    auto const load = [](std::string const& text) {
        return must(DecryptionKey::parse_jwk(text, KeyManagement::ecdh_es));
    };
    auto const alice  = load(R"({"kty":"EC","crv":"P-256","x":"gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
        "y":"SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps","d":"0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"})");
    auto const bob    = load(R"({"kty":"EC","crv":"P-256","x":"weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
        "y":"e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck","d":"VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw"})");
    auto const agreed = [](DecryptionKey const& ours, DecryptionKey const& theirs) {
        auto const public_key = theirs.encryption_key();
        auto const key        = detail::agree(*JweKeyAccess::of(ours).pkey, *JweKeyAccess::of(public_key).pkey,
                                              {.algorithm = "A128GCM", .apu = "Alice", .apv = "Bob", .bytes = 16});
        return base64url::encode(key.value().text());
    };
    EXPECT_EQ(agreed(alice, bob), "VqqN6vgjbSBcIijNcacQGg");
    EXPECT_EQ(agreed(bob, alice), "VqqN6vgjbSBcIijNcacQGg");
}

// The cookbook's example of X25519.
TEST(JweVectors, CookbookX25519)
{
    READ_VECTORS(document, root, "cookbook/curve25519/ecdh-es.json");
    auto const input     = root.find("input").value();
    auto const jwk       = input.find("key")->text();
    auto const plaintext = std::string(*input.find("plaintext")->string());
    auto const compact   = std::string(*root.find("output")->find("compact")->string());

    auto const key   = must(DecryptionKey::parse_jwk(jwk, KeyManagement::ecdh_es));
    auto const plain = decrypt(compact, key, jwe_policy(KeyManagement::ecdh_es, {ContentEncryption::a128gcm}));
    ASSERT_TRUE(plain) << name(plain.error().code);
    EXPECT_EQ(plain->bytes(), plaintext);
}

}  // namespace
}  // namespace jose
