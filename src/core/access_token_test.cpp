#include "core/access_token.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/json.hpp"
#include "core/testing/world.hpp"
#include "jose/base64url.hpp"
#include "jose/jwt.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;
using testing::World;

struct AccessTokenTest : ::testing::Test {
    World         world;
    User          ann   = world.add_user("Ann@Example.com", {"admin", "editor"});
    SessionGrant  grant = *world.sign_in();
    Authenticator authenticator{world.ports};

    std::string detail(std::string_view token)
    {
        auto const caller = authenticator.authenticate(token);
        if (caller) return "accepted";
        EXPECT_EQ(caller.error().code, Errc::invalid_token);
        return caller.error().detail;
    }
    // A token as ours, but for what `change` does to its claims.
    template <class Change>
    std::string forge(Change change, std::string_view type = "at+jwt")
    {
        auto const   now = world.clock.now();
        jose::Claims claims;
        claims.issuer("https://id.example.com")
            .audience("https://api.example.com")
            .subject(ann.id.text())
            .expires_at(now + 60s)
            .issued_at(now)
            .token_id(Uuid::make(now, world.random).text())
            .set("sid", grant.session.text())
            .set("email", "ann@example.com")
            .set("roles", std::vector<std::string>{});
        change(claims);
        return *jose::sign(claims, *world.keyring.current()->signing, type);
    }
};

// DESIGN 5, CHECKS A35
TEST_F(AccessTokenTest, CarriesTheClaimsOfTheDesign)
{
    auto const token  = jose::UnverifiedToken::parse(grant.access.text);
    auto const header = json::parse_object(token->header_json());
    EXPECT_EQ(header->find("typ")->string(), "at+jwt");
    EXPECT_EQ(header->find("alg")->string(), "ES256");
    EXPECT_EQ(header->find("kid")->string(), world.keyring.current()->signing->kid());

    auto const claims = json::parse_object(token->claims_json());
    ASSERT_TRUE(claims);
    auto const text = [&](std::string_view claim) { return std::string{claims->find(claim)->string().value()}; };
    auto const now  = unix_seconds(world.clock.now());
    EXPECT_EQ(text("iss"), "https://id.example.com");
    EXPECT_EQ(text("aud"), "https://api.example.com");
    EXPECT_EQ(text("sub"), ann.id.text());
    EXPECT_EQ(text("sid"), grant.session.text());
    EXPECT_EQ(text("client_id"), "signet");
    EXPECT_EQ(text("email"), "Ann@Example.com");
    EXPECT_EQ(text("name"), "Ann");
    EXPECT_EQ(text("scope"), "openid profile email");
    EXPECT_EQ(claims->find("roles")->text(), R"(["admin","editor"])");
    EXPECT_EQ(claims->find("amr")->text(), R"(["pwd"])");
    EXPECT_EQ(claims->find("auth_time")->integer(), now);
    EXPECT_EQ(claims->find("iat")->integer(), now);
    EXPECT_EQ(claims->find("exp")->integer(), now + grant.access.expires_in.count());
    ASSERT_TRUE(Uuid::parse(text("jti")));
    EXPECT_EQ(text("jti")[14], '7') << "version 7: carries the milliseconds";
}

TEST_F(AccessTokenTest, LivesTenMinutesLessUpToFivePercent)
{
    std::set<std::int64_t> lives;
    for (int i = 0; i < 500; ++i) lives.insert(world.sign_in()->access.expires_in.count());
    EXPECT_GE(*lives.begin(), 570);
    EXPECT_LE(*lives.rbegin(), 600);
    EXPECT_GT(lives.size(), 25U) << "expiries spread";
}

TEST_F(AccessTokenTest, DoesNotOutliveItsSession)
{
    auto session       = (*world.stores.sessions().find_session(grant.session))->session;
    session.expires_at = world.clock.now() + 90s;
    auto const token   = issue_access_token(world.ports, session, ann, world.clock.now());
    ASSERT_TRUE(token);
    EXPECT_LE(token->expires_in, 90s);
    EXPECT_LE(authenticator.authenticate(token->text)->expires_at, session.expires_at);
}

TEST_F(AccessTokenTest, TellsWhoCalls)
{
    auto const caller = authenticator.authenticate(grant.access.text);
    ASSERT_TRUE(caller);
    EXPECT_EQ(caller->user, ann.id);
    EXPECT_EQ(caller->session, grant.session);
    EXPECT_EQ(caller->email, "Ann@Example.com");
    EXPECT_EQ(caller->name, "Ann");
    EXPECT_EQ(caller->roles, (std::vector<std::string>{"admin", "editor"}));
    EXPECT_EQ(caller->expires_at, world.clock.now() + grant.access.expires_in);
}

TEST_F(AccessTokenTest, ReachesNoStorage)
{
    auto const deeds = world.stores.memory().deeds;
    EXPECT_TRUE(authenticator.authenticate(grant.access.text));
    world.stores.memory().failing = true;
    EXPECT_TRUE(authenticator.authenticate(grant.access.text));
    EXPECT_EQ(world.stores.memory().deeds, deeds);
}

// CHECKS A30
TEST_F(AccessTokenTest, IsRefusedFromTheSecondOfItsExpiry)
{
    world.clock.advance(grant.access.expires_in - std::chrono::milliseconds{1});
    EXPECT_EQ(detail(grant.access.text), "accepted");
    world.clock.advance(std::chrono::milliseconds{1});
    EXPECT_EQ(detail(grant.access.text), "expired");
}

TEST_F(AccessTokenTest, IsRefusedOnceItsSessionHasEnded)
{
    world.ended_sessions.add(grant.session);
    EXPECT_EQ(detail(grant.access.text), "session_ended");
}

// The same token in the second form that ECDSA accepts: s becomes the order of P-256 less s.
std::string flipped(std::string_view token)
{
    constexpr std::string_view kOrder =
        "\xFF\xFF\xFF\xFF\x00\x00\x00\x00\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
        "\xBC\xE6\xFA\xAD\xA7\x17\x9E\x84\xF3\xB9\xCA\xC2\xFC\x63\x25\x51"sv;
    auto const start     = token.rfind('.') + 1;
    auto       signature = *jose::base64url::decode(token.substr(start));
    int        borrow    = 0;
    for (std::size_t i = 32; i-- > 0;) {
        auto&     byte = signature[32 + i];
        int const left = static_cast<unsigned char>(kOrder[i]) - static_cast<unsigned char>(byte) - borrow;
        borrow         = left < 0 ? 1 : 0;
        byte           = static_cast<char>(left);
    }
    return std::string{token.substr(0, start)} + jose::base64url::encode(std::string_view{signature});
}

// CHECKS A39: the session decides, whatever bytes the token comes in.
TEST_F(AccessTokenTest, IsRefusedInItsOtherFormTooOnceItsSessionHasEnded)
{
    auto const other = flipped(grant.access.text);
    ASSERT_NE(other, grant.access.text);
    EXPECT_EQ(detail(other), "accepted");
    world.ended_sessions.add(grant.session);
    EXPECT_EQ(detail(grant.access.text), "session_ended");
    EXPECT_EQ(detail(other), "session_ended");
    EXPECT_EQ(detail(flipped(other)), "session_ended");
}

// CHECKS A38: what was learnt of a token answers for its signature alone.
TEST_F(AccessTokenTest, IsCheckedForTimeAndSessionEachTimeItComes)
{
    EXPECT_EQ(detail(grant.access.text), "accepted");
    auto last   = grant.access.text;
    last.back() = last.back() == 'A' ? 'Q' : 'A';
    EXPECT_EQ(detail(last), "bad_signature");
    EXPECT_EQ(detail(grant.access.text), "accepted");
    world.ended_sessions.add(grant.session);
    EXPECT_EQ(detail(grant.access.text), "session_ended");

    auto const other = world.sign_in()->access;
    EXPECT_EQ(detail(other.text), "accepted");
    world.clock.advance(other.expires_in);
    EXPECT_EQ(detail(other.text), "expired");
}

TEST_F(AccessTokenTest, IsRefusedOnceItsKeyIsGoneThoughItWasSeenBefore)
{
    EXPECT_EQ(detail(grant.access.text), "accepted");
    ASSERT_TRUE(world.keyring.rotate_now());
    EXPECT_EQ(detail(grant.access.text), "accepted");
    // The old key leaves the published set; the token itself would live on.
    for (auto& key : world.stores.memory().keys)
        if (key.retired_at) key.published_until = world.clock.now();
    ASSERT_TRUE(world.keyring.maintain());
    EXPECT_EQ(detail(grant.access.text), "unknown_key");
}

TEST_F(AccessTokenTest, IsRefusedWhenChangedOrSignedByAnother)
{
    auto       changed = grant.access.text;
    auto const at      = changed.find('.') + 5;
    changed[at]        = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_NE(detail(changed), "accepted");
    EXPECT_EQ(detail(""), "malformed_token");
    EXPECT_EQ(detail("a.b"), "malformed_token");
    World other;
    other.add_user();
    EXPECT_EQ(detail(other.sign_in()->access.text), "unknown_key");
}

// CHECKS A32 to A36
TEST_F(AccessTokenTest, IsRefusedWithAnotherIssuerAudienceTypeOrSubject)
{
    EXPECT_EQ(detail(forge([](auto&) {})), "accepted");
    EXPECT_EQ(detail(forge([](auto& c) { c.issuer("https://id.example.com/"); })), "issuer_mismatch");
    EXPECT_EQ(detail(forge([](auto& c) { c.audience("https://other.example.com"); })), "audience_mismatch");
    EXPECT_EQ(detail(forge([](auto&) {}, "JWT")), "type_mismatch");
    EXPECT_EQ(detail(forge([](auto& c) { c.subject("signet"); })), "missing_claim");
    EXPECT_EQ(detail(forge([](auto& c) { c.set("sid", ""); })), "missing_claim");
    EXPECT_EQ(detail(forge([](auto& c) { c.set("sid", std::int64_t{1}); })), "missing_claim");
    EXPECT_EQ(detail(forge([](auto& c) { c.set("email", false); })), "missing_claim");
    EXPECT_EQ(detail(forge([](auto& c) { c.set("roles", "admin"); })), "missing_claim");
    EXPECT_EQ(detail(forge([](auto& c) { c.token_id("x"); })), "missing_claim");
}

TEST_F(AccessTokenTest, CannotBeCheckedWithoutAnIssuerOrAudience)
{
    auto settings          = testing::cheap_settings();
    settings.tokens.issuer = "";
    World nameless{settings};
    EXPECT_THROW(Authenticator{nameless.ports}, std::invalid_argument);
}

// ---- sessions that are over ----

struct EndedSessionsTest : ::testing::Test {
    World         world;
    User          ann = world.add_user();
    EndedSessions here;

    void end(SessionId id, TimePoint at)
    {
        ASSERT_TRUE(world.stores.sessions().end_session(id, std::nullopt, EndReason::signed_out,
                                                        {.at = at, .event = AuditEvent::session_ended}));
    }
    Result<void> follow(EndedSessions& ended) { return ended.follow(world.stores.sessions(), 600s, world.clock.now()); }
    // As a server does: time passes, and every while it looks.
    void         pass(std::chrono::seconds time)
    {
        for (auto const until = world.clock.now() + time; world.clock.now() < until;) {
            world.clock.advance(20s);
            ASSERT_TRUE(follow(here));
        }
    }
};

TEST_F(EndedSessionsTest, FollowStorageAndForgetWhatIsPast)
{
    EndedSessions fresh;
    auto const    one = world.sign_in()->session;
    auto const    two = world.sign_in()->session;

    end(one, world.clock.now());
    EXPECT_FALSE(here.contains(one)) << "another process ended it";
    ASSERT_TRUE(follow(here));
    EXPECT_TRUE(here.contains(one));
    EXPECT_FALSE(here.contains(two));

    pass(300s);
    end(two, world.clock.now());
    ASSERT_TRUE(follow(here));
    EXPECT_EQ(here.size(), 2U);
    ASSERT_TRUE(follow(fresh));
    EXPECT_TRUE(fresh.contains(one)) << "a process that starts learns all that still matters";

    pass(300s);
    EXPECT_TRUE(here.contains(one));
    pass(140s);
    EXPECT_FALSE(here.contains(one)) << "its tokens have expired";
    EXPECT_TRUE(here.contains(two));
}

// CHECKS E26
TEST_F(EndedSessionsTest, AreNotForgottenByAClockThatJumps)
{
    auto const by_us   = world.sign_in()->session;
    auto const by_them = world.sign_in()->session;
    ASSERT_TRUE(follow(here));
    here.add(by_us);
    end(by_them, world.clock.now());
    ASSERT_TRUE(follow(here));

    for (auto const jump : {1h, -1h, -1h, 1h}) {
        world.clock.advance(jump);
        for (int i = 0; i < 3; ++i) {
            ASSERT_TRUE(follow(here));
            EXPECT_TRUE(here.contains(by_us) && here.contains(by_them)) << jump.count();
        }
    }
}

// CHECKS E26
TEST_F(EndedSessionsTest, FindWhatEndedBeforeAClockThatWasSetBack)
{
    auto const id = world.sign_in()->session;
    world.clock.advance(1h);
    ASSERT_TRUE(follow(here));
    world.clock.advance(-1h);
    end(id, world.clock.now());
    ASSERT_TRUE(follow(here));
    EXPECT_TRUE(here.contains(id));
}

TEST_F(EndedSessionsTest, FindWhatWasCommittedALittleLate)
{
    auto const id = world.sign_in()->session;
    auto const at = world.clock.now();
    world.clock.advance(20s);
    ASSERT_TRUE(follow(here));
    end(id, at);
    ASSERT_TRUE(follow(here));
    EXPECT_TRUE(here.contains(id));
}

TEST_F(EndedSessionsTest, KeepWhatTheyHaveWhileStorageFails)
{
    SessionId const id = SessionId::make(world.clock.now(), world.random);
    here.add(id);
    world.stores.memory().failing = true;
    world.clock.advance(24h);
    EXPECT_EQ(follow(here).error().code, Errc::unavailable);
    EXPECT_TRUE(here.contains(id));
}

}  // namespace
}  // namespace signet::core
