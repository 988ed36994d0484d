#include "core/access_token.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/json.hpp"
#include "core/accounts.hpp"
#include "core/logout.hpp"
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
    world.revoke(Revocation::of(grant.session));
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
    world.revoke(Revocation::of(grant.session));
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
    world.revoke(Revocation::of(grant.session));
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

// CHECKS F2: by each thing that a token can be revoked by.
TEST_F(AccessTokenTest, IsRefusedByWhateverOfItIsRevoked)
{
    using revocation::Kind;
    auto const token = jose::UnverifiedToken::parse(grant.access.text);
    auto const jti   = std::string{json::parse_object(token->claims_json())->find("jti")->string().value()};
    auto const kid   = std::string{world.keyring.current()->signing->kid()};
    for (auto const& [what, why] : {std::pair{Revocation{Kind::session, grant.session.text()}, "session_ended"},
                                    {Revocation{Kind::token, jti}, "token_revoked"},
                                    {Revocation{Kind::user, ann.id.text()}, "user_revoked"},
                                    {Revocation{Kind::client, "signet"}, "client_revoked"},
                                    {Revocation{Kind::key, kid}, "key_revoked"},
                                    {Revocation::of_everything(), "everything_revoked"}}) {
        Revocations         revocations;
        auto const          ports = world.ports_with(revocations);
        Authenticator const fresh{ports};
        EXPECT_TRUE(fresh.authenticate(grant.access.text)) << "and it is remembered";
        revocations.add(world.stores.revocations()
                            .revoke({&what, 1}, {.at = world.clock.now(), .event = AuditEvent::tokens_revoked})
                            .value());
        EXPECT_EQ(fresh.authenticate(grant.access.text).error().detail, why);
        EXPECT_EQ(fresh.authenticate(grant.access.text).error().detail, why) << "each time";
    }
}

TEST_F(AccessTokenTest, IsNotRefusedByWhatConcernsAnother)
{
    using revocation::Kind;
    EXPECT_EQ(detail(grant.access.text), "accepted");
    for (auto const kind : {Kind::session, Kind::token, Kind::user, Kind::client, Kind::key})
        world.revoke({kind, "another"});
    world.revoke({Kind::user, grant.session.text()});
    world.revoke({Kind::session, ann.id.text()});
    EXPECT_EQ(detail(grant.access.text), "accepted");
}

// ---- issued in the millisecond of a revocation, CHECKS F3 ----

struct IssueTime : AccessTokenTest {
    // In which verifiers look for the time of a token.
    static TimePoint verifiers_time(std::string_view token)
    {
        auto const claims = json::parse_object(jose::UnverifiedToken::parse(token)->claims_json());
        auto const iat    = TimePoint{std::chrono::seconds{claims->find("iat")->integer().value()}};
        return revocation::issue_time(claims->find("jti")->string().value(), iat);
    }
};

TEST_F(IssueTime, IsNowWhenNothingIsRevoked)
{
    world.clock.advance(123ms);
    EXPECT_EQ(verifiers_time(world.sign_in()->access.text), world.clock.now());
}

TEST_F(IssueTime, IsLaterThanADisablingOfTheSameMillisecond)
{
    world.clock.advance(123ms);
    auto const before = world.sign_in()->access.text;
    ASSERT_TRUE(disable_user(world.ports, "ann@example.com"));
    ASSERT_TRUE(enable_user(world.ports, "ann@example.com"));
    auto const after = world.sign_in();
    ASSERT_TRUE(after);
    EXPECT_EQ(detail(before), "session_ended");
    EXPECT_EQ(detail(after->access.text), "accepted");
    EXPECT_EQ(verifiers_time(after->access.text), world.clock.now() + 1ms);
    auto const other = world.add_user("bob@example.com");
    EXPECT_EQ(verifiers_time(world.sign_in(testing::kPassword, {}, "bob@example.com")->access.text), world.clock.now())
        << "nobody else's";
}

TEST_F(IssueTime, StaysWithASignOutEverywhereOfTheSameMillisecond)
{
    auto const caller = authenticator.authenticate(grant.access.text).value();
    ASSERT_TRUE(logout_everywhere(world.ports, caller, {}));
    auto const after = world.sign_in();
    EXPECT_EQ(detail(grant.access.text), "session_ended");
    EXPECT_EQ(detail(after->access.text), "accepted") << "sessions are revoked by name";
    EXPECT_EQ(verifiers_time(after->access.text), world.clock.now());
}

TEST_F(IssueTime, CrossesIntoTheNextSecondWithAll)
{
    world.clock.advance(999ms);
    world.revoke(Revocation::of_everything());
    auto const after = world.sign_in()->access;
    EXPECT_EQ(verifiers_time(after.text), world.clock.now() + 1ms);
    EXPECT_EQ(detail(grant.access.text), "everything_revoked");
    world.clock.advance(1ms);
    EXPECT_EQ(detail(after.text), "accepted");
    world.clock.advance(after.expires_in - 1ms);
    EXPECT_EQ(detail(after.text), "accepted");
    world.clock.advance(1ms);
    EXPECT_EQ(detail(after.text), "expired");
}

// CHECKS E26
TEST_F(IssueTime, KeepsNobodyOutOfThisServerWhenTheClockWasSetBack)
{
    world.clock.advance(1h);
    world.revoke(Revocation::of(ann.id));
    world.clock.advance(-1h);
    auto const now   = world.clock.now();
    auto const after = world.sign_in()->access.text;
    EXPECT_EQ(detail(grant.access.text), "user_revoked");
    EXPECT_EQ(detail(after), "accepted");
    EXPECT_EQ(verifiers_time(after), std::chrono::floor<std::chrono::seconds>(now))
        << "nothing that they look at lies ahead";
}

}  // namespace
}  // namespace signet::core
