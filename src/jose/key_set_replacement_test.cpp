#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "jose/jws.hpp"
#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using namespace test;

TEST(SharedKeySet, GivesTheSetInForce)
{
    SharedKeySet shared;
    EXPECT_EQ(shared.current().size(), 0u);
    auto const& key = signing_key(Algorithm::ed25519);
    shared.replace(set_of(key));
    auto const held = shared.current();
    EXPECT_EQ(held.size(), 1u);
    EXPECT_EQ(outcome(verify_payload(*sign_payload("x", key), shared.current())), "accepted");

    // CHECKS A40: what vanished is gone at once, and what is held stays whole.
    shared.replace(KeySet{});
    EXPECT_EQ(outcome(verify_payload(*sign_payload("x", key), shared.current())), "unknown_key");
    EXPECT_EQ(outcome(verify_payload(*sign_payload("x", key), held)), "accepted");
}

TEST(SharedKeySet, NeverConfusesTwoSets)
{
    auto const&                                own = signing_key(Algorithm::ed25519);
    std::vector<std::unique_ptr<SharedKeySet>> sets;
    for (int i = 0; i < 40; ++i) sets.push_back(std::make_unique<SharedKeySet>(i % 3 == 0 ? set_of(own) : KeySet{}));
    for (int round = 0; round < 3; ++round)
        for (std::size_t i = 0; i < sets.size(); ++i) EXPECT_EQ(sets[i]->current().size(), i % 3 == 0 ? 1u : 0u) << i;
    // A new one in the place of an old one.
    for (int i = 0; i < 40; ++i) {
        SharedKeySet const short_lived{i % 2 == 0 ? set_of(own) : KeySet{}};
        EXPECT_EQ(short_lived.current().size(), i % 2 == 0 ? 1u : 0u);
    }
}

TEST(SharedKeySet, OutlivesNoReaderOfASet)
{
    auto shared = std::make_unique<SharedKeySet>(set_of(signing_key(Algorithm::es256)));
    auto held   = shared->current();
    shared.reset();
    EXPECT_EQ(outcome(verify_payload(*sign_payload("x", signing_key(Algorithm::es256)), held)), "accepted");
}

// CHECKS A44: 64 threads verify while the sets change. A key that is in every set
// verifies always; one that is in every second one gives one of two answers; one
// that was in the first set and was withdrawn before a thread began never verifies.
TEST(SharedKeySet, Serves64ThreadsWhileSetsChange)
{
    auto const   always    = SigningKey::generate(Algorithm::ed25519, "always");
    auto const   sometimes = SigningKey::generate(Algorithm::es256, "sometimes");
    auto const   withdrawn = SigningKey::generate(Algorithm::eddsa, "withdrawn");
    auto const   one       = KeySet::from({always->verification_key()});
    auto const   both      = KeySet::from({always->verification_key(), sometimes->verification_key()});
    auto const   a         = *sign_payload("a", *always);
    auto const   s         = *sign_payload("s", *sometimes);
    auto const   w         = *sign_payload("w", *withdrawn);
    SharedKeySet shared{*KeySet::from({always->verification_key(), withdrawn->verification_key()})};
    ASSERT_EQ(outcome(verify_payload(w, shared.current())), "accepted");
    shared.replace(*one);

    constexpr int            kLeastReplaced = 100;
    std::atomic<int>         wrong{0};
    std::atomic<int>         replaced{0};
    std::atomic<int>         met_with{0};
    std::atomic<int>         met_without{0};
    std::atomic<bool>        stop{false};
    std::vector<std::thread> readers;
    for (int i = 0; i < 64; ++i)
        readers.emplace_back([&] {
            // Until the sets have changed often enough under these very readers.
            for (int round = 0; round < 20 || replaced < kLeastReplaced; ++round) {
                if (!verify_payload(a, shared.current())) ++wrong;
                auto const maybe = outcome(verify_payload(s, shared.current()));
                if (maybe == "accepted")
                    ++met_with;
                else if (maybe == "unknown_key")
                    ++met_without;
                else
                    ++wrong;
                if (outcome(verify_payload(w, shared.current())) != "unknown_key") ++wrong;
            }
        });
    std::thread writer([&] {
        for (bool with = true; !stop; with = !with) {
            shared.replace(with ? *both : *one);
            ++replaced;
            std::this_thread::yield();
        }
    });
    for (auto& reader : readers) reader.join();
    stop = true;
    writer.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_GE(replaced, kLeastReplaced);
    EXPECT_GT(met_with, 0);
    EXPECT_GT(met_without, 0);
}

}  // namespace
}  // namespace jose
