// Forgeries that only one kind of signature knows.
#include <gtest/gtest.h>

#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "jose/jwk.hpp"
#include "jose/jws.hpp"
#include "jose/openssl.hpp"
#include "jose/test_keys.hpp"
#include "jose/test_vectors.hpp"

namespace jose {
namespace {

using namespace test;

std::string checked(SigningKey const& key, std::string_view signature)
{
    auto const input = base64url::encode(header_of(key)) + "." + base64url::encode(std::string_view{"payload"});
    return outcome(verify_payload(input + "." + base64url::encode(signature), set_of(key)));
}

std::string good_signature(SigningKey const& key)
{
    return KeyAccess::of(key).sign(base64url::encode(header_of(key)) + "." +
                                   base64url::encode(std::string_view{"payload"}));
}

constexpr std::array kCurves{Algorithm::es256, Algorithm::es384, Algorithm::es512, Algorithm::es256k};

std::size_t size_of(Algorithm algorithm)
{
    return detail::row_of(algorithm).size;
}

// The order of the algorithm's curve, as long as a coordinate.
std::string order_of(Algorithm algorithm)
{
    auto const         group = detail::row_of(algorithm).group;
    detail::Pkey const key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", group)};
    return detail::number_bytes(*detail::number_of(*key, OSSL_PKEY_PARAM_EC_ORDER), size_of(algorithm));
}

std::string minus(std::string_view a, std::string_view b)
{
    auto const left  = detail::to_number(a);
    auto const right = detail::to_number(b);
    BN_sub(left.get(), left.get(), right.get());
    return detail::number_bytes(*left, a.size());
}

// Our own way through two saved states gives what OpenSSL's HMAC does, for secrets
// shorter and longer than a block.
TEST(HmacSignature, IsTheHmacOfItsDigest)
{
    for (auto const algorithm : {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512})
        for (std::size_t const size : {64u, 65u, 127u, 128u, 129u, 1000u}) {
            auto const  bytes = secret(size);
            auto const& row   = detail::row_of(algorithm);
            auto const  key = SigningKey::parse_jwk(jwk({{"kty", "oct"}, {"k", base64url::encode(bytes)}}), algorithm);
            std::string const input = "header.payload";
            std::string       tag(EVP_MAX_MD_SIZE, '\0');
            std::size_t       tag_size = 0;
            ASSERT_NE(EVP_Q_mac(nullptr, "HMAC", nullptr, row.digest, nullptr, bytes.data(), bytes.size(),
                                detail::bytes(input), input.size(), detail::bytes(tag), tag.size(), &tag_size),
                      nullptr);
            tag.resize(tag_size);
            ASSERT_TRUE(key) << outcome(key);
            EXPECT_EQ(KeyAccess::of(*key).sign(input), tag) << name(algorithm) << " " << size;
            tag.pop_back();  // CHECKS A5 group 8
            EXPECT_FALSE(KeyAccess::of(*key).verifies(input, tag));
        }
}

// CHECKS A24; A5 group 5, CVE-2022-21449
TEST(EcdsaSignature, RefusesRAndSOutsideTheirRange)
{
    for (auto const algorithm : kCurves) {
        auto const& key  = signing_key(algorithm);
        auto const  size = size_of(algorithm);
        auto const  good = good_signature(key);
        ASSERT_EQ(good.size(), 2 * size);
        ASSERT_EQ(checked(key, good), "accepted");
        auto const        r = good.substr(0, size);
        auto const        s = good.substr(size);
        auto const        n = order_of(algorithm);
        std::string const zero(size, '\0');
        std::string const ones(size, '\xFF');
        for (auto const& bad :
             {zero + zero, zero + s, r + zero, n + s, r + n, n + n, ones + ones, r + ones, ones + s, s + r})
            EXPECT_EQ(checked(key, bad), "bad_signature") << name(algorithm);
    }
}

// Whoever holds the key can find r and s for which the sum of two points is none; OpenSSL
// then says not "no" but "an error".
TEST(EcdsaSignature, IsRefusedWhenItsSumIsThePointAtInfinity)
{
    for (auto const algorithm : kCurves) {
        auto const& key     = signing_key(algorithm);
        auto const  jwk     = detail::parse_jwk(key.reveal_jwk());
        auto const  input   = base64url::encode(header_of(key)) + "." + base64url::encode(std::string_view{"payload"});
        auto const  order   = detail::to_number(order_of(algorithm));
        auto const  scratch = detail::owned<std::unique_ptr<BN_CTX, detail::Freed<BN_CTX_free>>>(BN_CTX_new());

        std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
        unsigned                                   size   = 0;
        auto const                                 digest = detail::fetch_digest(detail::row_of(algorithm).digest);
        ASSERT_EQ(EVP_Digest(input.data(), input.size(), hash.data(), &size, digest.get(), nullptr), 1);
        // e G + r d G with r = -e / d; u1 is e and u2 is r when s is 1.
        auto const r = detail::to_number({reinterpret_cast<char const*>(hash.data()), size});
        auto const d = detail::to_number(jwk->number("d").value());
        ASSERT_NE(BN_mod_inverse(d.get(), d.get(), order.get(), scratch.get()), nullptr);
        ASSERT_EQ(BN_mod_mul(r.get(), r.get(), d.get(), order.get(), scratch.get()), 1);
        ASSERT_EQ(BN_sub(r.get(), order.get(), r.get()), 1);
        auto signature   = detail::number_bytes(*r, size_of(algorithm)) + std::string(size_of(algorithm), '\0');
        signature.back() = 1;
        EXPECT_EQ(checked(key, signature), "bad_signature") << name(algorithm);
    }
}

// CHECKS A24; A5 group 6: exactly 64, 96, or 132 bytes.
TEST(EcdsaSignature, RefusesEveryOtherLength)
{
    for (auto const algorithm : kCurves) {
        auto const& key  = signing_key(algorithm);
        auto const  size = size_of(algorithm);
        auto const  good = good_signature(key);
        for (std::size_t length = 1; length <= 140; ++length)
            if (length != good.size()) {
                auto other = good;
                other.resize(length);
                EXPECT_EQ(checked(key, other), "bad_signature") << name(algorithm) << " " << length;
            }
        // Zeros before each number, as for a longer curve.
        auto const padded = std::string(1, '\0') + good.substr(0, size) + std::string(1, '\0') + good.substr(size);
        EXPECT_EQ(checked(key, padded), "bad_signature");
    }
}

// CHECKS A24
TEST(EcdsaSignature, RefusesAsn1)
{
    for (auto const algorithm : kCurves) {
        auto const& key   = signing_key(algorithm);
        auto const  size  = size_of(algorithm);
        auto const  good  = good_signature(key);
        auto const  piece = [](std::string number) {
            if (number.front() & 0x80) number.insert(0, 1, '\0');
            return "\x02" + std::string(1, static_cast<char>(number.size())) + number;
        };
        auto const body   = piece(good.substr(0, size)) + piece(good.substr(size));
        auto const length = body.size() > 127 ? "\x81" + std::string(1, static_cast<char>(body.size()))
                                              : std::string(1, static_cast<char>(body.size()));
        EXPECT_EQ(checked(key, "\x30" + length + body), "bad_signature");
    }
}

// CHECKS A39: the flipped form verifies, as ECDSA defines it; so no denylist may
// rest on a token's bytes.
TEST(EcdsaSignature, KnowsThatASecondFormExists)
{
    for (auto const algorithm : kCurves) {
        auto const& key  = signing_key(algorithm);
        auto const  size = size_of(algorithm);
        auto const  good = good_signature(key);
        EXPECT_EQ(checked(key, good.substr(0, size) + minus(order_of(algorithm), good.substr(size))), "accepted");
    }
}

// Small numbers have short ASN.1; many signatures meet them.
TEST(EcdsaSignature, AgreesWithItselfManyTimes)
{
    for (auto const algorithm : kCurves) {
        auto const& key = signing_key(algorithm);
        for (int i = 0; i < 100; ++i) ASSERT_EQ(checked(key, good_signature(key)), "accepted") << name(algorithm);
    }
}

// CHECKS A27
TEST(EcdsaSignature, NeverRepeatsANonce)
{
    for (auto const algorithm : kCurves) {
        auto const& key = signing_key(algorithm);
        EXPECT_NE(good_signature(key).substr(0, size_of(algorithm)), good_signature(key).substr(0, size_of(algorithm)));
    }
}

// CHECKS A26: what time shows of a comparison is read in the source: nothing secret
// goes through one that ends at the first difference.
TEST(HmacSignature, IsComparedInConstantTime)
{
    auto const    folder = std::filesystem::path{SIGNET_SOURCE_DIR} / "src/jose";
    std::ifstream in(folder / "hmac_key.cpp");
    std::string   source{std::istreambuf_iterator<char>{in}, {}};
    EXPECT_TRUE(source.contains(
        "signature.size() == tag.size() && CRYPTO_memcmp(tag.data(), signature.data(), tag.size()) == 0"));
    EXPECT_FALSE(source.contains("std::memcmp"));
    EXPECT_FALSE(source.contains("ranges::equal"));
}

// CHECKS A25; A5 group 7
TEST(Ed25519Signature, RefusesASecondFormAndSmallOrder)
{
    auto const& key  = signing_key(Algorithm::eddsa);
    auto const  good = good_signature(key);
    ASSERT_EQ(checked(key, good), "accepted");

    // S + L, little-endian.
    auto     order = unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    auto     bad   = good;
    unsigned carry = 0;
    for (std::size_t i = 0; i < 32; ++i) {
        carry += static_cast<unsigned char>(bad[32 + i]) + static_cast<unsigned char>(order[i]);
        bad[32 + i] = static_cast<char>(carry);
        carry >>= 8;
    }
    EXPECT_EQ(checked(key, bad), "bad_signature");

    std::string identity(64, '\0');
    identity[0] = 1;
    EXPECT_EQ(checked(key, identity), "bad_signature");
    EXPECT_EQ(checked(key, identity.substr(0, 32) + good.substr(32)), "bad_signature");
    EXPECT_EQ(checked(key, std::string(64, '\0')), "bad_signature");
}

// CHECKS A25: OpenSSL's Ed448 under the same tests.
TEST(Ed448Signature, RefusesASecondFormAndSmallOrder)
{
    auto const& key  = signing_key(Algorithm::ed448);
    auto const  good = good_signature(key);
    ASSERT_EQ(good.size(), 114u);
    ASSERT_EQ(checked(key, good), "accepted");

    // S + L, little-endian, RFC 8032 5.2.
    auto const order = unhex(
        "f34458ab92c27823558fc58d72c26c219036d6ae49db4ec4e923ca7cffffffff"
        "ffffffffffffffffffffffffffffffffffffffffffffff3f00");
    auto     bad   = good;
    unsigned carry = 0;
    for (std::size_t i = 0; i < 57; ++i) {
        carry += static_cast<unsigned char>(bad[57 + i]) + static_cast<unsigned char>(order[i]);
        bad[57 + i] = static_cast<char>(carry);
        carry >>= 8;
    }
    EXPECT_EQ(checked(key, bad), "bad_signature");

    std::string identity(114, '\0');
    identity[0] = 1;
    EXPECT_EQ(checked(key, identity), "bad_signature");
    EXPECT_EQ(checked(key, std::string(114, '\0')), "bad_signature");
    EXPECT_EQ(checked(key, good.substr(0, 113)), "bad_signature");
    EXPECT_EQ(checked(key, good + '\0'), "bad_signature");
    EXPECT_EQ(checked(key, good_signature(signing_key(Algorithm::ed25519))), "bad_signature");
}

constexpr std::array kRsa{Algorithm::rs256, Algorithm::rs384, Algorithm::rs512,
                          Algorithm::ps256, Algorithm::ps384, Algorithm::ps512};

// CHECKS A23
TEST(RsaSignature, RefusesValuesBeyondTheModulus)
{
    for (auto const algorithm : kRsa) {
        auto const& key  = signing_key(algorithm);
        auto const  good = good_signature(key);
        ASSERT_EQ(checked(key, good), "accepted");
        EXPECT_EQ(checked(key, std::string(256, '\xFF')), "bad_signature");
        EXPECT_EQ(checked(key, std::string(256, '\0')), "bad_signature");
        EXPECT_EQ(checked(key, std::string(255, '\0') + '\x01'), "bad_signature");
        EXPECT_EQ(checked(key, std::string(256, '\0') + good), "bad_signature");
    }
}

// CHECKS A23; libjwt#281: a signature of another length never reaches OpenSSL.
TEST(RsaSignature, RefusesEveryOtherLength)
{
    for (auto const algorithm : {Algorithm::rs256, Algorithm::ps256}) {
        auto const& key  = signing_key(algorithm);
        auto const  good = good_signature(key);
        for (std::size_t const length : {1u, 4u, 32u, 255u, 257u, 512u, 1000u}) {
            auto other = good;
            other.resize(length);
            EXPECT_EQ(checked(key, other), "bad_signature") << length;
        }
        EXPECT_EQ(checked(key, '\0' + good), "bad_signature");
    }
}

// RFC 8017 8.1.2 step 1: of the modulus' length, though OpenSSL takes a shorter number as well.
TEST(RsaSignature, IsRefusedWithoutItsLeadingZero)
{
    auto const& key = signing_key(Algorithm::ps256);
    std::string signature;
    do {  // salted, so that one in 256 begins so
        signature = good_signature(key);
    } while (signature.front() != '\0');
    EXPECT_EQ(checked(key, signature), "accepted");
    EXPECT_EQ(checked(key, signature.substr(1)), "bad_signature");
}

// A signature by the modulus of all RSA keys here, in a dress of our choice.
std::string pss_signature(SigningKey const& key, char const* digest, char const* mgf1_digest, int salt)
{
    auto const         der = *key.reveal_der();
    auto const*        at  = detail::bytes(der);
    detail::Pkey const pkey{d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()))};
    auto const         input = base64url::encode(header_of(key)) + "." + base64url::encode(std::string_view{"payload"});
    detail::DigestState const state{EVP_MD_CTX_new()};
    EVP_PKEY_CTX*             context = nullptr;
    EXPECT_EQ(EVP_DigestSignInit_ex(state.get(), &context, digest, nullptr, nullptr, pkey.get(), nullptr), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, mgf1_digest, nullptr), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt), 1);
    std::string out(256, '\0');
    std::size_t size = out.size();
    EXPECT_EQ(EVP_DigestSign(state.get(), detail::bytes(out), &size, detail::bytes(input), input.size()), 1);
    return out;
}

// CHECKS A23: the salt is as long as the hash, and MGF1 takes the same hash.
TEST(RsaSignature, TakesOneSaltAndOneMaskOnly)
{
    struct Case {
        Algorithm   algorithm;
        char const* digest;
        char const* other;
        int         salt;
    };
    for (auto const& [algorithm, digest, other, salt] :
         {Case{Algorithm::ps256, "SHA256", "SHA384", 32}, Case{Algorithm::ps384, "SHA384", "SHA1", 48},
          Case{Algorithm::ps512, "SHA512", "SHA256", 64}}) {
        auto const& key = signing_key(algorithm);
        EXPECT_EQ(checked(key, pss_signature(key, digest, digest, salt)), "accepted");
        for (int const wrong : {0, 20, salt - 1, salt + 1, RSA_PSS_SALTLEN_MAX})
            EXPECT_EQ(checked(key, pss_signature(key, digest, digest, wrong)), "bad_signature") << wrong;
        EXPECT_EQ(checked(key, pss_signature(key, digest, other, salt)), "bad_signature");
        EXPECT_EQ(checked(key, pss_signature(key, other, other, salt)), "bad_signature");
    }
}

// CHECKS A14; A5 group 4: one modulus, six algorithms, and no signature of one is
// good for another, whatever the header says.
TEST(RsaSignature, OfOneAlgorithmIsGoodForNoOther)
{
    for (auto const mine : kRsa)
        for (auto const other : kRsa) {
            auto const input =
                base64url::encode(header_of(signing_key(other))) + "." + base64url::encode(std::string_view{"payload"});
            auto const signature = KeyAccess::of(signing_key(mine)).sign(input);
            EXPECT_EQ(checked(signing_key(other), signature), mine == other ? "accepted" : "bad_signature");
        }
}

}  // namespace
}  // namespace jose
