#include "revocation/entry.hpp"

#include <gmock/gmock.h>

#include "jose/base64url.hpp"

namespace signet::revocation {
namespace {

using testing::Eq;

constexpr std::string_view kLine = "1042 session 0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3c 1764200000123 1764201260123";

TEST(RevocationEntry, IsALineAndBack)
{
    auto const entry = parse_line(kLine);
    ASSERT_TRUE(entry);
    EXPECT_EQ(entry->sequence, 1042U);
    EXPECT_EQ(entry->kind, Kind::session);
    EXPECT_EQ(entry->subject, "0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3c");
    EXPECT_EQ(unix_milliseconds(entry->not_before), 1'764'200'000'123);
    EXPECT_EQ(unix_milliseconds(entry->until), 1'764'201'260'123);
    EXPECT_EQ(format_line(*entry), kLine);
}

TEST(RevocationEntry, EveryKindHasANameAndIsFoundByIt)
{
    using enum Kind;
    for (auto const kind : {session, token, user, client, key, everything}) {
        EXPECT_EQ(find_kind(name(kind)), kind);
        auto const subject = kind == everything ? "*" : "x";
        auto const line    = "1 " + std::string{name(kind)} + " " + subject + " 2 3";
        auto const entry   = parse_line(line);
        ASSERT_TRUE(entry) << line;
        EXPECT_EQ(format_line(*entry), line);
    }
    EXPECT_FALSE(find_kind("sessions"));
}

TEST(RevocationEntry, HasOneTextAlone)
{
    for (auto const* line : {
             "",
             "1042",
             "1042 session x 1",
             "1042 session x 1 2 ",
             "1042 session x 1 2\n",
             " 1042 session x 1 2",
             "1042  session x 1 2",
             "1042\tsession x 1 2",
             "01042 session x 1 2",
             "+1042 session x 1 2",
             "-1 session x 1 2",
             "0 session x 1 2",
             "0x10 session x 1 2",
             "1042 Session x 1 2",
             "1042 sessions x 1 2",
             "1042 session  1 2",
             "1042 session x -1 2",
             "1042 session x 1 2.0",
             "1042 session x 1 100000000000000",
             "99999999999999999999 session x 1 2",
             "1042 session x\"y 1 2",
             "1042 session x\\y 1 2",
             "1042 session \xC3\xBC 1 2",
             "1042 session x\x7F 1 2",
             "1042 everything x 1 2",
             "1042 session * 1 2",
         })
        EXPECT_FALSE(parse_line(line)) << line;
}

TEST(RevocationEntry, TakesSubjectsOfUpTo128Characters)
{
    std::string const longest(kLongestSubject, 'x');
    EXPECT_TRUE(parse_line("1 client " + longest + " 2 3"));
    EXPECT_FALSE(parse_line("1 client " + longest + "x 2 3"));
    EXPECT_FALSE(is_subject(""));
}

TEST(RevocationChain, LinksALineToAllBeforeIt)
{
    // printf '\0…(32)…1 session x 2 3' | sha256sum
    auto const first = link(Hash{}, "1 session x 2 3");
    EXPECT_THAT(jose::base64url::encode(first), Eq("nv0WcTHBnucxu2s3RacFOA3q-Sa12-96ntlXWR93fHg"));
    auto const second = link(first, "2 session y 2 3");
    EXPECT_THAT(jose::base64url::encode(second), Eq("pEN-DUxtKppH3LQdc_U6aySfFcuyjOtcggivjh84dnM"));
    EXPECT_NE(link(link(Hash{}, "1 session z 2 3"), "2 session y 2 3"), second);
}

}  // namespace
}  // namespace signet::revocation
