// Forgeries that only one kind of signature knows.
#include <gtest/gtest.h>

#include <algorithm>

#include "jose/jws.hpp"
#include "jose/openssl.hpp"
#include "jose/test_tokens.hpp"

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

std::string unhex(std::string_view hex)
{
    std::string out;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
}

// The order of P-256.
std::string const kOrder = unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");

std::string minus(std::string_view a, std::string_view b)
{
    auto const left  = detail::to_number(a);
    auto const right = detail::to_number(b);
    BN_sub(left.get(), left.get(), right.get());
    return detail::number_bytes(*left, 32);
}

// CHECKS A24; A5 group 5, CVE-2022-21449
TEST(EcdsaSignature, RefusesRAndSOutsideTheirRange)
{
    auto const& key  = signing_key(Algorithm::es256);
    auto const  good = good_signature(key);
    ASSERT_EQ(checked(key, good), "accepted");
    auto const        r = good.substr(0, 32);
    auto const        s = good.substr(32);
    std::string const zero(32, '\0');
    std::string const ones(32, '\xFF');
    for (auto const& bad :
         {zero + zero, zero + s, r + zero, kOrder + s, r + kOrder, kOrder + kOrder, ones + ones, r + ones, s + r})
        EXPECT_EQ(checked(key, bad), "bad_signature");
}

TEST(EcdsaSignature, RefusesAsn1)
{
    auto const& key   = signing_key(Algorithm::es256);
    auto const  good  = good_signature(key);
    auto const  piece = [](std::string number) {
        if (number.front() & 0x80) number.insert(0, 1, '\0');
        return "\x02" + std::string(1, static_cast<char>(number.size())) + number;
    };
    auto const body = piece(good.substr(0, 32)) + piece(good.substr(32));
    EXPECT_EQ(checked(key, "\x30" + std::string(1, static_cast<char>(body.size())) + body), "bad_signature");
}

// CHECKS A39: the flipped form verifies, as ECDSA defines it; so no denylist may
// rest on a token's bytes.
TEST(EcdsaSignature, KnowsThatASecondFormExists)
{
    auto const& key  = signing_key(Algorithm::es256);
    auto const  good = good_signature(key);
    EXPECT_EQ(checked(key, good.substr(0, 32) + minus(kOrder, good.substr(32))), "accepted");
}

// CHECKS A27
TEST(EcdsaSignature, NeverRepeatsANonce)
{
    auto const& key = signing_key(Algorithm::es256);
    EXPECT_NE(good_signature(key).substr(0, 32), good_signature(key).substr(0, 32));
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

// CHECKS A23
TEST(RsaSignature, RefusesValuesBeyondTheModulus)
{
    auto const& key  = signing_key(Algorithm::rs256);
    auto const  good = good_signature(key);
    ASSERT_EQ(checked(key, good), "accepted");
    EXPECT_EQ(checked(key, std::string(256, '\xFF')), "bad_signature");
    EXPECT_EQ(checked(key, std::string(256, '\0')), "bad_signature");
    EXPECT_EQ(checked(key, std::string(255, '\0') + '\x01'), "bad_signature");
    EXPECT_EQ(checked(key, std::string(256, '\0') + good), "bad_signature");
}

}  // namespace
}  // namespace jose
