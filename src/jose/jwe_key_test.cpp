// Keys of JWE: one algorithm each, weak ones refused. CHECKS A14, A21, A22, A28, A29.
#include <gtest/gtest.h>

#include "jose/jwe_key.hpp"
#include "jose/test_jwe.hpp"
#include "jose/test_keys.hpp"

namespace jose {
namespace {

using namespace test;

std::string shared_jwk(std::size_t bytes, std::string_view more)
{
    return R"({"kty":"oct","k":")" + base64url::encode(std::string(bytes, 'k')) + "\"" + std::string(more) + "}";
}

// The private JWK of a generated key, its first `from` replaced by `to`.
std::string edited(KeyKind const& kind, std::string_view from = "", std::string_view to = "")
{
    auto text = decryption_key(kind).reveal_jwk();
    if (!from.empty()) text.replace(text.find(from), from.size(), to);
    return text;
}

constexpr KeyKind kP256{.algorithm = KeyManagement::ecdh_es, .curve = "P-256"};
constexpr KeyKind kX25519{.algorithm = KeyManagement::ecdh_es, .curve = "X25519"};
constexpr KeyKind kRsa{.algorithm = KeyManagement::rsa_oaep_256};

TEST(JweKey, IsTheSameAfterItsJwk)
{
    for (auto const& kind : all_kinds()) {
        SCOPED_TRACE(std::string(name(kind.algorithm)) + std::string(kind.curve));
        auto const& key   = decryption_key(kind);
        auto const  again = must(DecryptionKey::parse_jwk(key.reveal_jwk()));
        EXPECT_EQ(again.algorithm(), kind.algorithm);
        EXPECT_EQ(again.kid(), "key-1");
        EXPECT_EQ(again.reveal_jwk(), key.reveal_jwk());
        auto const public_key = key.encryption_key();
        EXPECT_EQ(public_key.thumbprint(), again.encryption_key().thumbprint());
        EXPECT_EQ(public_key.algorithm(), kind.algorithm);
        EXPECT_EQ(public_key.kid(), "key-1");

        auto const text      = public_key.to_jwk();
        bool const is_shared = key.reveal_jwk().find(R"("kty":"oct")") != std::string::npos;
        EXPECT_EQ(outcome(text), is_shared ? "key_not_for_this_use" : "accepted");
        if (!text) continue;
        EXPECT_EQ(text->find(R"("d":)"), std::string::npos);
        auto const sender = must(EncryptionKey::parse_jwk(*text));
        EXPECT_EQ(opened(must(encrypt("text", sender, ContentEncryption::a128gcm)), key), "accepted");
        EXPECT_EQ(outcome(DecryptionKey::parse_jwk(*text)), "key_not_for_this_use");
        EXPECT_EQ(outcome(EncryptionKey::parse_jwk(key.reveal_jwk())), "key_not_for_this_use");
    }
}

TEST(JweKey, TakesItsThumbprintAsKid)
{
    auto const key = must(DecryptionKey::generate(KeyManagement::ecdh_es, {.curve = "X25519"}));
    EXPECT_EQ(key.kid(), key.encryption_key().thumbprint());
    EXPECT_EQ(key.kid().size(), 43U);
}

TEST(JweKey, ANewSharedKeyIsNotKnownByItsHash)
{
    auto const key = must(DecryptionKey::generate(KeyManagement::a128kw));
    EXPECT_NE(key.kid(), key.encryption_key().thumbprint());
    EXPECT_EQ(key.kid().size(), 43U);
}

TEST(JweKey, GenerateWantsEachChoiceThatMatters)
{
    using enum KeyManagement;
    EXPECT_EQ(outcome(DecryptionKey::generate(dir)), "unsupported_key");
    EXPECT_EQ(outcome(DecryptionKey::generate(ecdh_es)), "unsupported_key");
    EXPECT_EQ(outcome(DecryptionKey::generate(ecdh_es, {.curve = "secp256k1"})), "unsupported_key");
    EXPECT_EQ(outcome(DecryptionKey::generate(a128kw, {.curve = "P-256"})), "unsupported_key");
    EXPECT_EQ(outcome(DecryptionKey::generate(a128kw, {.encryption = ContentEncryption::a128gcm})), "unsupported_key");
    EXPECT_EQ(outcome(DecryptionKey::generate(a128kw, {.kid = std::string(129, 'k')})), "malformed_key");
}

// A14: the key chooses, and the caller may only agree.
TEST(JweKey, IsBoundToOneAlgorithm)
{
    auto const parse = [](std::string const& jwk, std::optional<KeyManagement> algorithm = std::nullopt) {
        return outcome(DecryptionKey::parse_jwk(jwk, algorithm));
    };
    using enum KeyManagement;
    EXPECT_EQ(parse(shared_jwk(16, R"(,"alg":"A128KW")")), "accepted");
    EXPECT_EQ(parse(shared_jwk(16, R"(,"alg":"A128KW")"), a128kw), "accepted");
    EXPECT_EQ(parse(shared_jwk(16, R"(,"alg":"A128KW")"), dir), "algorithm_mismatch");
    EXPECT_EQ(parse(shared_jwk(16, R"(,"alg":"A128GCM")"), a128kw), "algorithm_mismatch");
    EXPECT_EQ(parse(shared_jwk(16, "")), "unsupported_key");
    EXPECT_EQ(parse(shared_jwk(16, ""), dir), "accepted");
    for (auto const* alg : {"HS256", "A192KW", "A128GCMKW", "PBES2-HS256+A128KW", "none", ""})
        EXPECT_EQ(parse(shared_jwk(32, R"(,"alg":")" + std::string(alg) + "\"")), "unsupported_key") << alg;
    EXPECT_EQ(parse(edited(kRsa, "RSA-OAEP-256", "RSA1_5")), "unsupported_key");
    EXPECT_EQ(parse(edited(kRsa, "RSA-OAEP-256", "RSA-OAEP")), "unsupported_key");
    EXPECT_EQ(parse(edited(kRsa, "RSA-OAEP-256", "ECDH-ES")), "unsupported_key");
    EXPECT_EQ(parse(edited(kP256, "ECDH-ES", "A128KW")), "malformed_key");
    EXPECT_EQ(parse(edited(kP256, "ECDH-ES", "RSA-OAEP-256")), "malformed_key");
    EXPECT_EQ(parse(edited(kP256, R"("kty":"EC")", R"("kty":"OKP")")), "malformed_key");
    EXPECT_EQ(parse(edited(kRsa, R"("kty":"RSA")", R"("kty":"RSA","crv":"P-256")")), "malformed_key");
    EXPECT_EQ(parse(R"({"kty":"EC","alg":"A128KW","k":"GawgguFyGrWKav7AX4VKUg"})"), "malformed_key");
}

TEST(JweKey, RefusesSharedKeysOfAnotherSize)
{
    auto const parse = [](std::size_t bytes, std::string_view alg) {
        return outcome(EncryptionKey::parse_jwk(shared_jwk(bytes, R"(,"alg":")" + std::string(alg) + "\"")));
    };
    EXPECT_EQ(parse(0, "A128KW"), "weak_key");
    EXPECT_EQ(parse(15, "A128KW"), "weak_key");
    EXPECT_EQ(parse(17, "A128KW"), "malformed_key");
    EXPECT_EQ(parse(16, "A256KW"), "weak_key");
    EXPECT_EQ(parse(32, "A256KW"), "accepted");
    EXPECT_EQ(parse(8, "dir"), "weak_key");
    EXPECT_EQ(parse(24, "dir"), "malformed_key");
    EXPECT_EQ(parse(32, "A256CBC-HS512"), "weak_key");
    EXPECT_EQ(parse(64, "A256CBC-HS512"), "accepted");
    EXPECT_EQ(parse(64, "A256GCM"), "malformed_key");
    EXPECT_EQ(outcome(EncryptionKey::parse_jwk(shared_jwk(16, R"(,"alg":"A128KW","x":"AAAA")"))), "malformed_key");
    EXPECT_EQ(outcome(EncryptionKey::parse_jwk(R"({"kty":"oct","alg":"A128KW"})")), "malformed_key");
}

// A21.
TEST(JweKey, RefusesKeysForAnotherUse)
{
    auto const decrypts = [](std::string_view more) {
        return outcome(DecryptionKey::parse_jwk(shared_jwk(16, R"(,"alg":"A128KW",)" + std::string(more))));
    };
    auto const encrypts = [](std::string_view more) {
        return outcome(EncryptionKey::parse_jwk(shared_jwk(16, R"(,"alg":"A128KW",)" + std::string(more))));
    };
    EXPECT_EQ(decrypts(R"("use":"enc")"), "accepted");
    EXPECT_EQ(decrypts(R"("use":"sig")"), "key_not_for_this_use");
    EXPECT_EQ(decrypts(R"("use":"")"), "key_not_for_this_use");
    EXPECT_EQ(decrypts(R"("key_ops":["unwrapKey"])"), "accepted");
    EXPECT_EQ(decrypts(R"("key_ops":["wrapKey"])"), "key_not_for_this_use");
    EXPECT_EQ(decrypts(R"("key_ops":[])"), "key_not_for_this_use");
    EXPECT_EQ(decrypts(R"("key_ops":["unwrapKey","unwrapKey"])"), "malformed_key");
    EXPECT_EQ(decrypts(R"("key_ops":"unwrapKey")"), "malformed_key");
    EXPECT_EQ(encrypts(R"("key_ops":["wrapKey","unwrapKey"])"), "accepted");
    EXPECT_EQ(encrypts(R"("key_ops":["verify"])"), "key_not_for_this_use");

    EXPECT_EQ(encrypts(R"("key_ops":[])"), "key_not_for_this_use");

    auto const agrees = [](std::string_view ops) {
        auto text = must(decryption_key(kP256).encryption_key().to_jwk());
        text.insert(1, R"("key_ops":)" + std::string(ops) + ",");
        return outcome(EncryptionKey::parse_jwk(text));
    };
    EXPECT_EQ(agrees("[]"), "accepted");  // as WebCrypto writes it
    EXPECT_EQ(agrees(R"(["deriveKey"])"), "accepted");
    EXPECT_EQ(agrees(R"(["sign"])"), "key_not_for_this_use");
    EXPECT_EQ(outcome(DecryptionKey::parse_jwk(edited(kP256, R"("use":"enc")", R"("key_ops":[])"))),
              "key_not_for_this_use");

    auto const bits = R"("key_ops":["deriveBits"],"use":"enc")";
    EXPECT_EQ(outcome(DecryptionKey::parse_jwk(edited(kP256, R"("use":"enc")", bits))), "accepted");
    EXPECT_EQ(outcome(DecryptionKey::parse_jwk(edited(kP256, R"("use":"enc")", R"("key_ops":["sign"])"))),
              "key_not_for_this_use");
}

// No signature key encrypts, and none of these signs.
TEST(JweKey, IsApartFromSignatureKeys)
{
    for (auto const algorithm : kAll) EXPECT_FALSE(DecryptionKey::parse_jwk(signing_key(algorithm).reveal_jwk()));
    for (auto const& kind : all_kinds()) EXPECT_FALSE(SigningKey::parse_jwk(decryption_key(kind).reveal_jwk()));
}

// A22.
TEST(JweKey, RefusesNumbersThatMakeNoKey)
{
    auto const member = [](KeyKind const& kind, std::string_view name) {
        auto const& jwk = JweKeyAccess::of(decryption_key(kind)).jwk;
        return base64url::encode(jwk.numbers.find(name)->second.reveal());
    };
    auto const zero     = std::string(43, 'A');
    auto const replaced = [&](KeyKind const& kind, std::string_view name, std::string_view by) {
        return outcome(
            DecryptionKey::parse_jwk(edited(kind, "\"" + member(kind, name) + "\"", "\"" + std::string(by) + "\"")));
    };
    EXPECT_EQ(replaced(kP256, "x", member(kP256, "y")), "malformed_key");  // off the curve
    EXPECT_EQ(replaced(kP256, "d", zero), "malformed_key");
    EXPECT_EQ(replaced(kP256, "d", member(kP256, "x")), "malformed_key");  // of another point
    EXPECT_EQ(replaced(kP256, "x", "AAAA"), "malformed_key");
    auto const base = [](std::string_view d) {
        return outcome(DecryptionKey::parse_jwk(R"({"kty":"EC","crv":"P-256","alg":"ECDH-ES","x":")" +
                                                std::string(kEcBaseX) + R"(","y":")" + kEcBaseY + R"(","d":")" +
                                                std::string(d) + R"("})"));
    };
    EXPECT_EQ(base(base64url::encode(std::string(31, '\0') + '\x01')), "accepted");
    EXPECT_EQ(base(kEcOrderAndOne), "malformed_key");  // out of range, but of that point
    EXPECT_EQ(replaced(kX25519, "x", zero), "weak_key");
    EXPECT_EQ(replaced(kX25519, "d", zero), "malformed_key");
    EXPECT_EQ(replaced(kX25519, "x", "AAAA"), "malformed_key");
    EXPECT_EQ(replaced(kRsa, "n", zero), "malformed_key");   // not in its shortest form
    EXPECT_EQ(replaced(kRsa, "n", "_" + zero), "weak_key");  // 264 bits
    EXPECT_EQ(replaced(kRsa, "e", "AQ"), "weak_key");
    EXPECT_EQ(replaced(kRsa, "d", "AQAB"), "malformed_key");
    EXPECT_EQ(outcome(DecryptionKey::parse_jwk(edited(kP256, "P-256", "P-384"))), "malformed_key");
    EXPECT_EQ(outcome(DecryptionKey::parse_jwk(edited(kP256, "P-256", "secp256k1"))), "unsupported_key");
    EXPECT_EQ(outcome(DecryptionKey::parse_jwk(edited(kP256, "P-256", "X25519"))), "malformed_key");
    for (std::string_view const text : {"", "{}", "[]", R"({"kty":"oct","kty":"oct"})", R"({"kty":1})"})
        EXPECT_EQ(outcome(DecryptionKey::parse_jwk(text, KeyManagement::a128kw)), "malformed_key") << text;
}

}  // namespace
}  // namespace jose
