#include "revocation/token_keys.hpp"

#include <gtest/gtest.h>

#include <string>

namespace signet::revocation {
namespace {

// Of 2025-11-26, and its milliseconds end in 123.
constexpr std::string_view kId = "019ac276-e07b-7d3f-9c55-0a1f6f1d2b3c";
constexpr std::int64_t     kMs = 0x019a'c276'e07b;

bool same(SubjectHash a, SubjectHash b)
{
    return a.high == b.high && a.low == b.low;
}

std::int64_t issued(std::string_view token_id, std::int64_t iat_ms)
{
    return unix_milliseconds(issue_time(token_id, from_unix_milliseconds(iat_ms)));
}

TEST(IssueTime, IsTheMillisecondsOfTheIdentifierWhereTheyLieInTheSecondOfIat)
{
    constexpr auto second = kMs / 1000 * 1000;
    EXPECT_EQ(issued(kId, second), kMs);
    EXPECT_EQ(issued(kId, second + 999), kMs) << "an iat with a fraction names the same second";
    EXPECT_EQ(issued(kId, second + 1000), second + 1000);
    EXPECT_EQ(issued(kId, second - 1000), second - 1000);
}

TEST(IssueTime, IsTheBeginningOfTheSecondForEveryOtherIdentifier)
{
    constexpr auto second = kMs / 1000 * 1000;
    for (auto const* id : {"", "t1", "019ac276-e07b-4d3f-9c55-0a1f6f1d2b3c", "019ac276-e07b-7d3f-cc55-0a1f6f1d2b3c",
                           "019ac276-e07b-7d3f-9c55-0a1f6f1d2b3", "019ac276-e07b-7d3f-9c55-0a1f6f1d2b3c0"})
        EXPECT_EQ(issued(id, second + 500), second) << id;
}

TEST(SubjectHash, IsTheSameForTheSameSubjectOfTheSameKindAlone)
{
    EXPECT_TRUE(same(hash_subject(Kind::session, "x"), hash_subject(Kind::session, "x")));
    EXPECT_FALSE(same(hash_subject(Kind::session, "x"), hash_subject(Kind::session, "y")));
    EXPECT_FALSE(same(hash_subject(Kind::session, "x"), hash_subject(Kind::token, "x")));
    EXPECT_FALSE(same(hash_subject(Kind::user, "x"), hash_subject(Kind::client, "x")));
}

TEST(SubjectHash, IsNoneWhereNoEntryCanHaveTheSubject)
{
    EXPECT_EQ(hash_subject(Kind::session, "").high, 0U);
    EXPECT_EQ(hash_subject(Kind::user, std::string(kLongestSubject + 1, 'x')).high, 0U);
    EXPECT_GT(hash_subject(Kind::user, std::string(kLongestSubject, 'x')).high, 1U);
}

TEST(TokenKeys, HoldAHashForEachNameThatATokenHas)
{
    auto const keys = TokenKeys::of({.token_id  = kId,
                                     .user_id   = "ann",
                                     .client_id = "signet",
                                     .key_id    = "k1",
                                     .issued_at = from_unix_milliseconds(kMs / 1000 * 1000)});
    EXPECT_EQ(keys.session.high, 0U);
    EXPECT_TRUE(same(keys.token, hash_subject(Kind::token, kId)));
    EXPECT_TRUE(same(keys.user, hash_subject(Kind::user, "ann")));
    EXPECT_TRUE(same(keys.client, hash_subject(Kind::client, "signet")));
    EXPECT_TRUE(same(keys.key, hash_subject(Kind::key, "k1")));
    EXPECT_EQ(keys.issued_at, kMs);
}

}  // namespace
}  // namespace signet::revocation
