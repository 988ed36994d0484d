// JWE: what is just allowed, and what just is not.
#include <gtest/gtest.h>

#include "jose/test_jwe.hpp"
#include "jose/test_keys.hpp"

namespace jose {
namespace {

using namespace test;

TEST(JweLimits, OfAPolicyAreExact)
{
    auto const with = [](std::size_t bytes) {
        return outcome(JwePolicy::create(
            {.algorithm = KeyManagement::dir, .encryptions = {ContentEncryption::a128gcm}, .max_token_bytes = bytes}));
    };
    EXPECT_EQ(with(1), "accepted");
    EXPECT_EQ(with(std::size_t{1} << 30), "accepted");
    EXPECT_EQ(with((std::size_t{1} << 30) + 1), "contradictory_policy");
}

TEST(JweLimits, OfATextAreExact)
{
    auto const key  = direct_key();
    auto const text = must(encrypt("text", key.encryption_key(), ContentEncryption::a128gcm));
    auto const with = [&](std::size_t bytes) {
        return outcome(decrypt(text, key,
                               must(JwePolicy::create({.algorithm       = KeyManagement::dir,
                                                       .encryptions     = {ContentEncryption::a128gcm},
                                                       .max_token_bytes = bytes}))));
    };
    EXPECT_EQ(with(text.size()), "accepted");
    EXPECT_EQ(with(text.size() - 1), "token_too_large");
}

TEST(JweLimits, OfAKidAreExact)
{
    auto const header = [](std::size_t bytes) {
        return R"({"alg":"dir","enc":"A128GCM","kid":")" + std::string(bytes, 'k') + "\"}";
    };
    EXPECT_EQ(opened_with_header(header(128)), "unknown_key");
    EXPECT_EQ(opened_with_header(header(129)), "malformed_header");
    auto const generate = [](std::size_t bytes) {
        return outcome(DecryptionKey::generate(KeyManagement::a128kw, {.kid = std::string(bytes, 'k')}));
    };
    EXPECT_EQ(generate(128), "accepted");
    EXPECT_EQ(generate(129), "malformed_key");
    auto const parse = [](std::size_t bytes) {
        return outcome(DecryptionKey::parse_jwk(R"({"kty":"oct","alg":"A128KW","k":"AAECAwQFBgcICQoLDA0ODw","kid":")" +
                                                std::string(bytes, 'k') + "\"}"));
    };
    EXPECT_EQ(parse(128), "accepted");
    EXPECT_EQ(parse(129), "malformed_key");
}

// RFC 7518 4.6.1.2 and 4.6.1.3
TEST(JweLimits, OfPartiesAreEcdhEs)
{
    auto const key = direct_key();
    for (auto const& fields : {JweHeaderFields{.apu = "Alice"}, JweHeaderFields{.apv = "Bob"}})
        EXPECT_EQ(outcome(encrypt("text", key.encryption_key(), ContentEncryption::a128gcm, fields)),
                  "algorithm_mismatch");
}

TEST(JweLimits, OfAnEphemeralKeyAreKindAndCurveOfOurs)
{
    auto const& key  = decryption_key({.algorithm = KeyManagement::ecdh_es, .curve = "P-256"});
    auto const  with = [&](std::string_view kty, std::string_view crv) {
        auto const header = R"({"alg":"ECDH-ES","enc":"A128GCM","epk":{"kty":")" + std::string(kty) + R"(","crv":")" +
                            std::string(crv) + R"(","x":")" + kEcX + R"(","y":")" + kEcY + "\"}}";
        return opened(base64url::encode(std::string_view{header}) + "..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA",
                       key);
    };
    EXPECT_EQ(with("EC", "P-256"), "decryption_failed");
    EXPECT_EQ(with("OKP", "P-256"), "malformed_header");
    EXPECT_EQ(with("EC", "P-384"), "malformed_header");
}

// A member of another kind of key, of the length that this kind expects.
TEST(JweLimits, OfAKeyAreItsOwnMembers)
{
    auto const with = [](KeyKind const& kind, std::string_view name, std::size_t bytes) {
        auto text   = must(decryption_key(kind).encryption_key().to_jwk());
        text.back() = ',';
        text += "\"" + std::string(name) + R"(":")" + base64url::encode(secret(bytes)) + "\"}";
        return outcome(EncryptionKey::parse_jwk(text));
    };
    constexpr KeyKind kX25519{.algorithm = KeyManagement::ecdh_es, .curve = "X25519"};
    constexpr KeyKind kP256{.algorithm = KeyManagement::ecdh_es, .curve = "P-256"};
    constexpr KeyKind kRsa{.algorithm = KeyManagement::rsa_oaep_256};
    for (auto const* foreign : {"y", "k", "n"}) EXPECT_EQ(with(kX25519, foreign, 32), "malformed_key") << foreign;
    for (auto const* foreign : {"k", "n"}) EXPECT_EQ(with(kP256, foreign, 32), "malformed_key") << foreign;
    for (auto const* foreign : {"x", "k"}) EXPECT_EQ(with(kRsa, foreign, 256), "malformed_key") << foreign;
}

TEST(JweLimits, OfAlgorithmsAreTheirNames)
{
    for (auto const* unknown : {"", "RSA1_5", "RSA-OAEP", "PBES2-HS256+A128KW", "A192KW", "a128kw", "A128GCM"})
        EXPECT_EQ(find_key_management(unknown), std::nullopt) << unknown;
    for (auto const* unknown : {"", "A192GCM", "a128gcm", "A128CBC", "dir"})
        EXPECT_EQ(find_content_encryption(unknown), std::nullopt) << unknown;
    EXPECT_EQ(find_key_management("ECDH-ES+A256KW"), KeyManagement::ecdh_es_a256kw);
    EXPECT_EQ(find_content_encryption("A256CBC-HS512"), ContentEncryption::a256cbc_hs512);
}

}  // namespace
}  // namespace jose
