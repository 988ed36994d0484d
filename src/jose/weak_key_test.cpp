// Keys that no key may be: CHECKS A15, A22, A25.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>

#include "jose/openssl.hpp"
#include "jose/roca.hpp"
#include "jose/test_keys.hpp"

namespace jose {
namespace {

using namespace test;
using namespace std::string_literals;

// CHECKS A22; A5 group 3
TEST(WeakKey, RefusesAShortSecret)
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

// RSAPublicKey, the DER inside "BEGIN RSA PUBLIC KEY".
std::string rsa_der_of(std::string const& pem)
{
    auto const         spki = der_of(pem);
    auto const*        at   = detail::bytes(spki);
    detail::Pkey const key{d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size()))};
    unsigned char*     der  = nullptr;
    int const          size = i2d_PublicKey(key.get(), &der);
    std::string        out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

// Standard base64 in lines, without the two around them.
std::string base64_of(std::string const& pem)
{
    auto const begin = pem.find('\n') + 1;
    return pem.substr(begin, pem.find("-----END") - begin);
}

std::string certificate_der()
{
    detail::Pkey const                                    key{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
    std::unique_ptr<X509, detail::Freed<X509_free>> const certificate{X509_new()};
    X509_set_pubkey(certificate.get(), key.get());
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    unsigned char* der  = nullptr;
    int const      size = i2d_X509(certificate.get(), &der);
    std::string    out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return out;
}

std::string with_secret(std::string_view secret)
{
    return public_key(jwk(changed(oct(32), "k", base64url::encode(secret))));
}

// CHECKS A15; A5 group 2: CVE-2017-11424 and its many children.
TEST(WeakKey, RefusesAPublicKeyAsASecret)
{
    for (auto const* kind : {"RSA", "P-256", "ED25519"}) {
        auto const pem = pem_of(kind);
        for (auto const& secret :
             {pem, pem.substr(0, pem.size() - 1), " " + pem, "\r\n" + pem, der_of(pem),
              R"({"kty":"RSA","n":"AAAAAAAAAAAAAAAAAAAAAA"})"s, "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ"s,
              "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTIt"s})
            EXPECT_EQ(with_secret(secret), "weak_key") << secret;
    }
}

// CHECKS A15
TEST(WeakKey, RefusesAPublicKeyAsASecretHoweverItIsWritten)
{
    auto const pem = pem_of("RSA");
    auto const jwk = R"({ "kty" : "EC", "crv":"P-256", "x":"AAAAAAAAAA", "y":"AAAAAAAAAA" })"s;
    for (auto const& secret :
         {"\xEF\xBB\xBF" + pem, "\f" + pem, "\v\xEF\xBB\xBF\n" + pem, "# our key\n" + pem,
          "{\n  \"kty\": \"RSA\",\n  \"n\": \"AAAAAAAAAAAAAA\"\n}"s, "\xEF\xBB\xBF" + jwk, "\f" + jwk,
          "{\t\"keys\": [" + jwk + "]}", R"({"x":"AAAAAAAAAAAAAAAAAAAAAAAAA","kty":"OKP"})"s,
          "---- BEGIN SSH2 PUBLIC KEY ----\nAAAAB3NzaC1yc2E"s, rsa_der_of(pem), rsa_der_of(pem) + "\n",
          der_of(pem) + "\n", certificate_der(), certificate_der() + "\n",
          // Other security keys, other ways to write "kty", a list, and DER in base64 without the lines of PEM
          "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5"s, "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVj"s,
          R"({"keys":[{"\u006bty":"RSA","n":"AAAAAAAA"}]})"s, R"([{"kty":"RSA","n":"AAAAAAAAAAAAAAAAAAA"}])"s,
          R"([[{"n":"AAAAAAAAAAAAAAAAAAA","k\u0074y":{}}]])"s, base64_of(pem), "\n" + base64_of(pem) + "\r\n",
          base64url::encode(der_of(pem))})
        EXPECT_EQ(with_secret(secret), "weak_key") << secret;
}

TEST(WeakKey, TakesASecretThatOnlyBeginsLikeAPublicKey)
{
    for (auto const* json :
         {R"({"kt\u0079pe":"a secret of 32 bytes and some more"})", R"(["a secret","of 32 bytes and more"])"})
        EXPECT_EQ(with_secret(json), "accepted") << json;
    EXPECT_EQ(with_secret(base64url::encode(secret(32))), "accepted");
    for (auto const* start : {"{\"", "{ \"", "{\n", "\x30\x22", "\x30\x20\x02", "ssh", "----"})
        EXPECT_EQ(with_secret(start + secret(32)), "accepted") << start;
    EXPECT_EQ(with_secret("\"kty\"" + secret(32)), "accepted");
}

// By its structure alone, so that neither a lack of memory nor an unknown kind of key hides it.
TEST(WeakKey, TellsAPublicKeyByTheFormOfItsDer)
{
    auto const of_32_bytes = [](std::string const& start) {
        return with_secret(secret(32).replace(0, start.size(), start));
    };
    auto const number = [](char size) { return "\x02"s + size + secret(static_cast<std::size_t>(size)); };
    auto const bits   = [](char size) { return "\x03"s + size + secret(static_cast<std::size_t>(size)); };
    // SubjectPublicKeyInfo, also with lengths that take more bytes than they need
    EXPECT_EQ(of_32_bytes("\x30\x1E\x30\x04\x06\x02\x2A\x03\x03\x16"), "weak_key");
    EXPECT_EQ(of_32_bytes("\x30\x81\x1D\x30\x82\x00\x04\x06\x02\x2A\x03\x03\x13"s), "weak_key");
    // RSAPublicKey
    EXPECT_EQ(of_32_bytes("\x30\x1E" + number(23) + number(3)), "weak_key");
    // The same in BER, with lengths that are not given
    EXPECT_EQ(of_32_bytes("\x30\x80\x30\x04\x06\x02\x2A\x03" + bits(20) + "\0\0"s), "weak_key");
    EXPECT_EQ(of_32_bytes("\x30\x80" + number(21) + number(3) + "\0\0"s), "weak_key");
    EXPECT_EQ(of_32_bytes("\x30\x1E\x30\x80\x06\x02\x2A\x03\0\0"s + bits(20)), "weak_key");
    EXPECT_EQ(of_32_bytes("\x30\x80\x30\x80\x06\x02\x2A\x03\x30\x80\0\0\0\0"s + bits(14) + "\0\0"s), "weak_key");
    // A certificate
    EXPECT_EQ(of_32_bytes("\x30\x1E\x30\x02\x05\x00\x30\x04\x06\x02\x2A\x03\x03\x12"s), "weak_key");

    EXPECT_EQ(of_32_bytes("\x30\x1F\x30\x04\x06\x02\x2A\x03\x03\x16"), "accepted");  // longer than the secret
    EXPECT_EQ(of_32_bytes("\x30\x1E\x30\x7F\x06\x02\x2A\x03\x03\x16"), "accepted");  // than what it stands in
    EXPECT_EQ(of_32_bytes("\x30\x1E\x30\x04\x06\x02\x2A\x03\x03\x17"), "accepted");
    EXPECT_EQ(of_32_bytes("\x30\x1E\x30\x04\x06\x7F\x2A\x03\x03\x16"), "accepted");
    EXPECT_EQ(of_32_bytes("\x31\x1E\x30\x04\x06\x02\x2A\x03\x03\x16"), "accepted");  // no SEQUENCE
    EXPECT_EQ(of_32_bytes("\x30\x1E\x31\x04\x06\x02\x2A\x03\x03\x16"), "accepted");
    EXPECT_EQ(of_32_bytes("\x70\x1E\x30\x04\x06\x02\x2A\x03\x03\x16"), "accepted");     // an application's 16
    EXPECT_EQ(of_32_bytes("\x30\x1E\x30\x04\x02\x02\x2A\x03\x03\x16"), "accepted");     // no OBJECT IDENTIFIER
    EXPECT_EQ(of_32_bytes("\x30\x1E\x30\x04\x06\x02\x2A\x03\x04\x16"), "accepted");     // no BIT STRING
    EXPECT_EQ(of_32_bytes("\x30\x80\x30\x04\x06\x02\x2A\x03" + bits(22)), "accepted");  // without their mark
    EXPECT_EQ(of_32_bytes("\x30\x80\x30\x04\x06\x02\x2A\x03" + bits(18) + "\x24\x7F"),
              "accepted");                                                                // cut off before it
    EXPECT_EQ(of_32_bytes("\x30\xFF\x30\x04\x06\x02\x2A\x03\x03\x16"), "accepted");       // one of 127 bytes
    EXPECT_EQ(of_32_bytes("\x30\x1E" + number(18) + number(3) + number(3)), "accepted");  // three numbers
}

// CHECKS A22
TEST(WeakKey, RefusesAPointThatIsNotOnTheCurve)
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
TEST(WeakKey, RefusesTheCoordinatesOfAnotherCurve)
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

TEST(WeakKey, RefusesAPrivateNumberThatDoesNotBelong)
{
    auto const with_d = [](std::string const& d) { return private_key(jwk(ec(), "\"d\":\"" + d + "\"")); };
    EXPECT_EQ(with_d(kEcD), "accepted");
    EXPECT_EQ(with_d(kEcX), "malformed_key");
    EXPECT_EQ(with_d(base64url::encode(std::string(32, '\0'))), "malformed_key");
    EXPECT_EQ(with_d(base64url::encode(std::string(32, '\xFF'))), "malformed_key");
    EXPECT_EQ(with_d(base64url::encode(std::string(31, 'd'))), "malformed_key");
    auto const base        = changed(changed(ec(), "x", kEcBaseX), "y", kEcBaseY);
    auto const with_base_d = [&](std::string const& d) { return private_key(jwk(base, "\"d\":\"" + d + "\"")); };
    EXPECT_EQ(with_base_d(base64url::encode(std::string(31, '\0') + '\x01')), "accepted");
    EXPECT_EQ(with_base_d(kEcOrderAndOne), "malformed_key");  // out of range, but of that point
    EXPECT_EQ(private_key(jwk(okp(), "\"d\":\"" + std::string(kOkpD) + "\"")), "accepted");
    EXPECT_EQ(private_key(jwk(okp(), "\"d\":\"" + std::string(kEcD) + "\"")), "malformed_key");
    EXPECT_EQ(private_key(jwk(okp(), R"("d":"AAAA")")), "malformed_key");
    EXPECT_EQ(detail_of(SigningKey::parse_jwk(jwk(okp(), "\"d\":\"" + std::string(kEcD) + "\""))),
              "x does not belong to d");
}

// CHECKS A25
TEST(WeakKey, RefusesEd25519PointsOfSmallOrderAndOffTheCurve)
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

// CHECKS A25
TEST(WeakKey, RefusesEd448PointsOfSmallOrderAndOffTheCurve)
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

// CHECKS A22
TEST(WeakKey, RefusesAWeakRsaKey)
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
TEST(WeakKey, RefusesARocaModulus)
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

TEST(WeakKey, RefusesAPrivateRsaKeyWhoseNumbersDisagree)
{
    auto const json = signing_key(Algorithm::rs256).reveal_jwk();
    EXPECT_EQ(private_key(json), "accepted");
    for (auto const* member : {"p", "q", "dp", "dq", "qi", "d"}) {
        auto const at    = json.find("\"" + std::string(member) + "\":\"") + std::string(member).size() + 4;
        auto       bad   = json;
        auto&      digit = bad[at + 20];
        digit            = digit == 'A' ? 'B' : 'A';
        EXPECT_EQ(private_key(bad), "malformed_key") << member;
        auto without = json;
        without.replace(at - std::string(member).size() - 4, std::string(member).size() + 2, "\"gone\"");
        EXPECT_EQ(private_key(without), std::string_view{member} == "d" ? "key_not_for_this_use" : "malformed_key")
            << member;
    }
}

// Numbers that hold for one prime and not for the other, or for another modulus.
TEST(WeakKey, RefusesAPrivateRsaKeyOfWhichAPartIsRight)
{
    auto const json = signing_key(Algorithm::rs256).reveal_jwk();
    Members    right;
    signet::json::parse_object(json)->for_each_member([&](std::string_view name, signet::json::Value const& value) {
        right.emplace_back(name, *value.string());
        return true;
    });
    auto const number = [&](std::string_view name) {
        auto const member = std::ranges::find(right, name, &Members::value_type::first);
        return detail::to_number(*base64url::decode(member->second));
    };
    auto const with = [](Members const& members, std::string_view name, BIGNUM const& value) {
        return changed(members, name, base64url::encode(detail::number_bytes(value)));
    };
    auto const refusal = [](Members const& members) { return detail_of(SigningKey::parse_jwk(jwk(members))); };
    auto const wanted  = "the private RSA members disagree"s;
    auto const scratch = std::unique_ptr<BN_CTX, detail::Freed<BN_CTX_free>>(BN_CTX_new());
    EXPECT_EQ(refusal(right), "accepted");

    for (bool const first : {true, false}) {
        auto const mine  = number(first ? "p" : "q");
        auto const other = number(first ? "q" : "p");
        auto const d     = number("d");
        auto const rest  = detail::owned<detail::Number>(BN_new());
        BN_sub_word(mine.get(), 1);
        BN_sub_word(other.get(), 1);
        BN_add(d.get(), d.get(), other.get());
        BN_mod(rest.get(), d.get(), mine.get(), scratch.get());
        EXPECT_EQ(refusal(with(with(right, "d", *d), first ? "dp" : "dq", *rest)), wanted);
    }
    auto const n = number("n");
    BN_add_word(n.get(), 2);
    EXPECT_EQ(refusal(with(right, "n", *n)), wanted);
    auto const qi = number("qi");
    BN_add(qi.get(), qi.get(), number("p").get());
    EXPECT_EQ(refusal(with(right, "qi", *qi)), wanted);
}

}  // namespace
}  // namespace jose
