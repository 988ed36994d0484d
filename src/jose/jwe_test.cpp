// Encrypting and decrypting. CHECKS A17, A29, A5 groups 11 to 16 and 22 to 26.
#include "jose/jwe.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <type_traits>

#include "jose/jws.hpp"
#include "jose/test_jwe.hpp"

namespace jose {
namespace {

using namespace test;

std::string describe(KeyKind const& kind, ContentEncryption encryption)
{
    return std::string(name(kind.algorithm)) + " " + std::string(kind.curve) + " " + std::string(name(encryption));
}

std::string encrypted(std::string_view text, KeyKind const& kind, ContentEncryption encryption)
{
    return must(encrypt(text, decryption_key(kind).encryption_key(), encryption));
}

// Every kind of key, with one encryption of each shape.
template <class Visit>
void for_each_kind(Visit const& visit)
{
    for (auto const& kind : all_kinds())
        for (auto const encryption : encryptions_of(kind)) {
            SCOPED_TRACE(describe(kind, encryption));
            visit(kind, encryption);
        }
}

TEST(Jwe, DecryptsWhatItEncrypted)
{
    for_each_kind([](auto const& kind, auto encryption) {
        for (auto const& text : {std::string{}, std::string("a"), std::string(16, 'b'), std::string(1000, '\xFF')}) {
            auto const token = encrypted(text, kind, encryption);
            EXPECT_EQ(parts_of(token).size(), 5U);
            auto const plain = decrypt(token, decryption_key(kind), jwe_policy(kind.algorithm, {encryption}));
            ASSERT_TRUE(plain) << name(plain.error().code);
            EXPECT_EQ(plain->bytes(), text);
            EXPECT_NE(plain->header_json().find(R"("kid":"key-1")"), std::string_view::npos);
        }
    });
}

TEST(Jwe, WritesTheFieldsItWasGiven)
{
    auto const& key   = decryption_key({.algorithm = KeyManagement::ecdh_es, .curve = "X25519"});
    auto const  token = must(encrypt("text", key.encryption_key(), ContentEncryption::a256gcm,
                                     {.type = "note", .content_type = "text/plain", .apu = "Alice", .apv = "Bob"}));
    auto const  plain = must(decrypt(token, key, jwe_policy(KeyManagement::ecdh_es)));
    EXPECT_EQ(plain.content_type(), "text/plain");
    for (auto const* member : {R"("typ":"note")", R"("apu":"QWxpY2U")", R"("apv":"Qm9i")"})
        EXPECT_NE(plain.header_json().find(member), std::string_view::npos) << member;

    auto const& wrapped = decryption_key({KeyManagement::a128kw});
    EXPECT_EQ(outcome(encrypt("text", wrapped.encryption_key(), ContentEncryption::a256gcm, {.apu = "Alice"})),
              "algorithm_mismatch");
}

// A key, an IV, and a content key that come twice would be the end of GCM.
TEST(Jwe, NeverWritesTheSameTwice)
{
    for_each_kind([](auto const& kind, auto encryption) {
        auto const one   = parts_of(encrypted("text", kind, encryption));
        auto const other = parts_of(encrypted("text", kind, encryption));
        EXPECT_NE(one[2], other[2]);
        EXPECT_NE(one[3], other[3]);
        EXPECT_TRUE(one[1].empty() || one[1] != other[1]);
    });
}

// A5 24: each of the five parts is under the tag.
TEST(Jwe, RefusesAChangeOfAnyPart)
{
    for_each_kind([](auto const& kind, auto encryption) {
        auto const& key  = decryption_key(kind);
        auto const  good = parts_of(encrypted("some text to change", kind, encryption));
        ASSERT_EQ(opened(joined(good), key), "accepted");
        for (std::size_t part = 1; part < good.size(); ++part) {
            auto raw = base64url::decode(good[part]).value();
            for (auto const at : {std::size_t{0}, raw.size() / 2, raw.size() - 1}) {
                if (raw.empty()) continue;
                auto changed = raw;
                changed[at] ^= 1;
                auto parts  = good;
                parts[part] = base64url::encode(changed);
                EXPECT_EQ(opened(joined(parts), key), "decryption_failed") << "part " << part << " byte " << at;
            }
        }
        // Another header that reads the same: JSON white space.
        auto parts = good;
        parts[0]   = base64url::encode(" " + base64url::decode(good[0]).value());
        EXPECT_EQ(opened(joined(parts), key), "decryption_failed");
    });
}

TEST(Jwe, RefusesPartsOfOtherTexts)
{
    for_each_kind([](auto const& kind, auto encryption) {
        auto const& key   = decryption_key(kind);
        auto const  one   = parts_of(encrypted("one text", kind, encryption));
        auto const  other = parts_of(encrypted("two text", kind, encryption));
        for (std::size_t part = 0; part < one.size(); ++part) {
            auto mixed  = one;
            mixed[part] = other[part];
            EXPECT_EQ(opened(joined(mixed), key), mixed == one ? "accepted" : "decryption_failed") << part;
        }
        auto swapped = one;
        std::swap(swapped[3], swapped[4]);
        EXPECT_EQ(opened(joined(swapped), key), "decryption_failed");
    });
}

// A5 24: lengths are exact.
TEST(Jwe, RefusesOtherLengths)
{
    for_each_kind([](auto const& kind, auto encryption) {
        auto const& key  = decryption_key(kind);
        auto const  good = parts_of(encrypted("text", kind, encryption));
        for (std::size_t part = 1; part < good.size(); ++part) {
            auto const raw = base64url::decode(good[part]).value();
            for (auto const size :
                 {raw.size() / 4, raw.size() / 2, raw.size() - 1, raw.size() + 1, raw.size() + 16, std::size_t{4096}}) {
                auto parts   = good;
                auto resized = raw;
                if (raw.empty() && size > 100) continue;
                resized.resize(size);
                if (resized == raw || resized.empty()) continue;
                parts[part] = base64url::encode(resized);
                EXPECT_EQ(opened(joined(parts), key), "decryption_failed") << "part " << part << " size " << size;
            }
        }
        auto without_key = good;
        without_key[1].clear();
        EXPECT_EQ(opened(joined(without_key), key), without_key == good ? "accepted" : "decryption_failed");
    });
}

// RFC 8017 7.1.2 step 1: of the modulus' length, though OpenSSL takes a shorter number as well.
TEST(Jwe, RefusesAnEncryptedKeyWithoutItsLeadingZero)
{
    KeyKind const            kind{KeyManagement::rsa_oaep_256};
    std::vector<std::string> parts;
    std::string              raw;
    do {  // one in 256 begins so
        parts = parts_of(encrypted("text", kind, ContentEncryption::a128gcm));
        raw   = base64url::decode(parts[1]).value();
    } while (raw.front() != '\0');
    EXPECT_EQ(opened(joined(parts), decryption_key(kind)), "accepted");
    parts[1] = base64url::encode(raw.substr(1));
    EXPECT_EQ(opened(joined(parts), decryption_key(kind)), "decryption_failed");
}

// RFC 7516 11.5: nothing tells one failure from another.
TEST(Jwe, SaysNothingOfWhyItCouldNotDecrypt)
{
    for_each_kind([](auto const& kind, auto encryption) {
        auto const& key = decryption_key(kind);
        for (std::size_t part = 1; part < 5; ++part) {
            auto parts = parts_of(encrypted("text", kind, encryption));
            if (parts[part].empty()) continue;
            parts[part][0]     = parts[part][0] == 'A' ? 'B' : 'A';
            auto const refused = decrypt(joined(parts), key, jwe_policy(kind.algorithm));
            ASSERT_FALSE(refused);
            EXPECT_EQ(refused.error().code, Errc::decryption_failed);
            EXPECT_EQ(refused.error().detail, "");
        }
    });
}

TEST(Jwe, RefusesAnotherKeyOfTheSameKind)
{
    for_each_kind([](auto const& kind, auto encryption) {
        if (kind.algorithm == KeyManagement::rsa_oaep_256) return;  // dear to generate; a case of its own below
        auto const other = must(DecryptionKey::generate(
            kind.algorithm, {.kid = "key-1", .curve = kind.curve, .encryption = kind.encryption}));
        EXPECT_EQ(opened(encrypted("text", kind, encryption), other), "decryption_failed");
    });
}

TEST(Jwe, RefusesAnotherRsaKey)
{
    KeyKind const kind{KeyManagement::rsa_oaep_256};
    auto const    other = must(DecryptionKey::generate(kind.algorithm, {.kid = "key-1"}));
    EXPECT_EQ(opened(encrypted("text", kind, ContentEncryption::a128gcm), other), "decryption_failed");
}

TEST(Jwe, RefusesWhatIsNotFiveParts)
{
    auto const key = direct_key();
    for (std::string_view const text : {"",
                                        ".",
                                        "...",
                                        "....",
                                        ".....",
                                        "e30",
                                        "e30.",
                                        "e30.e30.e30",
                                        "e30.e30.e30.e30",
                                        "e30.e30.e30.e30.e30.e30",
                                        ".AAAA.AAAA.AAAA.AAAA",
                                        "e30.AAAA..AAAA.AAAA",
                                        "e30.AAAA.AAAA.AAAA.",
                                        "e30..AAAA.AAAA.AAAA\n",
                                        " e30..AAAA.AAAA.AAAA",
                                        "e30..AAA=.AAAA.AAAA",
                                        "e30..AAAB.AAAA.AA",
                                        "e30..AAAA.AAAA.AB",
                                        "e30..A.AAAA.AAAA",
                                        R"({"ciphertext":"AAAA"})"})
        EXPECT_EQ(opened(text, key),
                  text.find("AAAB.AAAA.AA") != text.npos ? "algorithm_not_allowed" : "malformed_token")
            << text;
    EXPECT_EQ(opened(std::string(8 * 1024 + 1, 'A'), key), "token_too_large");
    EXPECT_EQ(opened(std::string(8 * 1024, '.'), key), "malformed_token");
}

TEST(Jwe, RefusesASignedToken)
{
    for (auto const algorithm : kAll)
        EXPECT_EQ(opened(must(sign(good_claims(), signing_key(algorithm), "at+jwt")), direct_key()), "malformed_token");
}

TEST(Jwe, RefusesWhatThePolicyDoesNotName)
{
    auto const& key   = decryption_key({KeyManagement::a256kw});
    auto const  token = must(encrypt("text", key.encryption_key(), ContentEncryption::a256gcm));
    auto const  by    = [&](KeyManagement algorithm, std::vector<ContentEncryption> encryptions) {
        return outcome(decrypt(token, key, jwe_policy(algorithm, std::move(encryptions))));
    };
    EXPECT_EQ(by(KeyManagement::a256kw, {ContentEncryption::a256gcm}), "accepted");
    EXPECT_EQ(by(KeyManagement::a256kw, {ContentEncryption::a128gcm, ContentEncryption::a256cbc_hs512}),
              "encryption_not_allowed");
    for (auto const& kind : all_kinds())
        EXPECT_EQ(by(kind.algorithm, {ContentEncryption::a256gcm}),
                  kind.algorithm == KeyManagement::a256kw ? "accepted" : "algorithm_not_allowed");
    // Named by the policy, but not what the key is for.
    EXPECT_EQ(outcome(decrypt(token, decryption_key({KeyManagement::a128kw}), jwe_policy(KeyManagement::a256kw))),
              "algorithm_mismatch");
}

TEST(Jwe, PolicyHasNoDefaults)
{
    using Enc = ContentEncryption;
    EXPECT_EQ(outcome(JwePolicy::create({})), "contradictory_policy");
    EXPECT_EQ(outcome(JwePolicy::create({.encryptions = {Enc::a128gcm}})), "contradictory_policy");
    EXPECT_EQ(outcome(JwePolicy::create({.algorithm = KeyManagement::dir})), "contradictory_policy");
    for (auto const size : {std::size_t{0}, (std::size_t{1} << 30) + 1})
        EXPECT_EQ(outcome(JwePolicy::create(
                      {.algorithm = KeyManagement::dir, .encryptions = {Enc::a128gcm}, .max_token_bytes = size})),
                  "contradictory_policy");
}

TEST(Jwe, RefusesAnotherKid)
{
    EXPECT_EQ(opened_with_header(R"({"alg":"dir","enc":"A128GCM","kid":"key-1"})"), "accepted");
    EXPECT_EQ(opened_with_header(R"({"alg":"dir","enc":"A128GCM","kid":"key-2"})"), "unknown_key");
    auto const unnamed = must(
        DecryptionKey::parse_jwk(R"({"kty":"oct","alg":"A128GCM","k":")" + base64url::encode(kDirectSecret) + R"("})"));
    EXPECT_EQ(opened(craft_jwe(R"({"alg":"dir","enc":"A128GCM","kid":"key-2"})", "text"), unnamed), "accepted");
}

// One key, one algorithm: a 32-byte key fits two encryptions and serves the one it names.
TEST(Jwe, DirectKeyServesOneEncryption)
{
    using enum ContentEncryption;
    auto const key = must(DecryptionKey::generate(KeyManagement::dir, {.encryption = a256gcm}));
    EXPECT_EQ(outcome(encrypt("text", key.encryption_key(), a256gcm)), "accepted");
    for (auto const other : {a128gcm, a128cbc_hs256, a256cbc_hs512})
        EXPECT_EQ(outcome(encrypt("text", key.encryption_key(), other)), "algorithm_mismatch");
    auto const bytes = std::string(32, 'k');
    auto const unbound =
        must(DecryptionKey::parse_jwk(R"({"kty":"oct","alg":"dir","k":")" + base64url::encode(bytes) + R"("})"));
    EXPECT_EQ(outcome(encrypt("text", unbound.encryption_key(), a256gcm)), "accepted");
    EXPECT_EQ(outcome(encrypt("text", unbound.encryption_key(), a128gcm)), "algorithm_mismatch");
    EXPECT_EQ(opened_with_header(R"({"alg":"dir","enc":"A256GCM"})"), "algorithm_mismatch");
}

std::string with_epk(std::string_view epk)
{
    auto const& key    = decryption_key({.algorithm = KeyManagement::ecdh_es, .curve = "P-256"});
    auto const  header = R"({"alg":"ECDH-ES","enc":"A128GCM","epk":)" + std::string(epk) + "}";
    return opened(base64url::encode(header) + "..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", key);
}

// A5 26: RFC 7518 appendix C's point is good; what is not on the curve never meets the key.
TEST(Jwe, RefusesEphemeralKeysThatAreNoPointOfTheCurve)
{
    constexpr std::string_view kX = "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0";
    constexpr std::string_view kY = "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps";
    auto const epk = [](std::string_view crv, std::string_view x, std::string_view y, std::string_view more = "") {
        return R"({"kty":"EC","crv":")" + std::string(crv) + R"(","x":")" + std::string(x) + R"(","y":")" +
               std::string(y) + R"(")" + std::string(more) + "}";
    };
    auto const zero = std::string(43, 'A');
    EXPECT_EQ(with_epk(epk("P-256", kX, kY)), "decryption_failed");
    EXPECT_EQ(with_epk(epk("P-256", kX, kX)), "malformed_header");      // off the curve
    EXPECT_EQ(with_epk(epk("P-256", zero, zero)), "malformed_header");  // no infinity
    EXPECT_EQ(with_epk(epk("P-256", kX.substr(1), kY)), "malformed_header");
    EXPECT_EQ(with_epk(epk("P-256", base64url::encode(std::string_view{"\0", 1}) + std::string(kX), kY)),
              "malformed_header");
    EXPECT_EQ(with_epk(epk("P-384", kX, kY)), "malformed_header");
    EXPECT_EQ(with_epk(epk("P-256", kX, kY, R"(,"d":")" + zero + "\"")), "malformed_header");
    EXPECT_EQ(with_epk(epk("P-256", kX, kY, R"(,"k":")" + zero + "\"")), "malformed_header");
    EXPECT_EQ(with_epk(R"({"kty":"OKP","crv":"X25519","x":")" + std::string(kX) + R"("})"), "malformed_header");
    for (auto const* wrong : {"null", "[]", "\"x\"", "{}", R"({"kty":"EC"})", R"({"kty":"EC","crv":"P-256"})"})
        EXPECT_EQ(with_epk(wrong), "malformed_header") << wrong;
    EXPECT_EQ(with_epk(epk("P-256", kX, kY) + R"(,"apu":"A")"), "malformed_header");
    EXPECT_EQ(with_epk(epk("P-256", kX, kY) + R"(,"apv":1)"), "malformed_header");
}

TEST(Jwe, RefusesEphemeralX25519KeysOfSmallOrder)
{
    auto const& key = decryption_key({.algorithm = KeyManagement::ecdh_es, .curve = "X25519"});
    std::string one(32, '\0');
    one[0] = 1;
    for (auto const& x : {std::string(32, '\0'), one}) {
        auto const header = R"({"alg":"ECDH-ES","enc":"A128GCM","epk":{"kty":"OKP","crv":"X25519","x":")" +
                            base64url::encode(x) + R"("}})";
        EXPECT_EQ(opened(base64url::encode(header) + "..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA", key),
                  "malformed_header");
    }
}

// RFC 7518 4.6.2: an absent name is an empty one. That names matter, appendix C shows.
TEST(Jwe, AgreesWhenOnePartyAloneIsNamed)
{
    for (auto const algorithm : {KeyManagement::ecdh_es, KeyManagement::ecdh_es_a256kw}) {
        auto const& key   = decryption_key({.algorithm = algorithm, .curve = "P-256"});
        auto const  token = must(encrypt("text", key.encryption_key(), ContentEncryption::a128gcm, {.apu = "Alice"}));
        EXPECT_EQ(opened(token, key), "accepted");
    }
}

// The type is the proof: decrypted is not signed.
TEST(Jwe, DecryptedIsNoVerifiedToken)
{
    static_assert(!std::is_convertible_v<Decrypted, VerifiedToken> &&
                  !std::is_constructible_v<VerifiedToken, Decrypted>);
    static_assert(!std::is_convertible_v<Decrypted, VerifiedPayload>);
    static_assert(!std::is_default_constructible_v<Decrypted> && !std::is_copy_constructible_v<Decrypted>);
    static_assert(!std::is_constructible_v<EncryptionKey, VerificationKey> &&
                  !std::is_copy_constructible_v<DecryptionKey>);
    static_assert(!std::is_constructible_v<SigningKey, DecryptionKey> &&
                  !std::is_constructible_v<DecryptionKey, SigningKey>);
    SUCCEED();
}

TEST(Jwe, ServesManyThreadsWithOneKey)
{
    auto const&              key = decryption_key({.algorithm = KeyManagement::ecdh_es_a256kw, .curve = "P-256"});
    std::atomic<int>         good{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 10; ++i) {
                auto const token = encrypt("text", key.encryption_key(), ContentEncryption::a256gcm);
                if (token && decrypt(*token, key, jwe_policy(KeyManagement::ecdh_es_a256kw))) ++good;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(good, 80);
}

}  // namespace
}  // namespace jose
