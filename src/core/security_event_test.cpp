#include "core/security_event.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "core/epoch.hpp"
#include "core/keyring.hpp"
#include "core/receivers.hpp"
#include "core/testing/world.hpp"
#include "jose/jwt.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;

constexpr EventParties kParties{.issuer = "https://id.example.com", .audience = "https://notes.example.com"};

struct SecurityEventTest : ::testing::Test {
    testing::World world;
    Keyring&       keys = world.event_keyring;
    PendingEvent   event{.number = 7,
                         .event  = {.type    = SecurityEventType::session_revoked,
                                    .user    = UserId::parse("0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3c").value(),
                                    .session = SessionId::parse("0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3d"),
                                    .by      = Initiator::user,
                                    .reason  = "signed_out_everywhere",
                                    .at      = from_unix_milliseconds(1'800'000'000'999)}};

    std::string claims()
    {
        auto const text  = sign_security_event(event, kParties, keys).value();
        auto const token = jose::UnverifiedToken::parse(text).value();
        return std::string{token.claims_json()};
    }
};

TEST_F(SecurityEventTest, HasNoKeyUntilOneIsWanted)
{
    ASSERT_TRUE(keys.load());
    EXPECT_EQ(keys.current(), nullptr) << "most servers tell nobody";
    ASSERT_TRUE(keys.maintain());
    EXPECT_EQ(keys.current(), nullptr);
    EXPECT_EQ(sign_security_event(event, kParties, keys).error().code, Errc::unavailable);

    ASSERT_TRUE(keys.provide());
    auto const kid = std::string{keys.current()->signing->kid()};
    EXPECT_EQ(keys.current()->signing->algorithm(), jose::Algorithm::rs256);
    EXPECT_EQ(world.stores.memory().keys.back().purpose, "security_events");
    EXPECT_EQ(world.keyring.current()->published.find(kid), nullptr) << "one purpose, one key";
    ASSERT_TRUE(keys.provide());
    EXPECT_EQ(keys.current()->signing->kid(), kid) << "one is enough";

    Keyring next{world.stores.signing_keys(), world.master_key, world.settings, world.clock, world.random,
                 KeyPurpose::security_events};
    ASSERT_TRUE(next.load());
    EXPECT_EQ(next.current()->signing->kid(), kid);
}

TEST_F(SecurityEventTest, RotatesAsTheOthersDo)
{
    ASSERT_TRUE(keys.provide());
    auto const first = std::string{keys.current()->signing->kid()};
    world.clock.advance(world.settings.keys.rotate_every);
    ASSERT_TRUE(keys.maintain());
    EXPECT_EQ(keys.current()->published.size(), 2U) << "the next is published ahead";
    world.clock.advance(world.settings.keys.publish_ahead);
    ASSERT_TRUE(keys.maintain());
    EXPECT_NE(keys.current()->signing->kid(), first);
    EXPECT_NE(keys.current()->published.find(first), nullptr) << "a receiver may not have looked yet";
}

// CHECKS E30
TEST_F(SecurityEventTest, AnEpochReplacesTheKeyWhereThereIsOne)
{
    auto const begin = [&] {
        world.clock.advance(1s);
        return begin_epoch({.epochs       = world.stores.epochs(),
                            .signing_keys = world.stores.signing_keys(),
                            .master_key   = world.master_key,
                            .random       = world.random},
                           {.at = world.clock.now(), .event = AuditEvent::tokens_voided});
    };
    ASSERT_TRUE(begin());
    ASSERT_TRUE(keys.load());
    EXPECT_EQ(keys.current(), nullptr) << "and nowhere else";
    ASSERT_TRUE(keys.provide());
    auto const before = std::string{keys.current()->signing->kid()};
    ASSERT_TRUE(begin());
    ASSERT_TRUE(keys.maintain());
    EXPECT_NE(keys.current()->signing->kid(), before);
    EXPECT_EQ(keys.current()->published.size(), 1U);
    EXPECT_EQ(keys.current()->signing->algorithm(), jose::Algorithm::rs256);
}

// RFC 8417 2.2, OpenID SSF 1.0 4.1, CAEP 1.0 3.1
TEST_F(SecurityEventTest, IsATokenThatTheOtherSideCanVerify)
{
    ASSERT_TRUE(keys.provide());
    auto const text   = sign_security_event(event, kParties, keys).value();
    auto const policy = jose::Policy::create({.issuer                           = std::string{kParties.issuer},
                                              .audience                         = std::string{kParties.audience},
                                              .type                             = "secevent+jwt",
                                              .algorithms                       = {jose::Algorithm::rs256},
                                              .dangerously_allow_missing_expiry = true});
    ASSERT_TRUE(policy) << policy.error().detail;
    auto const token = jose::verify(text, keys.current()->published, *policy, event.event.at + 1h);
    ASSERT_TRUE(token) << jose::name(token.error().code);
    EXPECT_EQ(token->token_id(), event_token_id(event, kParties));
    EXPECT_EQ(token->subject(), "") << "SSF 1.0 4.1.2";
    EXPECT_EQ(token->expires_at(), std::nullopt) << "SSF 1.0 4.1.7";
    EXPECT_EQ(token->claims_json(),
              R"({"iss":"https://id.example.com","aud":"https://notes.example.com","iat":1800000000,"jti":")" +
                  std::string{token->token_id()} +
                  R"(","sub_id":{"format":"complex","user":{"format":"iss_sub","iss":"https://id.example.com",)"
                  R"("sub":"0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3c"},)"
                  R"("session":{"format":"opaque","id":"0199c5a1-7c1e-7d3f-9c55-0a1f6f1d2b3d"}},)"
                  R"("events":{"https://schemas.openid.net/secevent/caep/event-type/session-revoked":)"
                  R"({"initiating_entity":"user","reason_admin":{"en":"signed out everywhere"},)"
                  R"("event_timestamp":1800000000}}})");
}

TEST_F(SecurityEventTest, NamesNoSessionWhereAllAreMeant)
{
    ASSERT_TRUE(keys.provide());
    event.event = disabled_account(event.event.user, event.event.at);
    EXPECT_NE(claims().find(R"("sub_id":{"format":"complex","user":{"format":"iss_sub",)"), std::string::npos);
    EXPECT_EQ(claims().find(R"("session":)"), std::string::npos);
    EXPECT_NE(claims().find(R"("initiating_entity":"admin","reason_admin":{"en":"account disabled"})"),
              std::string::npos);
}

// CAEP 1.0 3.3
TEST_F(SecurityEventTest, AChangedPasswordIsAboutTheUserAlone)
{
    ASSERT_TRUE(keys.provide());
    event.event = changed_password(event.event.user, Initiator::user, event.event.at);
    EXPECT_NE(claims().find(R"("sub_id":{"format":"iss_sub","iss":"https://id.example.com",)"), std::string::npos);
    EXPECT_NE(claims().find(R"("events":{"https://schemas.openid.net/secevent/caep/event-type/credential-change":)"
                            R"({"credential_type":"password","change_type":"update","initiating_entity":"user",)"
                            R"("reason_admin":{"en":"password changed"},"event_timestamp":1800000000}})"),
              std::string::npos)
        << claims();
}

TEST_F(SecurityEventTest, HasOneNameHoweverOftenItIsTried)
{
    auto const name = event_token_id(event, kParties);
    EXPECT_EQ(name.size(), 22U);
    event.tries = 3;
    EXPECT_EQ(event_token_id(event, kParties), name);

    auto other = event;
    ++other.number;
    EXPECT_NE(event_token_id(other, kParties), name);
    other = event;
    other.event.at += 1ms;
    EXPECT_NE(event_token_id(other, kParties), name) << "a restored database counts from there again";
    other = event;
    other.event.session.reset();
    EXPECT_NE(event_token_id(other, kParties), name);
    EXPECT_NE(event_token_id(event, {.issuer = kParties.issuer, .audience = "another"}), name);
}

TEST(Receivers, AreAddedWithTheirTokenUnderTheMasterKey)
{
    testing::World     world;
    SecretString const token{"top-secret-of-notes"};
    NewReceiver const  wanted{.name     = "notes",
                              .url      = "https://notes.example.com/events",
                              .audience = "notes",
                              .events   = {SecurityEventType::session_revoked},
                              .token    = &token};
    ASSERT_TRUE(add_receiver(world.ports, world.master_key, wanted));
    EXPECT_EQ(world.count(AuditEvent::receiver_added), 1U);
    auto const kept = world.stores.receivers().list_receivers().value().at(0);
    EXPECT_EQ(kept.sealed_token->find(token.reveal()), std::string::npos);
    EXPECT_EQ(open_receiver_token(world.master_key, kept)->reveal(), token.reveal());
    EXPECT_EQ(open_receiver_token(testing::make_master_key("b"), kept).error().code, Errc::wrong_master_key);
    for (auto const& entry : world.stores.memory().audit)
        EXPECT_EQ(entry.detail.find(token.reveal()), std::string::npos);

    EXPECT_EQ(add_receiver(world.ports, world.master_key, wanted).error().code, Errc::name_taken);
    auto nameless = wanted;
    nameless.name = "no tes";
    EXPECT_EQ(add_receiver(world.ports, world.master_key, nameless).error().code, Errc::invalid_name);
    ASSERT_TRUE(remove_receiver(world.ports, "notes"));
    EXPECT_EQ(remove_receiver(world.ports, "notes").error().code, Errc::not_found);
    EXPECT_EQ(world.count(AuditEvent::receiver_removed), 1U);
}

// RFC 6750 2.1
TEST(Receivers, TakeNoTokenThatCouldEndAHeader)
{
    for (auto const* const good : {"a", "AZaz09-._~+/", "abc=", "abc=="}) EXPECT_TRUE(is_bearer_token(good)) << good;
    for (auto const* const bad : {"", "=", "a b", "a\r\nX-Injected: 1", "a=b", "a\t", "ä", "\"a\""})
        EXPECT_FALSE(is_bearer_token(bad)) << bad;
}

}  // namespace
}  // namespace signet::core
