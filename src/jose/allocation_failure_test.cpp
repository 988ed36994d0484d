// CHECKS A43: wherever memory runs out, the answer is a refusal.
#include "jose/fail_each_allocation.hpp"

#include <gtest/gtest.h>

#include "jose/detached.hpp"
#include "jose/jws.hpp"
#include "jose/nested.hpp"
#include "jose/test_jwe.hpp"
#include "jose/test_keys.hpp"
#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;

// One of each kind of key, and of padding.
constexpr std::array kKinds{Algorithm::hs256, Algorithm::rs256, Algorithm::ps256,
                            Algorithm::es256, Algorithm::eddsa, Algorithm::ed448};

std::vector<KeyKind> kinds_of_encryption()
{
    using enum KeyManagement;
    return {{.algorithm = dir, .encryption = ContentEncryption::a128cbc_hs256},
            {.algorithm = a128kw},
            {.algorithm = ecdh_es, .curve = "P-256"},
            {.algorithm = ecdh_es_a128kw, .curve = "X25519"},
            {.algorithm = rsa_oaep_256}};
}
std::string label(std::string_view what, KeyKind const& kind)
{
    return std::string(what) + " " + std::string(name(kind.algorithm)) + " " + std::string(kind.curve);
}
std::string label(std::string_view what, Algorithm algorithm)
{
    return std::string(what) + " " + std::string(name(algorithm));
}

// A key with this one's numbers, of which nothing is prepared yet.
KeySet cold_set(SigningKey const& key)
{
    auto const known = is_symmetric(key.algorithm()) ? key.reveal_jwk() : must(key.verification_key().to_jwk());
    return must(KeySet::from({must(VerificationKey::parse_jwk(known))}));
}

// Copies for calls that take theirs by value: copying is the caller's, and may throw.
template <class T>
std::shared_ptr<std::vector<T>> stock(T const& value)
{
    return std::make_shared<std::vector<T>>(2, value);
}
template <class T>
T one_of(std::vector<T>& copies)
{
    T out = std::move(copies.back());
    copies.pop_back();
    return out;
}

constexpr auto kText   = [](std::string const& text) { return text; };
constexpr auto kClaims = [](auto const& token) {
    return std::string(token.claims_json()) + std::string(token.header_json());
};
constexpr auto kBytes = [](auto const& payload) {
    return std::string(payload.bytes()) + std::string(payload.header_json());
};

TEST(AllocationFailure, VerifyRefuses)
{
    auto const p = policy();
    for (auto const algorithm : kKinds) {
        auto const& key   = signing_key(algorithm);
        auto const  token = must(sign(good_claims(), key, "at+jwt"));
        fail_each_allocation(
            label("verify", algorithm),
            [&] { return [&, keys = cold_set(key)] { return verify(token, keys, p, kNow); }; }, kClaims);
    }
}

TEST(AllocationFailure, VerifyNeverAcceptsWhatItRefuses)
{
    auto const& key     = signing_key(Algorithm::es256);
    auto const  keys    = set_of(key);
    auto const  p       = policy();
    auto const  good    = must(sign(good_claims(), key, "at+jwt"));
    auto const  another = must(sign(Claims{}.issuer("x"), key, "at+jwt"));
    auto const  forged  = good.substr(0, good.rfind('.')) + another.substr(another.rfind('.'));
    auto const  late    = kNow + std::chrono::hours{1};
    for (auto const& token : {forged, another, craft(key, header_of(key, R"(,"crit":["x"])"), claims_with()),
                              craft(key, header_of(key), R"({"a":1,"a":1})")})
        fail_each_allocation("refusal", [&] { return [&] { return verify(token, keys, p, kNow); }; }, kClaims);
    fail_each_allocation("expired", [&] { return [&] { return verify(good, keys, p, late); }; }, kClaims);
}

TEST(AllocationFailure, PayloadsRefuse)
{
    auto const& key     = signing_key(Algorithm::es256);
    auto const  keys    = set_of(key);
    auto const  payload = std::string(300, 'p');
    auto const  token   = must(sign_payload(payload, key));
    auto const  apart   = must(sign_detached(payload, key));
    auto const  plain   = must(sign_detached_unencoded(payload, key));
    fail_each_allocation("verify_payload", [&] { return [&] { return verify_payload(token, keys); }; }, kBytes);
    fail_each_allocation("detached", [&] { return [&] { return verify_detached(apart, payload, keys); }; }, kBytes);
    fail_each_allocation(
        "unencoded", [&] { return [&] { return verify_detached_unencoded(plain, payload, keys); }; }, kBytes);

    auto const jwt = must(sign(good_claims(), key, "at+jwt"));
    fail_each_allocation("unverified", [&] { return [&] { return UnverifiedToken::parse(jwt); }; }, kClaims);
}

TEST(AllocationFailure, SignRefuses)
{
    auto const claims = good_claims();
    for (auto const algorithm : kKinds) {
        auto const& key      = signing_key(algorithm);
        auto const  verifies = [&](std::string const& token) { return verified(token, key); };
        auto const  cold = [&] { return std::make_shared<SigningKey>(must(SigningKey::parse_jwk(key.reveal_jwk()))); };
        fail_each_allocation(
            label("sign", algorithm), [&] { return [&, own = cold()] { return sign(claims, *own, "at+jwt"); }; },
            verifies);
    }
    auto const& key = signing_key(Algorithm::eddsa);
    fail_each_allocation("sign_payload", [&] { return [&] { return sign_payload("x", key); }; }, kText);
    fail_each_allocation("sign_detached", [&] { return [&] { return sign_detached("x", key); }; }, kText);
    fail_each_allocation("sign_unencoded", [&] { return [&] { return sign_detached_unencoded("x", key); }; }, kText);
}

TEST(AllocationFailure, EncryptionRefuses)
{
    std::string const plaintext(300, 'p');
    for (auto const& kind : kinds_of_encryption()) {
        auto const& key        = decryption_key(kind);
        auto const  encryption = encryptions_of(kind).front();
        auto const  jwk        = key.reveal_jwk();
        auto const  p          = jwe_policy(kind.algorithm);
        auto const  text       = must(encrypt(plaintext, key.encryption_key(), encryption));
        auto const  opens      = [&](std::string const& sealed) {
            auto const content = decrypt(sealed, key, p);
            return content ? std::string(content->bytes()) : "refused";
        };
        auto const cold = [&] { return std::make_shared<DecryptionKey>(must(DecryptionKey::parse_jwk(jwk))); };
        fail_each_allocation(
            label("decrypt", kind), [&] { return [&, own = cold()] { return decrypt(text, *own, p); }; }, kBytes);
        fail_each_allocation(
            label("encrypt", kind),
            [&] { return [&, own = cold()->encryption_key()] { return encrypt(plaintext, own, encryption); }; }, opens);
    }
}

TEST(AllocationFailure, NestedTokensRefuse)
{
    auto const  claims    = good_claims();
    auto const& signer    = signing_key(Algorithm::hs256);
    auto const& recipient = decryption_key({.algorithm = KeyManagement::a128kw});
    auto const  to        = recipient.encryption_key();
    auto const  keys      = set_of(signer);
    auto const  outer     = jwe_policy(KeyManagement::a128kw);
    auto const  inner     = policy();
    auto const  nest      = [&] { return sign_and_encrypt(claims, signer, "at+jwt", to, ContentEncryption::a128gcm); };
    auto const  text      = must(nest());
    auto const  open = [&](std::string const& t) { return decrypt_and_verify(t, recipient, outer, keys, inner, kNow); };
    fail_each_allocation("nest", [&] { return nest; }, [&](std::string const& t) { return outcome(open(t)); });
    fail_each_allocation("open nested", [&] { return [&] { return open(text); }; }, kClaims);
}

constexpr auto kPublic  = [](VerificationKey const& key) { return key.thumbprint(); };
constexpr auto kPrivate = [](SigningKey const& key) { return key.reveal_jwk(); };

TEST(AllocationFailure, SignatureKeysRefuse)
{
    for (auto const algorithm : kKinds) {
        if (algorithm == Algorithm::ps256) continue;  // its keys are RS256's
        auto const& key = signing_key(algorithm);
        auto const  jwk = key.reveal_jwk();
        fail_each_allocation(
            label("private JWK", algorithm), [&] { return [&] { return SigningKey::parse_jwk(jwk); }; }, kPrivate);
        if (is_symmetric(algorithm)) continue;
        auto const known = must(key.verification_key().to_jwk());
        fail_each_allocation(
            label("public JWK", algorithm), [&] { return [&] { return VerificationKey::parse_jwk(known); }; }, kPublic);
    }
}

// Reading takes thousands of allocations, so one key stands for all.
TEST(AllocationFailure, PemRefuses)
{
    auto const& es         = signing_key(Algorithm::es256);
    auto const& ed         = signing_key(Algorithm::eddsa);
    auto const  known      = es.verification_key();
    auto const  public_pem = must(known.to_pem());
    auto const  secret_pem = must(ed.reveal_pem());
    fail_each_allocation(
        "public PEM", [&] { return [&] { return VerificationKey::parse_pem(public_pem, Algorithm::es256); }; },
        kPublic);
    fail_each_allocation(
        "private PEM", [&] { return [&] { return SigningKey::parse_pem(secret_pem, Algorithm::eddsa); }; }, kPrivate);
}

TEST(AllocationFailure, WritingKeysRefuses)
{
    for (auto const algorithm : kKinds) {
        auto const& key   = signing_key(algorithm);
        auto const  known = key.verification_key();
        fail_each_allocation(label("to JWK", algorithm), [&] { return [&] { return known.to_jwk(); }; }, kText);
        fail_each_allocation(label("to PEM", algorithm), [&] { return [&] { return known.to_pem(); }; }, kText);
        fail_each_allocation(label("to PKCS#8", algorithm), [&] { return [&] { return key.reveal_pem(); }; }, kText);
    }
}

// Bound to SHA-384 by its parameters (RFC 4055 1.2).
constexpr auto kPssKey        = R"(-----BEGIN PUBLIC KEY-----
MIIBVjBBBgkqhkiG9w0BAQowNKAPMA0GCWCGSAFlAwQCAgUAoRwwGgYJKoZIhvcN
AQEIMA0GCWCGSAFlAwQCAgUAogMCATADggEPADCCAQoCggEBAKMd1Y716VeFyPiQ
5qzeT9wNT9GTAa2XEAuUQv42KnlPyHKAmumCkC8xYwVePeAaM0LWNczCC8hT8Aan
5/YmDHhWPtUqswPNWfholUYeBcanVsJ8jL/gcsvAnrljBxhv+9RHHgE4PzorQAkO
xxdbKT74T+Njo2pDRpgFxvSMJGY93d9k/Lhwv51gqtq/L/G5yLv/kks6OJgWhUIS
sDDau/zUAWzzvwmwfgOyVv+vaXZN1FQfq9Z/A0oYCV9Cpr21Tk3qz3INqEgRi+Se
V/8QkJKkCrXKhtyKgOqDja2o/26tC+FdCzff4V9/VSHHFJg9qEqUmy+wT8yCeHAe
EcgaUTsCAwEAAQ==
-----END PUBLIC KEY-----
)";
// P-256, spelled out instead of named.
constexpr auto kExplicitCurve = R"(-----BEGIN PUBLIC KEY-----
MIIBSzCCAQMGByqGSM49AgEwgfcCAQEwLAYHKoZIzj0BAQIhAP////8AAAABAAAA
AAAAAAAAAAAA////////////////MFsEIP////8AAAABAAAAAAAAAAAAAAAA////
///////////8BCBaxjXYqjqT57PrvVV2mIa8ZR0GsMxTsPY7zjw+J9JgSwMVAMSd
NgiG5wSTamZ44ROdJreBn36QBEEEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5
RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9QIhAP////8AAAAA
//////////+85vqtpxeehPO5ysL8YyVRAgEBA0IABNU3SIUfucIw5hDC5TrkKoiu
o8QxuXdkBr/zA512X0O7D2djZmzJge6OmiH5L7qYBRGUTlwfvEt8emPzrtfEsDI=
-----END PUBLIC KEY-----
)";

// What the table of OpenSSL's decoders could take for "no key at all".
TEST(AllocationFailure, KeysThatAreRefusedStayRefused)
{
    auto const& es    = signing_key(Algorithm::es256);
    auto const  der   = must(es.verification_key().to_der());
    auto const  pem   = must(es.verification_key().to_pem());
    auto const  twice = pem + pem;
    auto const  rsa   = must(signing_key(Algorithm::rs256).verification_key().to_der());
    auto const  any   = [](VerificationKey const& key) { return key.thumbprint(); };
    for (auto const& known : {der, rsa, rsa.substr(24)}) {  // the last is an RSAPublicKey
        auto const oct = R"({"kty":"oct","alg":"HS256","k":")" + base64url::encode(known) + "\"}";
        fail_each_allocation(
            "a public key as a secret", [&] { return [&] { return VerificationKey::parse_jwk(oct); }; }, any);
    }
    fail_each_allocation(
        "two keys", [&] { return [&] { return VerificationKey::parse_pem(twice, Algorithm::es256); }; }, any);
    fail_each_allocation(
        "another digest's", [&] { return [&] { return VerificationKey::parse_pem(kPssKey, Algorithm::ps256); }; }, any);
    fail_each_allocation(
        "explicit curve", [&] { return [&] { return VerificationKey::parse_pem(kExplicitCurve, Algorithm::es256); }; },
        any);
    auto const off_curve = jwk(changed(ec(), "y", kEcX));
    fail_each_allocation("off the curve", [&] { return [&] { return VerificationKey::parse_jwk(off_curve); }; }, any);
}

TEST(AllocationFailure, EncryptionKeysRefuse)
{
    for (auto const& kind : kinds_of_encryption()) {
        auto const& key   = decryption_key(kind);
        auto const  jwk   = key.reveal_jwk();
        auto const  known = key.encryption_key();
        fail_each_allocation(
            label("parse", kind), [&] { return [&] { return DecryptionKey::parse_jwk(jwk); }; },
            [](DecryptionKey const& read) { return read.reveal_jwk(); });
        fail_each_allocation(label("to JWK", kind), [&] { return [&] { return known.to_jwk(); }; }, kText);
    }
}

// RSA is left out: that takes a hundred thousand allocations, and as many minutes.
TEST(AllocationFailure, GenerateRefuses)
{
    for (auto const algorithm : kKinds)
        if (!is_rsa(algorithm))
            fail_each_allocation(
                label("generate", algorithm), [&] { return [&] { return SigningKey::generate(algorithm); }; },
                [&](SigningKey const& key) {
                    auto const thumbprint = key.verification_key().thumbprint();
                    return std::string(key.kid() == thumbprint || is_symmetric(algorithm) ? "whole" : "broken");
                });
    for (auto const& kind : kinds_of_encryption())
        if (kind.algorithm != KeyManagement::rsa_oaep_256)
            fail_each_allocation(
                label("generate", kind),
                [&] {
                    return [&] {
                        return DecryptionKey::generate(kind.algorithm,
                                                       {.curve = kind.curve, .encryption = kind.encryption});
                    };
                },
                [](DecryptionKey const& key) {
                    auto const sender     = key.encryption_key();
                    bool const is_shared  = !sender.to_jwk();
                    auto const thumbprint = sender.thumbprint();
                    return std::string(key.kid() == thumbprint || is_shared ? "whole" : "broken");
                });
}

TEST(AllocationFailure, KeySetsRefuse)
{
    auto const ed   = must(SigningKey::generate(Algorithm::eddsa, "ed"));
    auto const es   = must(SigningKey::generate(Algorithm::es256, "es"));
    auto const set  = must(KeySet::from({ed.verification_key(), es.verification_key()}));
    auto const json = must(set.to_json());
    auto const all  = [](KeySet const& keys) { return must(keys.to_json()); };
    fail_each_allocation("key set", [&] { return [&] { return KeySet::parse(json); }; }, all);
    fail_each_allocation("key set to JSON", [&] { return [&] { return set.to_json(); }; }, kText);
    fail_each_allocation(
        "key set of keys",
        [&] {
            return [own = stock(std::vector{ed.verification_key(), es.verification_key()})] {
                return KeySet::from(one_of(*own));
            };
        },
        all);
}

TEST(AllocationFailure, PoliciesRefuse)
{
    auto const e = expectations();
    fail_each_allocation(
        "policy", [&] { return [own = stock(e)] { return Policy::create(one_of(*own)); }; },
        [](Policy const&) { return std::string("made"); });
}

}  // namespace
}  // namespace jose

int main(int argc, char** argv)
{
    jose::test::install_failing_allocator();
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
