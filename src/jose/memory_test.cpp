// What keys leave in memory that was given back (CHECKS A28), and what costs none.
#include <gtest/gtest.h>
#include <malloc.h>
#include <openssl/crypto.h>

#include <atomic>
#include <cstdlib>
#include <functional>

#include "base/testing/replaced_new.hpp"
#include "jose/encryption_key.hpp"
#include "jose/test_keys.hpp"

namespace {

// Of the thread that runs the tests; no test here has another.
bool                     watching = false;
std::size_t              found    = 0;
std::vector<std::string> needles;
std::size_t              allocations = 0;
std::size_t              until_fail  = 0;  // 0: none fails
std::atomic<long>        openssl_blocks{0};

// As early as this: OpenSSL takes them only before it has allocated anything.
bool const openssl_is_counted = CRYPTO_set_mem_functions(
                                    [](std::size_t size, char const*, int) {
                                        openssl_blocks += 1;
                                        return std::malloc(size);
                                    },
                                    [](void* block, std::size_t size, char const*, int) {
                                        if (block == nullptr) openssl_blocks += 1;
                                        return std::realloc(block, size);
                                    },
                                    [](void* block, char const*, int) {
                                        if (block != nullptr) openssl_blocks -= 1;
                                        std::free(block);
                                    }) == 1;

}  // namespace

bool signet::testing::is_granted(std::size_t) noexcept
{
    ++allocations;
    if (until_fail == 0) return true;
    until_fail -= 1;
    return until_fail != 0;
}

void signet::testing::before_free(void* block) noexcept
{
    if (!watching) return;
    std::string_view const bytes{static_cast<char const*>(block), malloc_usable_size(block)};
    for (auto const& needle : needles)
        if (bytes.contains(needle)) ++found;
}

namespace jose {
namespace {

using namespace test;

// How many blocks `work` gives back with a part of one of these secrets in them.
std::size_t left_behind(std::vector<std::string> const& secrets, std::function<void()> const& work)
{
    constexpr std::size_t kPart = 12;
    needles.clear();
    for (auto const& secret : secrets)
        for (std::size_t at = 0; at + kPart <= secret.size(); at += kPart) needles.push_back(secret.substr(at, kPart));
    EXPECT_FALSE(needles.empty());
    found    = 0;
    watching = true;
    work();
    watching = false;
    return found;
}

// The private members of a JWK as they stand in its text, and decoded.
std::vector<std::string> secrets_of(std::string const& json)
{
    std::vector<std::string> out;
    auto const               object = signet::json::parse_object(json);
    for (auto const* name : {"d", "p", "q", "dp", "dq", "qi", "k"})
        if (auto const member = object->find(name)) {
            out.emplace_back(*member->string());
            out.push_back(*base64url::decode(*member->string()));
        }
    return out;
}

// What is the caller's to wipe.
void wipe(std::string text)
{
    OPENSSL_cleanse(text.data(), text.size());
}

TEST(FreedMemory, IsSeenByThisTest)
{
    std::string const secret = "a secret of more than a few bytes";
    auto const        leave  = [&] { std::string(64, ' ').replace(0, secret.size(), secret); };
    EXPECT_EQ(left_behind({secret}, leave), 2u);
    EXPECT_EQ(left_behind({secret}, [&] { signet::SecretString const copy{secret}; }), 0u);
}

// CHECKS A28
TEST(FreedMemory, HoldsNothingOfASigningKey)
{
    for (auto const algorithm : kAll) {
        auto const json = signing_key(algorithm).reveal_jwk();
        EXPECT_EQ(left_behind(secrets_of(json),
                              [&] {
                                  auto const key = *SigningKey::parse_jwk(json);
                                  EXPECT_FALSE(key.verification_key().thumbprint().empty());
                                  wipe(key.reveal_jwk());
                              }),
                  0u)
            << name(algorithm);
        auto const open  = json.substr(0, json.size() - 1);
        auto const twice = open + R"(,"kty":"x"})";
        EXPECT_EQ(left_behind(secrets_of(json),
                              [&] {
                                  EXPECT_FALSE(SigningKey::parse_jwk(open));
                                  EXPECT_FALSE(SigningKey::parse_jwk(twice));
                              }),
                  0u)
            << name(algorithm);
    }
}

// CHECKS A28
TEST(FreedMemory, HoldsNothingOfADecryptionKey)
{
    std::vector<std::string> keys;
    for (auto const algorithm : {KeyManagement::rsa_oaep_256, KeyManagement::a128kw, KeyManagement::a256kw})
        keys.push_back(DecryptionKey::generate(algorithm)->reveal_jwk());
    keys.push_back(
        DecryptionKey::generate(KeyManagement::dir, {.encryption = ContentEncryption::a256gcm})->reveal_jwk());
    for (auto const* curve : {"P-256", "X25519"})
        keys.push_back(DecryptionKey::generate(KeyManagement::ecdh_es, {.curve = curve})->reveal_jwk());
    for (auto const& json : keys)
        EXPECT_EQ(left_behind(secrets_of(json),
                              [&] {
                                  auto const key = *DecryptionKey::parse_jwk(json);
                                  EXPECT_FALSE(key.encryption_key().thumbprint().empty());
                                  wipe(key.reveal_jwk());
                              }),
                  0u)
            << json;
}

// CHECKS A28
TEST(FreedMemory, HoldsNothingOfASymmetricSet)
{
    auto const key = R"({"kty":"oct","kid":"a","alg":"HS256","k":")" + base64url::encode(secret(32)) + "\"}";
    for (auto const& set :
         {"{\"keys\":[" + key + "]}", "{\"keys\":[" + key + ",{\"kty\":1}]}", "{\"keys\":[" + key + "],\"keys\":[]}",
          "{\"keys\":[" + key + "]", "{\"key\":[" + key + "]}"})
        EXPECT_EQ(left_behind(secrets_of(key), [&] { (void)KeySet::parse(set); }), 0u) << set;
}

// simdjson keeps five bytes for three characters of an empty string.
TEST(FreedMemory, HoldsNothingOfADocumentOfManyShortStrings)
{
    std::string const secret = "a secret of more than a few bytes";
    std::string       json   = R"({"x":[)";
    while (json.size() < 960) json += R"("",)";
    json += "\"" + secret + "\"]}";
    EXPECT_EQ(left_behind({secret},
                          [&] {
                              signet::json::Document document;
                              EXPECT_TRUE(document.parse_object(json));
                              document.wipe();
                          }),
              0u);
}

// What OpenSSL read is given back, and wiped, whatever fails behind it.
TEST(FreedMemory, IsAllThatAPemKeyTookThoughMemoryRanOut)
{
    ASSERT_TRUE(openssl_is_counted);
    auto const pem    = *signing_key(Algorithm::es256).reveal_pem();
    auto       locked = pem;
    for (auto at = locked.find("PRIVATE"); at != locked.npos; at = locked.find("PRIVATE", at + 20))
        locked.insert(at, "ENCRYPTED ");
    for (auto const& text : {pem, locked}) {
        auto const read = [&] { return SigningKey::parse_pem(text, Algorithm::es256); };
        (void)read();
        auto const  before = openssl_blocks.load();
        std::size_t failed = 0;
        for (std::size_t at = 1;; ++at) {
            until_fail = at;
            (void)read();
            auto const happened = until_fail == 0;
            until_fail          = 0;
            EXPECT_EQ(openssl_blocks, before) << at;
            if (!happened) break;
            ++failed;
        }
        EXPECT_GT(failed, 0u);
    }
}

// How often `work` took memory from operator new.
std::size_t allocations_of(std::function<void()> const& work)
{
    auto const before = allocations;
    work();
    return allocations - before;
}

// The memory of a token that is gone is the next one's, unless it was large.
TEST(VerifiedToken, CostsNoMemoryOnceOneLikeItIsGone)
{
    auto const p = policy();
    for (auto const algorithm : kAll) {
        auto const& key   = signing_key(algorithm);
        auto const  keys  = set_of(key);
        auto const  good  = *sign(good_claims(), key, "at+jwt");
        auto const  large = *sign(good_claims().set("x", std::string(5000, 'x')), key, "at+jwt");
        auto const  check = [&](std::string const& token) { EXPECT_TRUE(verify(token, keys, p, kNow)); };
        for (int i = 0; i < 3; ++i) check(large);
        EXPECT_GT(allocations_of([&] { check(large); }), 0u) << name(algorithm);
        for (int i = 0; i < 3; ++i) check(good);
        EXPECT_EQ(allocations_of([&] { check(good); }), 0u) << name(algorithm);
    }
}

// Each set has a slot of its own in a thread's memory, however often it was replaced.
TEST(SharedKeySet, CostsNoMemoryOnceItWasMet)
{
    for (int replaced = 0; replaced < 16; ++replaced) {
        SharedKeySet one;
        SharedKeySet busy;
        for (int i = 0; i < replaced; ++i) busy.replace(KeySet{});
        SharedKeySet other;
        (void)one.current();
        (void)other.current();
        auto const before = allocations;
        for (int i = 0; i < 10; ++i) {
            (void)one.current();
            (void)other.current();
        }
        EXPECT_EQ(allocations, before) << replaced;
    }
}

}  // namespace
}  // namespace jose
