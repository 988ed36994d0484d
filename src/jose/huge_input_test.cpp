// CHECKS A9, A10: text that is huge or deep is refused for the price of a short one.
//
// No clock is asked. What is refused for its size lies in memory that nobody may
// read: one byte looked at, and the program ends. What has to be read is counted
// in bytes of memory taken, and read on a stack that recursion would overflow.
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/mman.h>

#include <cstring>
#include <functional>

#include "jose/detached.hpp"
#include "jose/failing_allocator.hpp"
#include "jose/jws.hpp"
#include "jose/nested.hpp"
#include "jose/test_jwe.hpp"
#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;

constexpr std::size_t kHuge = 100UL * 1024 * 1024;
constexpr std::size_t kPage = 4096;

// 100 MB of which the first page says `start` again and again, and the rest may not be read.
class UnreadableText {
public:
    explicit UnreadableText(std::string_view start = {})
        : memory_(mmap(nullptr, kHuge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))
    {
        if (memory_ == MAP_FAILED) throw std::bad_alloc{};
        if (start.empty()) return;
        if (mprotect(memory_, kPage, PROT_READ | PROT_WRITE) != 0) throw std::bad_alloc{};
        for (std::size_t at = 0; at + start.size() <= kPage; at += start.size())
            std::memcpy(static_cast<char*>(memory_) + at, start.data(), start.size());
    }
    ~UnreadableText() { munmap(memory_, kHuge); }
    UnreadableText(UnreadableText const&)            = delete;
    UnreadableText& operator=(UnreadableText const&) = delete;

    [[nodiscard]] std::string_view text() const { return {static_cast<char const*>(memory_), kHuge}; }

private:
    void* memory_;
};

// Runs `work` on a stack of so many bytes. Sanitizers make frames several times
// larger; the shipped program does the same on 64 KiB, in tests/api.
void on_small_stack(std::function<void()> const& work)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr std::size_t kStack = 256UL * 1024;
#else
    constexpr std::size_t kStack = 64UL * 1024;
#endif
    pthread_attr_t attributes;
    ASSERT_EQ(pthread_attr_init(&attributes), 0);
    ASSERT_EQ(pthread_attr_setstacksize(&attributes, kStack), 0);
    pthread_t  thread{};
    auto const run = [](void* argument) -> void* {
        (*static_cast<std::function<void()> const*>(argument))();
        return nullptr;
    };
    ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&work)), 0);
    ASSERT_EQ(pthread_join(thread, nullptr), 0);
    pthread_attr_destroy(&attributes);
}

template <class Call>
std::string cheaply(Call const& call, std::size_t most_bytes = 16UL * 1024)
{
    AllocationCount const count;
    auto const            answer = outcome(call());
    EXPECT_LE(count.bytes(), most_bytes);
    return answer;
}

TEST(HugeInput, IsRefusedForItsSizeBeforeAByteIsRead)
{
    UnreadableText const unreadable;
    auto const           text       = unreadable.text();
    auto const&          key        = signing_key(Algorithm::es256);
    auto const           keys       = set_of(key);
    auto const&          recipient  = decryption_key({.algorithm = KeyManagement::a128kw});
    auto const           p          = policy();
    auto const           jwe        = jwe_policy(KeyManagement::a128kw);
    auto const           parse_pem  = [&] { return VerificationKey::parse_pem(text, Algorithm::es256); };
    auto const           parse_der  = [&] { return VerificationKey::parse_der(text, Algorithm::es256); };
    auto const           secret_pem = [&] { return SigningKey::parse_pem(text, Algorithm::es256); };
    auto const           secret_der = [&] { return SigningKey::parse_der(text, Algorithm::es256); };
    auto const           nested     = [&] { return decrypt_and_verify(text, recipient, jwe, keys, p, kNow); };
    on_small_stack([&] {
        EXPECT_EQ(cheaply([&] { return verify(text, keys, p, kNow); }), "token_too_large");
        EXPECT_EQ(cheaply([&] { return verify_payload(text, keys); }), "token_too_large");
        EXPECT_EQ(cheaply([&] { return verify_detached(text, "x", keys); }), "token_too_large");
        EXPECT_EQ(cheaply([&] { return verify_detached_unencoded(text, "x", keys); }), "token_too_large");
        EXPECT_EQ(cheaply([&] { return UnverifiedToken::parse(text); }), "token_too_large");
        EXPECT_EQ(cheaply([&] { return decrypt(text, recipient, jwe); }), "token_too_large");
        EXPECT_EQ(cheaply(nested), "token_too_large");
        EXPECT_EQ(cheaply([&] { return KeySet::parse(text); }), "malformed_key");
        EXPECT_EQ(cheaply([&] { return VerificationKey::parse_jwk(text); }), "malformed_key");
        EXPECT_EQ(cheaply([&] { return SigningKey::parse_jwk(text); }), "malformed_key");
        EXPECT_EQ(cheaply([&] { return EncryptionKey::parse_jwk(text); }), "malformed_key");
        EXPECT_EQ(cheaply([&] { return DecryptionKey::parse_jwk(text); }), "malformed_key");
        EXPECT_EQ(cheaply(parse_pem), "malformed_key");
        EXPECT_EQ(cheaply(parse_der), "malformed_key");
        EXPECT_EQ(cheaply(secret_pem), "malformed_key");
        EXPECT_EQ(cheaply(secret_der), "malformed_key");
    });
}

TEST(HugeInput, IsNotEncrypted)
{
    constexpr std::size_t kMost = std::size_t{1} << 30;
    void* const memory = mmap(nullptr, kMost + kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    std::string_view const text{static_cast<char const*>(memory), kMost + 1};
    auto const             key = direct_key().encryption_key();
    EXPECT_EQ(cheaply([&] { return encrypt(text, key, ContentEncryption::a128gcm); }), "token_too_large");
    munmap(memory, kMost + kPage);
}

// Dots are counted as far as needed, and no further, by those who raised the limit.
TEST(HugeInput, OfDotsIsRefusedAtTheFirstOnes)
{
    auto const& key       = signing_key(Algorithm::es256);
    auto const  keys      = set_of(key);
    auto const& recipient = decryption_key({.algorithm = KeyManagement::a128kw});
    auto        e         = expectations();
    e.max_token_bytes     = 2 * kHuge;
    auto const p          = policy(e);
    auto const jwe        = must(JwePolicy::create({.algorithm       = KeyManagement::a128kw,
                                                    .encryptions     = {ContentEncryption::a128gcm},
                                                    .max_token_bytes = 2 * kHuge}));
    for (auto const* start : {".", "a.", "..a", "e30."}) {
        UnreadableText const dots{start};
        auto const           text = dots.text();
        on_small_stack([&] {
            EXPECT_EQ(cheaply([&] { return verify(text, keys, p, kNow); }), "malformed_token");
            EXPECT_EQ(cheaply([&] { return verify_payload(text, keys, 2 * kHuge); }), "malformed_token");
            EXPECT_EQ(cheaply([&] { return verify_detached(text, "x", keys, 2 * kHuge); }), "malformed_token");
            EXPECT_EQ(cheaply([&] { return UnverifiedToken::parse(text, 2 * kHuge); }), "malformed_token");
            EXPECT_EQ(cheaply([&] { return decrypt(text, recipient, jwe); }), "malformed_token");
        });
    }
}

std::string nested_in(std::string_view open, std::string_view close)
{
    std::string out = R"("x":)";
    for (int i = 0; i < 100'000; ++i) out += open;
    out += "1";
    for (int i = 0; i < 100'000; ++i) out += close;
    return out;
}

// A header and rightly signed claims, 100,000 deep, for those who raised the limit.
TEST(HugeInput, OfDepthIsRefusedWithoutRecursion)
{
    constexpr std::size_t kLimit = 8UL * 1024 * 1024;

    auto const& key   = signing_key(Algorithm::hs256);
    auto const  keys  = set_of(key);
    auto        e     = expectations();
    e.max_token_bytes = kLimit;
    auto const p      = policy(e);
    for (auto const& deep : {nested_in("[", "]"), nested_in(R"({"a":)", "}")}) {
        auto const header = craft(key, header_of(key, "," + deep), claims_with());
        auto const claims = craft(key, header_of(key), claims_with("," + deep));
        auto const sealed = craft_jwe(R"({"alg":"dir","enc":"A128GCM",)" + deep + "}", "text");
        auto const jwk    = R"({"kty":"oct",)" + deep.substr(0, 30'000) + "}";
        auto const opener = direct_key();
        auto const jwe    = must(JwePolicy::create(
            {.algorithm = KeyManagement::dir, .encryptions = {ContentEncryption::a128gcm}, .max_token_bytes = kLimit}));
        on_small_stack([&] {
            // json.hpp: about 30 bytes of memory per byte of text.
            auto const most = 40 * header.size();
            EXPECT_EQ(cheaply([&] { return verify(header, keys, p, kNow); }, most), "malformed_header");
            EXPECT_EQ(cheaply([&] { return verify(claims, keys, p, kNow); }, most), "malformed_claims");
            EXPECT_EQ(cheaply([&] { return verify_payload(header, keys, kLimit); }, most), "malformed_header");
            EXPECT_EQ(cheaply([&] { return UnverifiedToken::parse(claims, kLimit); }, most), "malformed_claims");
            EXPECT_EQ(cheaply([&] { return decrypt(sealed, opener, jwe); }, most), "malformed_header");
            EXPECT_EQ(cheaply([&] { return VerificationKey::parse_jwk(jwk); }, most), "malformed_key");
            // Without the raised limit the same texts cost next to nothing.
            EXPECT_EQ(cheaply([&] { return verify(header, keys, policy(), kNow); }), "token_too_large");
        });
    }
}

}  // namespace
}  // namespace jose
