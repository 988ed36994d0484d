// One writes, several read, and every table is replaced many times meanwhile (CHECKS A44; for ThreadSanitizer).
#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "revocation/revocation_set.hpp"

namespace signet::revocation {
namespace {

using namespace std::chrono_literals;

TimePoint const kNow{1'764'200'000s};

constexpr std::uint32_t kLasting = 5'000;  // entries that stay
constexpr std::uint32_t kBrief   = 8;      // for each of them, so many that are forgotten
constexpr std::uint32_t kRound   = 500;    // so often

TokenKeys keys_of(std::string const& session, std::string const& user)
{
    return TokenKeys::of(
        {.session_id = session, .token_id = "t", .user_id = user, .client_id = "c", .issued_at = kNow});
}

class RevocationThreads : public ::testing::Test {
protected:
    RevocationThreads()
    {
        for (std::uint32_t i = 0; i < kLasting; ++i) {
            auto const number = std::to_string(i);
            sessions.push_back(keys_of("lasting-" + number, "nobody"));
            users.push_back(keys_of("none-" + number, "lasting-" + number));
            innocent.push_back(keys_of("innocent-" + number, "innocent-" + number));
        }
    }

    void add(Kind kind, std::string subject, TimePoint until)
    {
        set.add({.kind = kind, .subject = std::move(subject), .not_before = kNow, .until = until});
    }

    void write()
    {
        for (std::uint32_t i = 0; i < kLasting; ++i) {
            auto const number = std::to_string(i);
            add(Kind::session, "lasting-" + number, kNow + 1h);
            add(Kind::user, "lasting-" + number, kNow + 1h);
            added.store(i + 1, std::memory_order_release);
            for (std::uint32_t j = 0; j < kBrief; ++j)
                add(j % 2 == 0 ? Kind::session : Kind::user, "brief-" + number + "-" + std::to_string(j), kNow);
            if (i % kRound == 0) set.forget(kNow + 1min);
        }
    }

    // Each version stands for one entry more; the first of ten is a session that stays, the second a user.
    void read(unsigned seed)
    {
        std::minstd_rand dice{seed};
        while (added.load(std::memory_order_relaxed) < kLasting) {
            auto const version = set.version();
            auto const by_then = static_cast<std::uint32_t>(version - 1 + kBrief + 1) / (kBrief + 2);
            auto const there   = added.load(std::memory_order_acquire);
            EXPECT_EQ(set.find(innocent[dice() % kLasting]), std::nullopt);
            if (by_then == 0 || there == 0) continue;
            EXPECT_EQ(set.find(sessions[by_then - 1]), Kind::session) << "the last one of this version";
            EXPECT_EQ(set.find(users[there - 1]), Kind::user) << "the last one whose add() is known to have returned";
            EXPECT_EQ(set.find(sessions[dice() % there]), Kind::session);
            EXPECT_EQ(set.find(users[dice() % there]), Kind::user);
            reads.fetch_add(1, std::memory_order_relaxed);
        }
    }

    RevocationSet              set;
    std::vector<TokenKeys>     sessions;
    std::vector<TokenKeys>     users;
    std::vector<TokenKeys>     innocent;
    std::atomic<std::uint32_t> added{0};
    std::atomic<std::uint64_t> reads{0};
};

TEST_F(RevocationThreads, FindEveryEntryOnceItWasAddedAndNoOther)
{
    std::vector<std::jthread> readers;
    for (unsigned seed = 1; seed <= 3; ++seed) readers.emplace_back([this, seed] { read(seed); });
    write();
    readers.clear();
    EXPECT_GT(reads.load(), 1000U);
    set.forget(kNow + 1min);
    EXPECT_EQ(set.size(), 2 * kLasting);
}

// Whoever adds waits for a part of what is forgotten or copied, never for all.
TEST_F(RevocationThreads, MayWriteFromSeveral)
{
    std::vector<std::jthread> writers;
    for (int writer = 0; writer < 3; ++writer)
        writers.emplace_back([this, writer] {
            for (int i = 0; i < 5000; ++i) {
                auto const subject = std::to_string(writer) + "-" + std::to_string(i);
                add(Kind::session, subject, kNow + 1h);
                EXPECT_EQ(set.find(keys_of(subject, "nobody")), Kind::session);
                if (i % kRound == 0) set.forget(kNow);
            }
        });
    writers.clear();
    EXPECT_EQ(set.size(), 15'000U);
    EXPECT_EQ(set.version(), 15'001U);
}

}  // namespace
}  // namespace signet::revocation
