// Keys as PEM and DER.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "jose/jws.hpp"
#include "jose/openssl.hpp"
#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;
using detail::Freed;
using detail::Pkey;
using namespace std::string_literals;

using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;

// What `write` puts into a BIO.
template <class Write>
std::string written(Write const& write)
{
    Bio const out{BIO_new(BIO_s_mem())};
    EXPECT_EQ(write(out.get()), 1);
    char*      data = nullptr;
    auto const size = BIO_get_mem_data(out.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

Pkey pkey_of(Algorithm algorithm)
{
    auto const  der = *signing_key(algorithm).reveal_der();
    auto const* at  = detail::bytes(der);
    return Pkey{d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()))};
}

std::string der_in(std::string const& pem)
{
    Bio const      in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    char*          label = nullptr;
    char*          head  = nullptr;
    unsigned char* data  = nullptr;
    long           size  = 0;
    EXPECT_EQ(PEM_read_bio(in.get(), &label, &head, &data, &size), 1);
    std::string out{reinterpret_cast<char*>(data), static_cast<std::size_t>(size)};
    OPENSSL_free(label);
    OPENSSL_free(head);
    OPENSSL_free(data);
    return out;
}

constexpr auto kTraditional = [](EVP_PKEY* key) {
    return written([&](BIO* out) {
        return PEM_write_bio_PrivateKey_traditional(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    });
};

std::string verifying(std::string_view pem, Algorithm algorithm)
{
    return outcome(VerificationKey::parse_pem(pem, algorithm));
}
std::string signing(std::string_view pem, Algorithm algorithm)
{
    return outcome(SigningKey::parse_pem(pem, algorithm));
}

TEST(Pem, WritesAndReadsEveryAsymmetricKey)
{
    for (auto const algorithm : kAll) {
        if (is_symmetric(algorithm)) continue;
        auto const& key        = signing_key(algorithm);
        auto const  public_key = key.verification_key();
        auto const  thumbprint = public_key.thumbprint();

        auto const from_pem = VerificationKey::parse_pem(*public_key.to_pem(), algorithm, "p");
        auto const from_der = VerificationKey::parse_der(*public_key.to_der(), algorithm, "p");
        ASSERT_TRUE(from_pem && from_der) << name(algorithm) << detail_of(from_pem) << detail_of(from_der);
        EXPECT_EQ(from_pem->thumbprint(), thumbprint);
        EXPECT_EQ(from_der->thumbprint(), thumbprint);
        EXPECT_EQ(from_pem->kid(), "p");
        EXPECT_EQ(from_der->algorithm(), algorithm);
        EXPECT_TRUE(public_key.to_pem()->starts_with("-----BEGIN PUBLIC KEY-----\n"));

        auto const signer_pem = SigningKey::parse_pem(*key.reveal_pem(), algorithm, "p");
        auto const signer_der = SigningKey::parse_der(*key.reveal_der(), algorithm, "p");
        ASSERT_TRUE(signer_pem && signer_der) << name(algorithm) << detail_of(signer_pem) << detail_of(signer_der);
        EXPECT_EQ(signer_pem->verification_key().thumbprint(), thumbprint);
        EXPECT_EQ(signer_der->kid(), "p");
        EXPECT_EQ(signer_pem->reveal_jwk(), signer_der->reveal_jwk());
        EXPECT_TRUE(key.reveal_pem()->starts_with("-----BEGIN PRIVATE KEY-----\n"));
        EXPECT_EQ(outcome(verify_payload(*sign_payload("x", *signer_pem), *KeySet::from({*from_der}))), "accepted");
    }
}

// CHECKS A15: no PEM or DER is ever a secret, and no secret is ever written as one.
TEST(Pem, IsNeverASharedSecret)
{
    auto const& es = signing_key(Algorithm::es256);
    for (auto const algorithm : {Algorithm::hs256, Algorithm::hs384, Algorithm::hs512}) {
        EXPECT_EQ(verifying(*es.verification_key().to_pem(), algorithm), "key_not_for_this_use");
        EXPECT_EQ(verifying("", algorithm), "key_not_for_this_use");
        EXPECT_EQ(signing(*es.reveal_pem(), algorithm), "key_not_for_this_use");
        EXPECT_EQ(outcome(VerificationKey::parse_der(*es.verification_key().to_der(), algorithm)),
                  "key_not_for_this_use");
        EXPECT_EQ(outcome(SigningKey::parse_der(*es.reveal_der(), algorithm)), "key_not_for_this_use");
        auto const& hs = signing_key(algorithm);
        EXPECT_EQ(outcome(hs.reveal_pem()), "key_not_for_this_use");
        EXPECT_EQ(outcome(hs.reveal_der()), "key_not_for_this_use");
        EXPECT_EQ(outcome(hs.verification_key().to_pem()), "key_not_for_this_use");
        EXPECT_EQ(outcome(hs.verification_key().to_der()), "key_not_for_this_use");
    }
}

// RSAPublicKey, RSAPrivateKey (RFC 8017 A.1), and ECPrivateKey (RFC 5915).
TEST(Pem, ReadsTheOlderForms)
{
    auto const rsa        = pkey_of(Algorithm::rs256);
    auto const public_rsa = written([&](BIO* out) {
        unsigned char* der  = nullptr;
        int const      size = i2d_PublicKey(rsa.get(), &der);
        int const      good = PEM_write_bio(out, "RSA PUBLIC KEY", "", der, size) > 0 ? 1 : 0;
        OPENSSL_free(der);
        return good;
    });
    auto const thumbprint = signing_key(Algorithm::rs256).verification_key().thumbprint();
    for (auto const algorithm : {Algorithm::rs256, Algorithm::rs512, Algorithm::ps384}) {
        EXPECT_EQ(VerificationKey::parse_pem(public_rsa, algorithm)->thumbprint(), thumbprint);
        EXPECT_EQ(VerificationKey::parse_der(der_in(public_rsa), algorithm)->thumbprint(), thumbprint);
        EXPECT_EQ(SigningKey::parse_pem(kTraditional(rsa.get()), algorithm)->verification_key().thumbprint(),
                  thumbprint);
    }
    EXPECT_EQ(verifying(public_rsa, Algorithm::es256), "malformed_key");

    for (auto const algorithm : {Algorithm::es256, Algorithm::es384, Algorithm::es512, Algorithm::es256k}) {
        auto const pem = kTraditional(pkey_of(algorithm).get());
        ASSERT_TRUE(pem.starts_with("-----BEGIN EC PRIVATE KEY-----"));
        EXPECT_EQ(*SigningKey::parse_pem(pem, algorithm)->reveal_pem(), *signing_key(algorithm).reveal_pem());
        EXPECT_EQ(*SigningKey::parse_der(der_in(pem), algorithm)->reveal_pem(), *signing_key(algorithm).reveal_pem());
        // As `openssl ecparam -genkey` writes it.
        auto const parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"s;
        EXPECT_EQ(signing(parameters + pem, algorithm), "accepted");
        EXPECT_EQ(signing(parameters, algorithm), "malformed_key");
        EXPECT_EQ(verifying(pem, algorithm), "key_not_for_this_use");
    }
}

// CHECKS A14, A22: every key under every algorithm.
TEST(Pem, FitsNoOtherKindOfAlgorithm)
{
    auto const kind = [](Algorithm algorithm) {
        auto const& row = detail::row_of(algorithm);
        return std::string(row.kty) + std::string(row.crv);
    };
    for (auto const mine : kAll) {
        if (is_symmetric(mine)) continue;
        auto const pem = *signing_key(mine).verification_key().to_pem();
        for (auto const other : kAll) {
            if (is_symmetric(other)) continue;
            bool const same = kind(mine) == kind(other) || (mine == Algorithm::ed448 && other == Algorithm::eddsa);
            EXPECT_EQ(verifying(pem, other), same ? "accepted" : "malformed_key") << name(mine) << " " << name(other);
        }
    }
}

TEST(Pem, SaysThatAnEncryptedKeyMustBeDecrypted)
{
    auto const key       = pkey_of(Algorithm::es256);
    auto*      word      = reinterpret_cast<unsigned char*>(const_cast<char*>("open"));
    auto const pkcs8     = written([&](BIO* out) {
        return PEM_write_bio_PKCS8PrivateKey(out, key.get(), EVP_aes_256_cbc(), "open", 4, nullptr, nullptr);
    });
    auto const old_style = written([&](BIO* out) {
        return PEM_write_bio_PrivateKey_traditional(out, key.get(), EVP_aes_256_cbc(), word, 4, nullptr, nullptr);
    });
    ASSERT_NE(old_style.find("Proc-Type: 4,ENCRYPTED"), std::string::npos);
    for (auto const& pem : {pkcs8, old_style}) {
        auto const refused = SigningKey::parse_pem(pem, Algorithm::es256);
        EXPECT_EQ(outcome(refused), "unsupported_key");
        EXPECT_EQ(detail_of(refused), "an encrypted private key; decrypt it first");
        EXPECT_EQ(verifying(pem, Algorithm::es256), "key_not_for_this_use");
    }
    EXPECT_EQ(detail_of(SigningKey::parse_der(der_in(pkcs8), Algorithm::es256)),
              "an encrypted private key; decrypt it first");
    EXPECT_EQ(outcome(VerificationKey::parse_der(der_in(pkcs8), Algorithm::es256)), "malformed_key");
    // RFC 1421's headers make no public key a secret.
    auto commented = *signing_key(Algorithm::es256).verification_key().to_pem();
    EXPECT_EQ(verifying(commented.insert(commented.find('\n') + 1, "Comment: ours\n\n"), Algorithm::es256), "accepted");
}

// Nothing here says who signed a certificate, or until when; so it is no key.
TEST(Pem, RefusesACertificate)
{
    auto const                                    key = pkey_of(Algorithm::es256);
    std::unique_ptr<X509, Freed<X509_free>> const certificate{X509_new()};
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    ASSERT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
    auto const pem = written([&](BIO* out) { return PEM_write_bio_X509(out, certificate.get()); });
    for (auto const& refused : {VerificationKey::parse_pem(pem, Algorithm::es256),
                                VerificationKey::parse_der(der_in(pem), Algorithm::es256)}) {
        EXPECT_EQ(outcome(refused), "unsupported_key");
        EXPECT_EQ(detail_of(refused), "an X.509 certificate; give the public key in it");
    }
    EXPECT_EQ(signing(pem, Algorithm::es256), "unsupported_key");
}

TEST(Pem, RefusesTheOtherHalf)
{
    for (auto const algorithm : kAll) {
        if (is_symmetric(algorithm)) continue;
        auto const& key = signing_key(algorithm);
        EXPECT_EQ(verifying(*key.reveal_pem(), algorithm), "key_not_for_this_use");
        EXPECT_EQ(signing(*key.verification_key().to_pem(), algorithm), "key_not_for_this_use");
        EXPECT_EQ(outcome(VerificationKey::parse_der(*key.reveal_der(), algorithm)), "key_not_for_this_use");
        EXPECT_EQ(outcome(SigningKey::parse_der(*key.verification_key().to_der(), algorithm)), "key_not_for_this_use");
    }
}

// A label may lie about what it holds; neither is believed alone.
TEST(Pem, RefusesAKeyUnderTheLabelOfTheOtherHalf)
{
    auto const& key       = signing_key(Algorithm::es256);
    auto const  relabeled = [](std::string pem, std::string_view from, std::string_view to) {
        for (auto at = pem.find(from); at != pem.npos; at = pem.find(from, at + to.size()))
            pem.replace(at, from.size(), to);
        return pem;
    };
    EXPECT_EQ(signing(relabeled(*key.reveal_pem(), "PRIVATE", "PUBLIC"), Algorithm::es256), "key_not_for_this_use");
    EXPECT_EQ(verifying(relabeled(*key.verification_key().to_pem(), "PUBLIC", "PRIVATE"), Algorithm::es256),
              "key_not_for_this_use");
    EXPECT_EQ(signing(relabeled(*key.verification_key().to_pem(), "PUBLIC", "PRIVATE"), Algorithm::es256),
              "key_not_for_this_use");
    EXPECT_EQ(verifying(relabeled(*key.reveal_pem(), "PRIVATE", "PUBLIC"), Algorithm::es256), "key_not_for_this_use");
}

// Whether it is the first or the last of the errors that OpenSSL left.
TEST(Pem, ALackOfMemoryAmongOtherErrorsIsNoVerdict)
{
    for (bool const comes_last : {false, true}) {
        ERR_raise(ERR_LIB_PEM, comes_last ? PEM_R_NO_START_LINE : ERR_R_MALLOC_FAILURE);
        ERR_raise(ERR_LIB_PEM, comes_last ? ERR_R_MALLOC_FAILURE : PEM_R_NO_START_LINE);
        EXPECT_THROW(detail::settle_errors(), std::bad_alloc);
        EXPECT_EQ(ERR_peek_error(), 0u);
    }
    ERR_raise(ERR_LIB_PEM, PEM_R_NO_START_LINE);
    EXPECT_NO_THROW(detail::settle_errors());
}

TEST(Pem, RefusesWhatIsNotOneWholeKey)
{
    auto const& key = signing_key(Algorithm::es256);
    auto const  pem = *key.verification_key().to_pem();
    auto const  der = *key.verification_key().to_der();
    EXPECT_EQ(verifying("A word before it is allowed by RFC 7468 5.2.\n" + pem, Algorithm::es256), "accepted");
    EXPECT_EQ(verifying(pem + pem, Algorithm::es256), "malformed_key");
    EXPECT_EQ(signing(*key.reveal_pem() + pem, Algorithm::es256), "malformed_key");
    for (auto const& bad : {""s, "x"s, pem.substr(0, pem.size() / 2), std::string(40'000, 'x'), der})
        EXPECT_EQ(verifying(bad, Algorithm::es256), "malformed_key");
    for (auto const& bad :
         {""s, "x"s, der + '\0', der.substr(0, der.size() - 1), der + der, std::string(20'000, '0'), pem})
        EXPECT_EQ(outcome(VerificationKey::parse_der(bad, Algorithm::es256)), "malformed_key");
    auto const private_der = *key.reveal_der();
    for (auto const& bad : {""s, private_der + '\0', private_der.substr(0, private_der.size() - 1)})
        EXPECT_EQ(outcome(SigningKey::parse_der(bad, Algorithm::es256)), "malformed_key");
    auto const empty = [](std::string const& label) {
        return "-----BEGIN " + label + "-----\nAAAA\n-----END " + label + "-----\n";
    };
    for (auto const* label : {"DH PARAMETERS", "CERTIFICATE REQUEST", "OPENSSH PRIVATE KEY", "DSA PRIVATE KEY"}) {
        EXPECT_EQ(signing(empty(label), Algorithm::es256), "unsupported_key") << label;
    }
    EXPECT_EQ(verifying(empty("PUBLIC KEY"), Algorithm::es256), "malformed_key");
    EXPECT_EQ(verifying(empty("PRIVATE KEY"), Algorithm::es256), "key_not_for_this_use");
    EXPECT_EQ(signing(empty("PRIVATE KEY"), Algorithm::es256), "malformed_key");
    EXPECT_EQ(outcome(VerificationKey::parse_pem(pem, Algorithm::es256, std::string(129, 'k'))), "malformed_key");
    EXPECT_EQ(outcome(SigningKey::parse_pem(*key.reveal_pem(), Algorithm::es256, std::string(129, 'k'))),
              "malformed_key");
}

// Every byte of a small key changed in turn: no crash, and no other key by chance
// but where the change is in the key's own numbers.
TEST(Pem, SurvivesEveryChangedByte)
{
    auto const der = *signing_key(Algorithm::ed25519).verification_key().to_der();
    auto const raw = der.size() - 32;
    for (std::size_t i = 0; i < raw; ++i) {
        auto bad = der;
        bad[i]   = static_cast<char>(bad[i] ^ 0x41);
        EXPECT_NE(outcome(VerificationKey::parse_der(bad, Algorithm::ed25519)), "accepted") << i;
    }
    auto const ec = *signing_key(Algorithm::es256).reveal_der();
    for (std::size_t i = 0; i < ec.size(); ++i) {
        auto bad = ec;
        bad[i]   = static_cast<char>(bad[i] ^ 0x41);
        (void)SigningKey::parse_der(bad, Algorithm::es256);
    }
}

// A key under id-RSASSA-PSS with these parameters; none where `digest` is null.
std::string pss_key(char const* digest, char const* mgf1_digest, int least_salt, bool is_private = false)
{
    std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>> const context{
        EVP_PKEY_CTX_new_from_name(nullptr, "RSA-PSS", nullptr)};
    EVP_PKEY_keygen_init(context.get());
    EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), 2048);
    if (digest != nullptr) {
        EVP_PKEY_CTX_set_rsa_pss_keygen_md_name(context.get(), digest, nullptr);
        EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md_name(context.get(), mgf1_digest);
        EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(context.get(), least_salt);
    }
    EVP_PKEY* made = nullptr;
    EXPECT_EQ(EVP_PKEY_generate(context.get(), &made), 1);
    Pkey const key{made};
    return written([&](BIO* out) {
        return is_private ? PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr)
                          : PEM_write_bio_PUBKEY(out, key.get());
    });
}

// RFC 4055 1.2
TEST(Pem, KeepsAKeyForPssToPss)
{
    auto const free_key = pss_key(nullptr, nullptr, 0);
    for (auto const algorithm : {Algorithm::ps256, Algorithm::ps384, Algorithm::ps512})
        EXPECT_EQ(verifying(free_key, algorithm), "accepted");
    for (auto const algorithm : {Algorithm::rs256, Algorithm::rs384, Algorithm::rs512})
        EXPECT_EQ(verifying(free_key, algorithm), "algorithm_mismatch");
    EXPECT_EQ(verifying(free_key, Algorithm::es256), "algorithm_mismatch");

    auto const bound = pss_key("SHA384", "SHA384", 48);
    EXPECT_EQ(verifying(bound, Algorithm::ps384), "accepted");
    EXPECT_EQ(verifying(bound, Algorithm::ps256), "algorithm_mismatch");
    EXPECT_EQ(verifying(bound, Algorithm::ps512), "algorithm_mismatch");
    EXPECT_EQ(verifying(bound, Algorithm::rs384), "algorithm_mismatch");

    EXPECT_EQ(verifying(pss_key("SHA256", "SHA1", 32), Algorithm::ps256), "algorithm_mismatch");
    EXPECT_EQ(verifying(pss_key("SHA384", "SHA256", 32), Algorithm::ps256), "algorithm_mismatch");
    EXPECT_EQ(verifying(pss_key("SHA256", "SHA256", 64), Algorithm::ps256), "algorithm_mismatch");
    EXPECT_EQ(verifying(pss_key("SHA256", "SHA256", 20), Algorithm::ps256), "accepted");
    auto const signer = pss_key("SHA256", "SHA256", 32, true);
    EXPECT_EQ(signing(signer, Algorithm::ps256), "accepted");
    EXPECT_EQ(signing(signer, Algorithm::rs256), "algorithm_mismatch");
}

// CVE-2020-0601: a curve given by numbers may be any curve.
TEST(Pem, RefusesACurveSpelledOut)
{
    auto const key = pkey_of(Algorithm::es256);
    ASSERT_EQ(EVP_PKEY_set_utf8_string_param(key.get(), OSSL_PKEY_PARAM_EC_ENCODING, OSSL_PKEY_EC_ENCODING_EXPLICIT),
              1);
    auto const pem = written([&](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); });
    EXPECT_EQ(verifying(pem, Algorithm::es256), "unsupported_key");
}

// CHECKS A22: what is weak stays weak in another dress.
TEST(Pem, RefusesAWeakRsaKey)
{
    Pkey const weak{EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024})};
    EXPECT_EQ(verifying(written([&](BIO* out) { return PEM_write_bio_PUBKEY(out, weak.get()); }), Algorithm::rs256),
              "weak_key");
    EXPECT_EQ(signing(kTraditional(weak.get()), Algorithm::ps256), "weak_key");
}

TEST(Pem, RefusesKindsThatAreNotServed)
{
    for (auto const* kind : {"X25519", "X448"}) {
        Pkey const key{EVP_PKEY_Q_keygen(nullptr, nullptr, kind)};
        auto const pem = written([&](BIO* out) { return PEM_write_bio_PUBKEY(out, key.get()); });
        EXPECT_EQ(verifying(pem, Algorithm::eddsa), "unsupported_key") << kind;
    }
    Pkey const brainpool{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "brainpoolP256r1")};
    EXPECT_EQ(signing(kTraditional(brainpool.get()), Algorithm::es256), "unsupported_key");
}

}  // namespace
}  // namespace jose
