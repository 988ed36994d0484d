#include "jose/token_cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

namespace jose {
namespace {

using namespace std::chrono_literals;

Time const kNow{1'800'000'000s};

std::string token(int number)
{
    return "header.payload.signature-" + std::to_string(1'000'000 + number);
}

TokenCacheTerms terms(std::uint64_t keys = 1)
{
    return {.keys = keys, .verified_at = kNow, .usable_until = kNow + 10min};
}

TEST(TokenCache, FindsWhatWasKeptForTheSameText)
{
    TokenCache<int> const cache{64};
    EXPECT_EQ(cache.find(token(1), 1, kNow), nullptr);
    cache.keep(token(1), terms(), std::make_shared<int>(7));
    ASSERT_NE(cache.find(token(1), 1, kNow), nullptr);
    EXPECT_EQ(*cache.find(token(1), 1, kNow), 7);
}

// CHECKS A26: a comparison that ends at the first difference would be thousands of
// times as fast for the one text as for the other.
TEST(TokenCache, ComparesEveryByteWhateverTheFirstOnesAre)
{
    std::string const kept(1 << 20, 'x');
    auto              guess = kept;
    guess.front()           = 'y';
    auto const time         = [&](std::string const& text, bool expected) {
        auto best = std::chrono::steady_clock::duration::max();
        for (int i = 0; i < 5; ++i) {
            auto const start = std::chrono::steady_clock::now();
            EXPECT_EQ(detail::is_same_text(kept, text), expected);
            best = std::min(best, std::chrono::steady_clock::now() - start);
        }
        return best;
    };
    auto const whole = time(std::string{kept}, true);
    EXPECT_GT(time(guess, false) * 10, whole);
    EXPECT_FALSE(detail::is_same_text(kept, "x"));
    EXPECT_TRUE(detail::is_same_text("", ""));
}

// CHECKS A38, A5 27: the key is the whole text; a second token with the same end is another.
TEST(TokenCache, TellsTokensApartByEveryByte)
{
    TokenCache<int> const cache{64};
    cache.keep(token(1), terms(), std::make_shared<int>(7));
    auto text = token(1);
    for (auto& letter : text) {
        letter ^= 1;
        EXPECT_EQ(cache.find(text, 1, kNow), nullptr) << text;
        letter ^= 1;
    }
    EXPECT_EQ(cache.find(token(1) + "x", 1, kNow), nullptr);
    EXPECT_EQ(cache.find(std::string_view{text}.substr(1), 1, kNow), nullptr);
    EXPECT_NE(cache.find(text, 1, kNow), nullptr);
}

TEST(TokenCache, AsksTheTimeEachTime)
{
    TokenCache<int> const cache{64};
    cache.keep(token(1), terms(), std::make_shared<int>(7));
    EXPECT_NE(cache.find(token(1), 1, kNow + 10min - 1ms), nullptr);
    EXPECT_EQ(cache.find(token(1), 1, kNow + 10min), nullptr);
    // A clock set back makes "nbf" and "iat" count again.
    EXPECT_EQ(cache.find(token(1), 1, kNow - 1ms), nullptr);
}

TEST(TokenCache, DropsEverythingWhenTheKeysChange)
{
    TokenCache<int> const cache{64};
    cache.keep(token(1), terms(1), std::make_shared<int>(7));
    EXPECT_EQ(cache.find(token(1), 2, kNow), nullptr);
    cache.keep(token(1), terms(2), std::make_shared<int>(8));
    EXPECT_EQ(*cache.find(token(1), 2, kNow), 8);
    EXPECT_EQ(cache.find(token(1), 1, kNow), nullptr);
}

TEST(TokenCache, HoldsNoMoreThanItsEntries)
{
    constexpr int         kMany = 10'000;
    TokenCache<int> const cache{64};
    auto const            value = std::make_shared<int>(7);
    for (int i = 0; i < kMany; ++i) cache.keep(token(i), terms(), value);
    EXPECT_LE(value.use_count(), 1 + 64);
    EXPECT_GT(value.use_count(), 32);
    EXPECT_NE(cache.find(token(kMany - 1), 1, kNow), nullptr);
}

TEST(TokenCache, MakesRoomWhereATokenEndsFirst)
{
    TokenCache<int> const cache{4};
    for (int i = 0; i < 4; ++i)
        cache.keep(token(i), {.keys = 1, .verified_at = kNow, .usable_until = kNow + std::chrono::minutes{4 - i}},
                   std::make_shared<int>(i));
    cache.keep(token(4), terms(), std::make_shared<int>(4));
    for (int i : {0, 1, 2, 4}) EXPECT_NE(cache.find(token(i), 1, kNow), nullptr) << i;
    EXPECT_EQ(cache.find(token(3), 1, kNow), nullptr);
}

TEST(TokenCache, KeepsNothingWhenOffOrForTextsOfUnusualSize)
{
    TokenCache<int> const off{0};
    off.keep(token(1), terms(), std::make_shared<int>(7));
    EXPECT_EQ(off.find(token(1), 1, kNow), nullptr);

    TokenCache<int> const cache{64};
    for (auto const& text : {std::string{"a.b.c"}, std::string(2049, 'x'), std::string{}}) {
        cache.keep(text, terms(), std::make_shared<int>(7));
        EXPECT_EQ(cache.find(text, 1, kNow), nullptr);
    }
}

TEST(TokenCache, GivesTheRightValueToEachOfManyThreads)
{
    TokenCache<int> const    cache{256};
    std::atomic<int>         wrong = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 64; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 2'000; ++i) {
                int const  number = (t + i) % 100;
                auto const found  = cache.find(token(number), 1, kNow);
                if (found && *found != number) ++wrong;
                if (!found) cache.keep(token(number), terms(), std::make_shared<int>(number));
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace jose
