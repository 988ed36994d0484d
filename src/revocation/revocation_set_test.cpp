#include "revocation/revocation_set.hpp"

#include <gtest/gtest.h>

#include <string>

namespace signet::revocation {
namespace {

using namespace std::chrono_literals;

TimePoint const kNow{1'764'200'000s};

Entry entry(Kind kind, std::string subject, TimePoint not_before = kNow, TimePoint until = kNow + 20min)
{
    return {.kind = kind, .subject = std::move(subject), .not_before = not_before, .until = until};
}

// A token of `issued_at`, to the millisecond.
TokenKeys token(TimePoint issued_at = kNow)
{
    auto keys = TokenKeys::of(
        {.session_id = "s", .token_id = "t", .user_id = "u", .client_id = "c", .key_id = "k", .issued_at = issued_at});
    keys.issued_at = unix_milliseconds(issued_at);
    return keys;
}

TEST(RevocationSet, FindsNothingWhereNothingIsRevoked)
{
    RevocationSet set;
    EXPECT_EQ(set.find(token()), std::nullopt);
    EXPECT_EQ(set.find(TokenKeys{}), std::nullopt);
    EXPECT_EQ(set.size(), 0U);
}

TEST(RevocationSet, RefusesByNameWheneverTheTokenWasIssued)
{
    for (auto const& [kind, subject] : {std::pair{Kind::session, "s"}, {Kind::token, "t"}, {Kind::key, "k"}}) {
        RevocationSet set;
        set.add(entry(kind, "x"));
        EXPECT_EQ(set.find(token()), std::nullopt);
        set.add(entry(kind, subject));
        for (auto const issued : {kNow - 1h, kNow, kNow + 1h}) EXPECT_EQ(set.find(token(issued)), kind);
    }
}

// CHECKS F 3: to the millisecond, and what was issued in that very one is refused.
TEST(RevocationSet, RefusesByTimeWhatWasIssuedNoLater)
{
    for (auto const& [kind, subject] : {std::pair{Kind::user, "u"}, {Kind::client, "c"}, {Kind::everything, "*"}}) {
        RevocationSet set;
        set.add(entry(kind, subject));
        EXPECT_EQ(set.find(token(kNow - 1ms)), kind);
        EXPECT_EQ(set.find(token(kNow)), kind);
        EXPECT_EQ(set.find(token(kNow + 1ms)), std::nullopt);
    }
}

TEST(RevocationSet, TakesNoSubjectForOneOfAnotherKind)
{
    RevocationSet set;
    for (auto const kind : {Kind::session, Kind::token, Kind::user, Kind::client, Kind::key})
        for (auto const* subject : {"s", "t", "u", "c", "k"})
            if (name(kind).front() != *subject) set.add(entry(kind, subject));
    EXPECT_EQ(set.find(token()), std::nullopt);
}

TEST(RevocationSet, IsNeverWeakenedByWhatComesLater)
{
    for (auto const& [kind, subject] : {std::pair{Kind::user, "u"}, {Kind::client, "c"}, {Kind::everything, "*"}}) {
        RevocationSet set;
        set.add(entry(kind, subject, kNow, kNow + 20min));
        set.add(entry(kind, subject, kNow - 5min, kNow + 5min));
        EXPECT_EQ(set.find(token(kNow)), kind) << "the later not-before";
        set.forget(kNow + 19min);
        EXPECT_EQ(set.find(token(kNow)), kind) << "the later until";
        EXPECT_EQ(set.size(), 1U);
    }
}

TEST(RevocationSet, ForgetsAnEntryAfterItsUntilAndNoSooner)
{
    for (auto const& [kind, subject] : {std::pair{Kind::session, "s"}, {Kind::user, "u"}, {Kind::everything, "*"}}) {
        RevocationSet set;
        set.add(entry(kind, subject, kNow, kNow + 999ms));
        for (auto const before : {kNow - 1h, kNow, kNow + 998ms, kNow + 999ms, kNow + 1s}) {
            set.forget(before);
            EXPECT_EQ(set.find(token()), kind);
        }
        set.forget(kNow + 2s);
        EXPECT_EQ(set.find(token()), std::nullopt);
        EXPECT_EQ(set.size(), 0U);
    }
}

TEST(RevocationSet, ForgetsNoKey)
{
    RevocationSet set;
    set.add(entry(Kind::key, "k", kNow, kNow + 1s));
    set.forget(kNow + 24h);
    EXPECT_EQ(set.find(token()), Kind::key);
    EXPECT_TRUE(set.has_key("k"));
    EXPECT_FALSE(set.has_key("s"));
    set.add(entry(Kind::everything, "*"));
    EXPECT_FALSE(set.has_key("other")) << "of itself";
}

TEST(RevocationSet, KeepsWhatEndsAfterAnyTimeThatItCanTell)
{
    RevocationSet set;
    set.add(entry(Kind::session, "s", kNow, from_unix_milliseconds(99'999'999'999'999)));
    set.forget(from_unix_milliseconds(99'999'999'999'999));
    EXPECT_EQ(set.find(token()), Kind::session);
}

TEST(RevocationSet, CountsAVersionForEachEntryThatRefusesMore)
{
    RevocationSet set;
    auto          before = set.version();
    auto const    grows  = [&](Entry const& added) {
        set.add(added);
        return std::exchange(before, set.version()) < set.version();
    };
    EXPECT_GT(before, 0U);
    for (auto const kind : {Kind::session, Kind::token, Kind::user, Kind::client, Kind::key})
        EXPECT_TRUE(grows(entry(kind, "x"))) << name(kind);
    EXPECT_TRUE(grows(entry(Kind::everything, "*")));
    EXPECT_FALSE(grows(entry(Kind::session, "x"))) << "again";
    EXPECT_FALSE(grows(entry(Kind::session, "x", kNow + 1s, kNow + 1h))) << "longer, and no more of it";
    EXPECT_TRUE(grows(entry(Kind::user, "x", kNow + 1ms)));
    EXPECT_TRUE(grows(entry(Kind::everything, "*", kNow + 1ms)));
    EXPECT_FALSE(grows(entry(Kind::everything, "*", kNow)));
    set.forget(kNow + 2h);
    EXPECT_EQ(set.version(), before);
}

TEST(RevocationSet, RefusesAnEntryThatConcernsNobody)
{
    RevocationSet set;
    EXPECT_THROW(set.add(entry(Kind::session, "")), std::invalid_argument);
    EXPECT_EQ(set.size(), 0U);
}

// DESIGN 12; and CHECKS F 11, of which `./dev test --soak` makes a thousand million.
TEST(RevocationSet, HoldsAMillionSessionsInThirtyTwoMegabytesAndRefusesNobodyElse)
{
    constexpr int kMillion = 1'000'000;
    constexpr int kOthers  = 100'000;
    RevocationSet set;
    std::size_t   most = 0;
    for (int i = 0; i < kMillion; ++i) {
        set.add(entry(Kind::session, "session-" + std::to_string(i)));
        most = std::max(most, set.bytes());
    }
    EXPECT_EQ(set.size(), 1'000'000U);
    EXPECT_LE(most, 32UL * 1000 * 1000);
    for (int i = 0; i < kMillion; i += 997) {
        auto const id = "session-" + std::to_string(i);
        EXPECT_EQ(set.find({.session = hash_subject(Kind::session, id)}), Kind::session);
        EXPECT_EQ(set.find({.session = hash_subject(Kind::session, id + "x")}), std::nullopt);
    }
    int refused = 0;
    for (int i = kMillion; i < kMillion + kOthers; ++i) {
        auto const id = "session-" + std::to_string(i);
        refused += set.find(TokenKeys::of({.session_id = id,
                                           .token_id   = id,
                                           .user_id    = id,
                                           .client_id  = "signet",
                                           .key_id     = "k1",
                                           .issued_at  = kNow}))
                       ? 1
                       : 0;
    }
    EXPECT_EQ(refused, 0);
    set.forget(kNow + 1h);
    EXPECT_EQ(set.size(), 0U);
    EXPECT_LT(set.bytes(), 64UL * 1024);
}

}  // namespace
}  // namespace signet::revocation
