#include "verifier/principal.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace signet {
namespace {

Principal principal(PrincipalAccess::Facts facts)
{
    return PrincipalAccess::make(std::make_shared<PrincipalAccess::Facts const>(std::move(facts)),
                                 PrincipalAccess::Seen::now);
}

std::string written(PrincipalAccess::Facts facts)
{
    std::ostringstream out;
    out << principal(std::move(facts));
    return out.str();
}

TEST(Principal, IsALineOfWhoAndByWhat)
{
    PrincipalAccess::Facts facts{};
    facts.user_id    = "ann";
    facts.session_id = "s1";
    facts.email      = "ann@example.com";
    facts.name       = "Ann";
    facts.client_id  = "signet";
    facts.token_id   = "t1";
    EXPECT_EQ(written(facts), R"(user="ann" session="s1" client="signet" token="t1")") << "and no more than that";
    EXPECT_EQ(principal(facts).to_string(), written(facts));
    facts.session_id.clear();
    EXPECT_EQ(written(facts), R"(user="ann" client="signet" token="t1")");
}

TEST(Principal, CannotWriteAnythingElseIntoALog)
{
    PrincipalAccess::Facts facts{};
    facts.user_id = "ann\r\n\x1B[31m\" session=\"root\\\x7F\xC3\xBC";
    EXPECT_EQ(written(facts), R"(user="ann\x0d\x0a\x1b[31m\x22 session=\x22root\x5c\x7f\xc3\xbc")");
}

using revocation::Kind;
using revocation::RevocationSet;
using revocation::TokenKeys;

revocation::Entry session(std::string subject)
{
    return {.kind = Kind::session, .subject = std::move(subject), .not_before = {}, .until = {}};
}

TEST(LastLook, IsHadAgainWhenMoreIsRevokedAndOnlyThen)
{
    RevocationSet set;
    auto const    keys  = TokenKeys::of({.session_id = "s1", .issued_at = {}});
    auto const    other = TokenKeys::of({.session_id = "s2", .issued_at = {}});
    set.add(session("s2"));
    LastLook const look;
    EXPECT_EQ(look.at(set, keys), std::nullopt);
    EXPECT_EQ(look.at(set, other), std::nullopt) << "what was found at this version is remembered";
    set.add(session("s3"));
    EXPECT_EQ(look.at(set, other), Kind::session);
    EXPECT_EQ(look.at(set, keys), Kind::session) << "likewise";
    LastLook const copy{look};  // NOLINT(performance-unnecessary-copy-initialization): it is what is tested
    EXPECT_EQ(copy.at(set, keys), std::nullopt) << "a copy looks for itself";
}

TEST(LastLook, RemembersEveryKind)
{
    for (auto const kind : {Kind::session, Kind::token, Kind::user, Kind::client, Kind::key, Kind::everything}) {
        RevocationSet set;
        set.add({.kind = kind, .subject = kind == Kind::everything ? "*" : "x", .not_before = {}, .until = {}});
        auto const keys = TokenKeys::of(
            {.session_id = "x", .token_id = "x", .user_id = "x", .client_id = "x", .key_id = "x", .issued_at = {}});
        LastLook const look;
        EXPECT_EQ(look.at(set, keys), kind);
        EXPECT_EQ(look.at(set, TokenKeys{}), kind);
    }
}

}  // namespace
}  // namespace signet
