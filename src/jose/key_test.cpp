#include "jose/key.hpp"

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "base/json.hpp"
#include "jose/openssl.hpp"
#include "jose/roca.hpp"
#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;
using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr auto kEcX  = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";  // RFC 7515 A.3
constexpr auto kEcY  = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
constexpr auto kEcD  = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
constexpr auto kOkpX = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";  // RFC 8037 A.1
constexpr auto kOkpD = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

using Members = std::vector<std::pair<std::string, std::string>>;

std::string jwk(Members const& members, std::string_view more = {})
{
    std::string out = "{";
    for (auto const& [name, value] : members) out += "\"" + name + "\":\"" + value + "\",";
    if (!more.empty()) return out + std::string(more) + "}";
    out.back() = '}';
    return out;
}

std::string public_key(std::string const& json)
{
    return outcome(VerificationKey::parse_jwk(json));
}
std::string private_key(std::string const& json)
{
    return outcome(SigningKey::parse_jwk(json));
}

Members ec()
{
    return {{"kty", "EC"}, {"crv", "P-256"}, {"x", kEcX}, {"y", kEcY}, {"alg", "ES256"}};
}
Members okp()
{
    return {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", kOkpX}, {"alg", "EdDSA"}};
}
// Bytes that look random, so that only their number is in question.
std::string secret(std::size_t size)
{
    std::string out(size, '\0');
    unsigned    state = 1;
    for (char& byte : out) byte = static_cast<char>((state = state * 1103515245 + 12345) >> 16);
    return out;
}

Members oct(std::size_t size)
{
    return {{"kty", "oct"}, {"alg", "HS256"}, {"k", base64url::encode(secret(size))}};
}

Members rsa(std::string n, std::string e = "AQAB")
{
    return {{"kty", "RSA"}, {"alg", "RS256"}, {"n", std::move(n)}, {"e", std::move(e)}};
}

Members changed(Members members, std::string_view name, std::string value)
{
    for (auto& member : members)
        if (member.first == name) member.second = value;
    return members;
}
Members dropped(Members members, std::string_view name)
{
    std::erase_if(members, [&](auto const& member) { return member.first == name; });
    return members;
}

std::string good_modulus()
{
    auto const json = *signing_key(Algorithm::rs256).verification_key().to_jwk();
    return std::string(*signet::json::parse_object(json)->find("n")->string());
}

TEST(Key, MakesKeysThatReadBackAndAgree)
{
    for (auto const algorithm : kAll) {
        auto const& key    = signing_key(algorithm);
        auto const  reread = SigningKey::parse_jwk(key.reveal_jwk());
        ASSERT_TRUE(reread) << reread.error().detail;
        EXPECT_EQ(reread->kid(), "key-1");
        EXPECT_EQ(reread->algorithm(), algorithm);
        EXPECT_EQ(reread->verification_key().thumbprint(), key.verification_key().thumbprint());
        EXPECT_EQ(verified(craft(*reread, header_of(key), claims_with()), key), "accepted");
    }
}

TEST(Key, ANewKeyIsKnownByItsThumbprint)
{
    auto const key = SigningKey::generate(Algorithm::eddsa);
    EXPECT_EQ(key->kid(), key->verification_key().thumbprint());
    EXPECT_EQ(key->kid().size(), 43u);
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::eddsa, std::string(129, 'k'))), "malformed_key");
}

TEST(Key, GivesThePublicHalfOnly)
{
    for (auto const algorithm : {Algorithm::rs256, Algorithm::es256, Algorithm::eddsa}) {
        auto const json = signing_key(algorithm).verification_key().to_jwk();
        ASSERT_TRUE(json);
        auto const object = signet::json::parse_object(*json);
        EXPECT_EQ(object->find("kid")->string(), "key-1");
        EXPECT_EQ(object->find("use")->string(), "sig");
        EXPECT_EQ(object->find("alg")->string(), name(algorithm));
        for (auto const* secret : {"d", "p", "q", "dp", "dq", "qi", "k"}) EXPECT_FALSE(object->find(secret)) << secret;
        EXPECT_EQ(public_key(*json), "accepted");
    }
    EXPECT_EQ(outcome(signing_key(Algorithm::hs256).verification_key().to_jwk()), "key_not_for_this_use");
}

// CHECKS A28
TEST(Key, CannotBeCopiedOrPrinted)
{
    static_assert(!std::is_copy_constructible_v<SigningKey>);
    static_assert(!std::is_copy_assignable_v<SigningKey>);
    static_assert(!std::is_convertible_v<SigningKey, std::string>);
}

TEST(Key, ACurveOfOneAlgorithmNeedsNoAlg)
{
    EXPECT_EQ(public_key(jwk(dropped(ec(), "alg"))), "accepted");
    EXPECT_EQ(public_key(jwk(dropped(okp(), "alg"))), "accepted");
    EXPECT_EQ(public_key(jwk(dropped(oct(32), "alg"))), "unsupported_key");
    EXPECT_EQ(public_key(jwk(dropped(rsa(good_modulus()), "alg"))), "unsupported_key");
    EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk(dropped(oct(32), "alg")), Algorithm::hs256)), "accepted");
}

// CHECKS A14, A22
TEST(Key, RefusesAnAlgorithmThatDoesNotFitTheKey)
{
    EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk(ec()), Algorithm::rs256)), "algorithm_mismatch");
    EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk(dropped(ec(), "alg")), Algorithm::rs256)), "malformed_key");
    EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk(dropped(oct(32), "alg")), Algorithm::es256)), "malformed_key");
    for (auto const* alg : {"RS256", "HS256", "EdDSA", "ES384", "ES256K", "PS256"})
        EXPECT_EQ(public_key(jwk(changed(ec(), "alg", alg))), "malformed_key") << alg;
    for (auto const* alg : {"es256", "none", "", "ES521", "RSA-OAEP"})
        EXPECT_EQ(public_key(jwk(changed(ec(), "alg", alg))), "unsupported_key") << alg;
    for (auto const* crv : {"P-384", "secp256k1", "p-256", "", "Ed25519"})
        EXPECT_EQ(public_key(jwk(changed(ec(), "crv", crv))), "malformed_key") << crv;
    EXPECT_EQ(public_key(jwk(changed(okp(), "crv", "X25519"))), "malformed_key");
    EXPECT_EQ(public_key(jwk(changed(ec(), "kty", "OKP"))), "malformed_key");
    EXPECT_EQ(public_key(jwk(changed(ec(), "kty", "ec"))), "malformed_key");
}

// CHECKS A21
TEST(Key, RefusesAKeyForAnotherUse)
{
    EXPECT_EQ(public_key(jwk(ec(), R"("use":"enc")")), "key_not_for_this_use");
    EXPECT_EQ(public_key(jwk(ec(), R"("use":"")")), "key_not_for_this_use");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":["encrypt"])")), "key_not_for_this_use");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":[])")), "key_not_for_this_use");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":["sign"])")), "key_not_for_this_use");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":"verify")")), "malformed_key");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":["verify",1])")), "malformed_key");
    EXPECT_EQ(public_key(jwk(ec(), R"("key_ops":["verify","verify"])")), "malformed_key");
    EXPECT_EQ(public_key(jwk(ec(), R"("use":"sig","key_ops":["verify"])")), "accepted");
    EXPECT_EQ(private_key(jwk(ec(), R"("key_ops":["verify"],"d":")" + std::string(kEcD) + "\"")),
              "key_not_for_this_use");
    EXPECT_EQ(private_key(jwk(ec(), R"("key_ops":["sign"],"d":")" + std::string(kEcD) + "\"")), "accepted");
}

TEST(Key, RefusesAPrivateKeyWhereAPublicOneIsWantedAndTheOtherWayRound)
{
    for (auto const algorithm : {Algorithm::rs256, Algorithm::es256, Algorithm::eddsa}) {
        EXPECT_EQ(public_key(signing_key(algorithm).reveal_jwk()), "key_not_for_this_use");
        EXPECT_EQ(private_key(*signing_key(algorithm).verification_key().to_jwk()), "key_not_for_this_use");
    }
}

TEST(Key, RefusesJsonThatIsNotAKey)
{
    for (auto const& json :
         {""s, "{}"s, "[]"s, "null"s, R"({"kty":1})"s, R"({"kty":"EC","kty":"EC"})"s, jwk(ec()) + "x",
          jwk(ec(), R"("kid":1)"), jwk(ec(), R"("use":1)"), jwk(ec(), R"("x":"AAAA")"),
          jwk(changed(ec(), "x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU=")), jwk(changed(ec(), "x", "!")),
          jwk(ec(), R"("d":7)"), jwk(ec(), "\"kid\":\"" + std::string(129, 'k') + "\"")})
        EXPECT_EQ(public_key(json), "malformed_key") << json;
    EXPECT_EQ(public_key(jwk(ec(), R"("unknown":{"x":[1]},"x5c":["MIIB"])")), "accepted");
}

// CHECKS A22; A5 group 3
TEST(Key, RefusesAShortSecret)
{
    EXPECT_EQ(public_key(jwk(oct(32))), "accepted");
    EXPECT_EQ(public_key(jwk(oct(64))), "accepted");
    EXPECT_EQ(public_key(jwk(oct(1000))), "accepted");
    for (auto const size : {0u, 1u, 16u, 31u}) EXPECT_EQ(public_key(jwk(oct(size))), "weak_key") << size;
    // RFC 7518 3.2: at least as long as the hash of its own algorithm.
    EXPECT_EQ(public_key(jwk(changed(oct(47), "alg", "HS384"))), "weak_key");
    EXPECT_EQ(public_key(jwk(changed(oct(48), "alg", "HS384"))), "accepted");
    EXPECT_EQ(public_key(jwk(changed(oct(63), "alg", "HS512"))), "weak_key");
    EXPECT_EQ(public_key(jwk(changed(oct(64), "alg", "HS512"))), "accepted");
    EXPECT_EQ(public_key(jwk(changed(oct(300), "alg", "HS512"))), "accepted");
    EXPECT_EQ(public_key(jwk(dropped(oct(32), "k"))), "malformed_key");
    EXPECT_EQ(public_key(jwk({{"kty", "oct"}, {"alg", "HS256"}, {"x", kEcX}, {"y", kEcY}})), "malformed_key");
    EXPECT_EQ(public_key(jwk(oct(32), R"("n":"AQAB")")), "malformed_key");
    EXPECT_EQ(public_key(jwk(changed(ec(), "kty", "oct"))), "malformed_key");
}

std::string pem_of(std::string_view type_and_curve)
{
    detail::Pkey const key{type_and_curve == "RSA" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048})
                           : type_and_curve == "ED25519"
                               ? EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")
                               : EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", type_and_curve.data())};
    std::unique_ptr<BIO, detail::Freed<BIO_free_all>> const out{BIO_new(BIO_s_mem())};
    PEM_write_bio_PUBKEY(out.get(), key.get());
    char*      data = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string der_of(std::string const& pem)
{
    std::unique_ptr<BIO, detail::Freed<BIO_free_all>> const in{
        BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    detail::Pkey const key{PEM_read_bio_PUBKEY(in.get(), nullptr, nullptr, nullptr)};
    unsigned char*     der  = nullptr;
    int const          size = i2d_PUBKEY(key.get(), &der);
    std::string        out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

// CHECKS A15; A5 group 2: CVE-2017-11424 and its many children.
TEST(Key, RefusesAPublicKeyAsASecret)
{
    for (auto const* kind : {"RSA", "P-256", "ED25519"}) {
        auto const pem = pem_of(kind);
        for (auto const& secret :
             {pem, pem.substr(0, pem.size() - 1), " " + pem, "\r\n" + pem, der_of(pem),
              R"({"kty":"RSA","n":"AAAAAAAAAAAAAAAAAAAAAA"})"s, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ"s,
              "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTIt"s})
            EXPECT_EQ(public_key(jwk(changed(oct(32), "k", base64url::encode(secret)))), "weak_key") << secret;
    }
}

TEST(Key, ReadsPemPublicKeys)
{
    struct Case {
        char const* kind;
        Algorithm   algorithm;
    };
    for (auto const& [kind, algorithm] :
         {Case{"RSA", Algorithm::rs256}, Case{"P-256", Algorithm::es256}, Case{"ED25519", Algorithm::eddsa}}) {
        auto const pem = pem_of(kind);
        auto const key = VerificationKey::parse_pem(pem, algorithm, "p");
        ASSERT_TRUE(key) << kind << key.error().detail;
        EXPECT_EQ(key->kid(), "p");
        EXPECT_EQ(key->algorithm(), algorithm);
        EXPECT_EQ(key->thumbprint(), VerificationKey::parse_jwk(*key->to_jwk())->thumbprint());
        EXPECT_EQ(outcome(VerificationKey::parse_pem(pem, Algorithm::hs256)), "key_not_for_this_use");
        for (auto const other : {Algorithm::rs256, Algorithm::es256, Algorithm::eddsa})
            EXPECT_EQ(outcome(VerificationKey::parse_pem(pem, other)),
                      other == algorithm ? "accepted" : "malformed_key");
    }
    EXPECT_EQ(outcome(VerificationKey::parse_pem(pem_of("P-384"), Algorithm::es256)), "malformed_key");
    EXPECT_EQ(outcome(VerificationKey::parse_pem("", Algorithm::es256)), "malformed_key");
    EXPECT_EQ(outcome(VerificationKey::parse_pem("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
                                                 Algorithm::es256)),
              "malformed_key");
    EXPECT_EQ(outcome(VerificationKey::parse_pem("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                                                 Algorithm::es256)),
              "key_not_for_this_use");
    EXPECT_EQ(outcome(VerificationKey::parse_pem(std::string(20'000, 'x'), Algorithm::es256)), "malformed_key");
}

// CHECKS A22
TEST(Key, RefusesAPointThatIsNotOnTheCurve)
{
    EXPECT_EQ(public_key(jwk(ec())), "accepted");
    EXPECT_EQ(public_key(jwk(changed(ec(), "y", kEcX))), "malformed_key");
    EXPECT_EQ(public_key(jwk(changed(ec(), "x", base64url::encode(std::string(32, '\xFF'))))), "malformed_key");
    auto const zero = base64url::encode(std::string(32, '\0'));
    EXPECT_EQ(public_key(jwk(changed(changed(ec(), "x", zero), "y", zero))), "malformed_key");
    for (auto const size : {0u, 31u, 33u, 64u})
        EXPECT_EQ(public_key(jwk(changed(ec(), "x", base64url::encode(std::string(size, 'x'))))), "malformed_key")
            << size;
    EXPECT_EQ(public_key(jwk(dropped(ec(), "y"))), "malformed_key");
    EXPECT_EQ(public_key(jwk(ec(), R"("k":"AAAA")")), "malformed_key");
}

// CHECKS A22: on every curve.
TEST(Key, RefusesTheCoordinatesOfAnotherCurve)
{
    for (auto const mine : {Algorithm::es256, Algorithm::es384, Algorithm::es512, Algorithm::es256k}) {
        auto const json   = *signing_key(mine).verification_key().to_jwk();
        auto const object = *signet::json::parse_object(json);
        auto const x      = *base64url::decode(*object.find("x")->string());
        auto       y      = *base64url::decode(*object.find("y")->string());
        auto const with   = [&](std::string_view new_x, std::string_view new_y) {
            return public_key(jwk({{"kty", "EC"},
                                   {"crv", std::string(detail::row_of(mine).crv)},
                                   {"alg", std::string(name(mine))},
                                   {"x", base64url::encode(new_x)},
                                   {"y", base64url::encode(new_y)}}));
        };
        EXPECT_EQ(with(x, y), "accepted") << name(mine);
        EXPECT_EQ(with(y, x), "malformed_key");
        EXPECT_EQ(with(x, x), "malformed_key");
        EXPECT_EQ(with('\0' + x, y), "malformed_key");
        EXPECT_EQ(with(x.substr(1), y), "malformed_key");
        EXPECT_EQ(with(std::string(x.size(), '\0'), std::string(x.size(), '\0')), "malformed_key");
        EXPECT_EQ(with(std::string(x.size(), '\xFF'), y), "malformed_key");
        y.back() ^= 1;
        EXPECT_EQ(with(x, y), "malformed_key");
    }
    // One length, two curves.
    auto koblitz = changed(changed(ec(), "crv", "secp256k1"), "alg", "ES256K");
    EXPECT_EQ(public_key(jwk(koblitz)), "malformed_key");
}

TEST(Key, RefusesAPrivateNumberThatDoesNotBelong)
{
    auto const with_d = [](std::string const& d) { return private_key(jwk(ec(), "\"d\":\"" + d + "\"")); };
    EXPECT_EQ(with_d(kEcD), "accepted");
    EXPECT_EQ(with_d(kEcX), "malformed_key");
    EXPECT_EQ(with_d(base64url::encode(std::string(32, '\0'))), "malformed_key");
    EXPECT_EQ(with_d(base64url::encode(std::string(32, '\xFF'))), "malformed_key");
    EXPECT_EQ(with_d(base64url::encode(std::string(31, 'd'))), "malformed_key");
    EXPECT_EQ(private_key(jwk(okp(), "\"d\":\"" + std::string(kOkpD) + "\"")), "accepted");
    EXPECT_EQ(private_key(jwk(okp(), "\"d\":\"" + std::string(kEcD) + "\"")), "malformed_key");
    EXPECT_EQ(private_key(jwk(okp(), R"("d":"AAAA")")), "malformed_key");
}

// CHECKS A25
TEST(Key, RefusesEd25519PointsOfSmallOrderAndOffTheCurve)
{
    std::string identity(32, '\0');
    identity[0] = 1;
    std::string prime(32, '\xFF');  // p itself: zero in a form that is not canonical
    prime[0]  = '\xED';
    prime[31] = '\x7F';
    for (auto const& x :
         {identity, std::string(32, '\0'), std::string(32, '\xFF'), prime, std::string("\x02") + std::string(31, '\0')})
        EXPECT_EQ(public_key(jwk(changed(okp(), "x", base64url::encode(x)))), "weak_key");
    for (auto const size : {0u, 31u, 33u})
        EXPECT_EQ(public_key(jwk(changed(okp(), "x", base64url::encode(std::string(size, 'x'))))), "malformed_key");
}

Members okp448(std::string_view alg)
{
    auto const json = *signing_key(Algorithm::ed448).verification_key().to_jwk();
    auto const x    = std::string(*signet::json::parse_object(json)->find("x")->string());
    return {{"kty", "OKP"}, {"crv", "Ed448"}, {"x", x}, {"alg", std::string(alg)}};
}

// CHECKS A25
TEST(Key, RefusesEd448PointsOfSmallOrderAndOffTheCurve)
{
    EXPECT_EQ(public_key(jwk(okp448("Ed448"))), "accepted");
    std::string const zero(57, '\0');
    auto              one = zero;
    one[0]                = 1;
    // p = 2^448 - 2^224 - 1, little-endian: zero in a form that is not canonical.
    auto prime            = std::string(56, '\xFF') + '\0';
    prime[28]             = '\xFE';
    auto minus_one        = prime;
    minus_one[0]          = '\xFE';
    auto zero_signed      = zero;
    zero_signed[56]       = '\x80';
    auto beyond           = zero;
    beyond[56]            = '\x01';
    auto one_above_prime  = std::string(28, '\0') + std::string(28, '\xFF') + '\0';
    for (auto const& x : {zero, one, prime, minus_one, zero_signed, beyond, one_above_prime, std::string(57, '\xFF')})
        EXPECT_EQ(public_key(jwk(changed(okp448("Ed448"), "x", base64url::encode(x)))), "weak_key");

    // Of all y, half belong to no point.
    int on_curve = 0;
    for (char y = 2; y < 102; ++y) {
        auto x = zero;
        x[0]   = y;
        if (public_key(jwk(changed(okp448("Ed448"), "x", base64url::encode(x)))) == "accepted") ++on_curve;
    }
    EXPECT_GT(on_curve, 25);
    EXPECT_LT(on_curve, 75);
    for (auto const size : {0u, 32u, 56u, 58u, 114u})
        EXPECT_EQ(public_key(jwk(changed(okp448("Ed448"), "x", base64url::encode(std::string(size, 'x'))))),
                  "malformed_key");
    EXPECT_EQ(private_key(jwk(okp448("Ed448"), "\"d\":\"" + base64url::encode(std::string(57, 'd')) + "\"")),
              "malformed_key");
}

// CHECKS A25, RFC 9864: a key serves the name that it says, and no other.
TEST(Key, TakesTheNameOfItsEdwardsCurveOnlyWhenItSaysSo)
{
    struct Case {
        Members     key;
        Algorithm   serves;
        char const* header;
        char const* refused;
    };
    for (auto const& [members, serves, header, refused] :
         {Case{okp(), Algorithm::eddsa, "EdDSA", "Ed25519"},
          Case{dropped(okp(), "alg"), Algorithm::eddsa, "EdDSA", "Ed25519"},
          Case{changed(okp(), "alg", "Ed25519"), Algorithm::ed25519, "Ed25519", "EdDSA"}}) {
        auto const key = SigningKey::parse_jwk(jwk(members, "\"d\":\"" + std::string(kOkpD) + "\""));
        ASSERT_TRUE(key) << outcome(key);
        EXPECT_EQ(key->algorithm(), serves);
        auto const header_named = [](std::string const& alg) { return R"({"alg":")" + alg + R"(","typ":"at+jwt"})"; };
        EXPECT_EQ(verified(craft(*key, header_named(header), claims_with()), *key), "accepted");
        EXPECT_EQ(verified(craft(*key, header_named(refused), claims_with()), *key), "algorithm_mismatch");
        EXPECT_EQ(verified(craft(*key, header_named("Ed448"), claims_with()), *key), "algorithm_mismatch");
    }
    EXPECT_EQ(VerificationKey::parse_jwk(jwk(okp448("EdDSA")))->algorithm(), Algorithm::eddsa);
    EXPECT_EQ(VerificationKey::parse_jwk(jwk(dropped(okp448(""), "alg")))->algorithm(), Algorithm::eddsa);
    EXPECT_EQ(public_key(jwk(okp448("Ed25519"))), "malformed_key");
    EXPECT_EQ(public_key(jwk(changed(okp(), "alg", "Ed448"))), "malformed_key");
    EXPECT_EQ(outcome(VerificationKey::parse_jwk(jwk(okp()), Algorithm::ed25519)), "algorithm_mismatch");
}

// EdDSA on the other curve, end to end.
TEST(Key, SignsEdDsaWithEd448Too)
{
    auto const& named = signing_key(Algorithm::ed448);
    auto const  key   = SigningKey::parse_pem(*named.reveal_pem(), Algorithm::eddsa, "key-1");
    ASSERT_TRUE(key) << outcome(key);
    auto const token = sign(good_claims(), *key, "at+jwt");
    EXPECT_EQ(verified(*token, *key), "accepted");
    EXPECT_EQ(verified(*token, named), "algorithm_mismatch");
    EXPECT_EQ(SigningKey::parse_jwk(key->reveal_jwk())->verification_key().thumbprint(),
              named.verification_key().thumbprint());
}

TEST(Key, MakesRsaKeysOfTheSizeAsked)
{
    auto const size = [](SigningKey const& key) {
        auto const json = *key.verification_key().to_jwk();
        return base64url::decode(*signet::json::parse_object(json)->find("n")->string())->size() * 8;
    };
    EXPECT_EQ(size(signing_key(Algorithm::rs256)), 2048u);
    auto const larger = SigningKey::generate(Algorithm::ps256, {.kid = "large", .rsa_bits = 3072});
    ASSERT_TRUE(larger) << outcome(larger);
    EXPECT_EQ(size(*larger), 3072u);
    EXPECT_EQ(larger->kid(), "large");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::rs256, {.rsa_bits = 1024})), "weak_key");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::rs256, {.rsa_bits = -1})), "weak_key");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::rs256, {.rsa_bits = 4104})), "unsupported_key");
    EXPECT_EQ(outcome(SigningKey::generate(Algorithm::rs256, {.rsa_bits = 2049})), "unsupported_key");
}

// CHECKS A22
TEST(Key, RefusesAWeakRsaKey)
{
    auto const n = good_modulus();
    EXPECT_EQ(public_key(jwk(rsa(n))), "accepted");
    EXPECT_EQ(public_key(jwk(rsa(n, "Aw"))), "accepted");
    EXPECT_EQ(public_key(jwk(rsa(n, "AQ"))), "weak_key");           // 1
    EXPECT_EQ(public_key(jwk(rsa(n, "AQAA"))), "weak_key");         // even
    EXPECT_EQ(public_key(jwk(rsa(n, "AAEAAQ"))), "malformed_key");  // a leading zero
    EXPECT_EQ(public_key(jwk(rsa(n, ""))), "malformed_key");
    EXPECT_EQ(public_key(jwk(rsa(n, base64url::encode(std::string(9, '\xFF'))))), "unsupported_key");
    auto bytes = *base64url::decode(n);
    EXPECT_EQ(public_key(jwk(rsa(base64url::encode(bytes.substr(0, 255))))), "weak_key");
    EXPECT_EQ(public_key(jwk(rsa(base64url::encode(bytes.substr(0, 128))))), "weak_key");
    EXPECT_EQ(public_key(jwk(rsa(base64url::encode('\0' + bytes)))), "malformed_key");
    bytes.back() ^= 1;
    EXPECT_EQ(public_key(jwk(rsa(base64url::encode(bytes)))), "weak_key");  // even
    EXPECT_EQ(public_key(jwk(rsa(base64url::encode(std::string(2048, '\xFF'))))), "unsupported_key");
    EXPECT_EQ(public_key(jwk(rsa(""))), "malformed_key");
    EXPECT_EQ(public_key(jwk(rsa(n), R"("oth":[])")), "unsupported_key");
    EXPECT_EQ(public_key(jwk(rsa(n), R"("k":"AAAA")")), "malformed_key");
}

// CHECKS A22: a modulus made as the broken generator makes it.
TEST(Key, RefusesARocaModulus)
{
    // 65537^a * 65537^b modulo the product of the first primes, lifted to 2048 bits.
    auto const product = detail::owned<detail::Number>(BN_new());
    auto const modulus = detail::owned<detail::Number>(BN_new());
    auto const scratch = std::unique_ptr<BN_CTX, detail::Freed<BN_CTX_free>>(BN_CTX_new());
    BN_one(product.get());
    for (unsigned const prime : {2u,   3u,   5u,   7u,   11u,  13u,  17u,  19u,  23u,  29u,  31u,  37u,  41u,
                                 43u,  47u,  53u,  59u,  61u,  67u,  71u,  73u,  79u,  83u,  89u,  97u,  101u,
                                 103u, 107u, 109u, 113u, 127u, 131u, 137u, 139u, 149u, 151u, 157u, 163u, 167u})
        BN_mul_word(product.get(), prime);
    BN_one(modulus.get());
    BN_lshift(modulus.get(), modulus.get(), 2047);
    BN_div(modulus.get(), nullptr, modulus.get(), product.get(), scratch.get());
    BN_add_word(modulus.get(), 1);
    BN_mul(modulus.get(), modulus.get(), product.get(), scratch.get());
    BN_add_word(modulus.get(), 65537);
    ASSERT_EQ(BN_num_bits(modulus.get()), 2048);
    EXPECT_TRUE(detail::is_roca_modulus(*modulus));
    EXPECT_EQ(public_key(jwk(rsa(base64url::encode(detail::number_bytes(*modulus))))), "weak_key");
    EXPECT_FALSE(detail::is_roca_modulus(*detail::to_number(*base64url::decode(good_modulus()))));
}

TEST(Key, RefusesAPrivateRsaKeyWhoseNumbersDisagree)
{
    auto const json = signing_key(Algorithm::rs256).reveal_jwk();
    EXPECT_EQ(private_key(json), "accepted");
    for (auto const* member : {"p", "q", "dp", "dq", "qi", "d"}) {
        auto const at    = json.find("\"" + std::string(member) + "\":\"") + std::string(member).size() + 4;
        auto       bad   = json;
        auto&      digit = bad[at + 20];
        digit            = digit == 'A' ? 'B' : 'A';
        EXPECT_NE(private_key(bad), "accepted") << member;
        auto without = json;
        without.replace(at - std::string(member).size() - 4, std::string(member).size() + 2, "\"gone\"");
        EXPECT_NE(private_key(without), "accepted") << member;
    }
}

TEST(Key, NamesEveryAlgorithmOfItsTable)
{
    ASSERT_EQ(kAll.size(), 16u);
    for (auto const algorithm : kAll) EXPECT_EQ(find_algorithm(name(algorithm)), algorithm);
    for (auto const other :
         {"none"sv, "None"sv, "NONE"sv, "none "sv, ""sv, "hs256"sv, "HS256 "sv, "HS25"sv, "HS2567"sv, "ES521"sv,
          "ES256KK"sv, "ED25519"sv, "Ed25519x"sv, "\0HS256"sv, "HS256\0"sv, "A long name, longer than any register"sv})
        EXPECT_FALSE(find_algorithm(other)) << other;
}

TEST(Key, KnowsWhichAlgorithmsShareTheirSecret)
{
    for (auto const algorithm : kAll) EXPECT_EQ(is_symmetric(algorithm), name(algorithm).starts_with("HS"));
}

}  // namespace
}  // namespace jose
