#include "core/status_list.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "core/access_token.hpp"
#include "core/logout.hpp"
#include "core/refresh.hpp"
#include "core/testing/world.hpp"
#include "jose/jwt.hpp"

namespace signet::core {
namespace {

using testing::World;

Settings with_lists()
{
    auto settings               = testing::cheap_settings();
    settings.tokens.status_list = true;
    return settings;
}

// The value of "status" of an access token; "" without one.
std::string status_of(AccessToken const& token)
{
    auto const claims = jose::UnverifiedToken::parse(token.text);
    auto const status = json::parse_object(claims->claims_json())->find("status");
    return status ? status->text() : "";
}

TEST(StatusClaim, NamesAPlaceInOneOfManyLists)
{
    EXPECT_EQ(status_claim("https://id.example.com", 0),
              R"({"status_list":{"idx":0,"uri":"https://id.example.com/status-lists/0"}})");
    EXPECT_EQ(status_claim("https://id.example.com", 131'071),
              R"({"status_list":{"idx":131071,"uri":"https://id.example.com/status-lists/0"}})");
    EXPECT_EQ(status_claim("https://id.example.com", 131'072),
              R"({"status_list":{"idx":0,"uri":"https://id.example.com/status-lists/1"}})");
}

TEST(StatusList, IsNamedByNoTokenUnlessItIsAskedFor)
{
    World world;
    world.add_user();
    EXPECT_EQ(status_of(world.sign_in()->access), "");
    EXPECT_EQ(world.stores.memory().next_status_index, 0U);
}

TEST(StatusList, IsNamedByEachTokenOfASession)
{
    World world{with_lists()};
    world.add_user();
    world.sign_in().value();
    auto const grant = world.sign_in();
    ASSERT_TRUE(grant);
    constexpr auto kPlace = R"({"status_list":{"idx":1,"uri":"https://id.example.com/status-lists/0"}})";
    EXPECT_EQ(status_of(grant->access), kPlace);
    auto const next = refresh(world.ports, {.token = SecretString{grant->refresh.reveal()}, .origin = {}});
    ASSERT_TRUE(next);
    EXPECT_EQ(status_of(next->access), kPlace);
}

TEST(StatusList, IsNotNamedByASessionFromBefore)
{
    World world;
    world.add_user();
    auto const grant                  = world.sign_in();
    world.settings.tokens.status_list = true;
    auto const next = refresh(world.ports, {.token = SecretString{grant->refresh.reveal()}, .origin = {}});
    ASSERT_TRUE(next);
    EXPECT_EQ(status_of(next->access), "");

    auto const listed = world.sign_in();
    EXPECT_NE(status_of(listed->access), "");
    world.settings.tokens.status_list = false;
    auto const again = refresh(world.ports, {.token = SecretString{listed->refresh.reveal()}, .origin = {}});
    EXPECT_EQ(status_of(again->access), "") << "nor by any, once it is off";
}

// The place is given out with the session, before there is a token.
TEST(StatusList, LeavesNoSessionBehindWhoseTokenCannotBeSigned)
{
    World         world{with_lists()};
    auto const    ann = world.add_user();
    Keyring const none{world.stores.signing_keys(), world.master_key, world.settings, world.clock, world.random};
    Ports const   ports{.clock            = world.clock,
                        .random           = world.random,
                        .users            = world.stores.users(),
                        .sessions         = world.stores.sessions(),
                        .attempts         = world.stores.attempts(),
                        .audit            = world.stores.audit(),
                        .passwords        = world.passwords,
                        .keyring          = none,
                        .token_secret     = world.token_secret,
                        .revocation_log   = world.stores.revocations(),
                        .revocations      = world.revocations,
                        .verifiers        = world.stores.verifiers(),
                        .receivers        = world.stores.receivers(),
                        .refresh_refusals = world.refresh_refusals,
                        .sign_ins         = world.sign_ins,
                        .settings         = world.settings};
    auto const    grant = login(
        ports,
        {.email = "ann@example.com", .password = SecretString{testing::kPassword}, .device_token = {}, .origin = {}});
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().code, Errc::unavailable);
    EXPECT_TRUE(world.stores.sessions().list_sessions(ann.id, world.clock.now()).value().empty());
    EXPECT_EQ(world.stores.memory().log.size(), 1U) << "and it is revoked";
    for (auto const& [key, counter] : world.stores.memory().attempts)
        EXPECT_EQ(counter.failures, 0U) << "it says nothing about the password";
}

TEST(StatusList, HasABitForEachPlaceTheLowestFirst)
{
    World world{with_lists()};
    world.add_user();
    std::vector<SessionId> sessions;
    for (int i = 0; i < 12; ++i) sessions.push_back(world.sign_in()->session);
    for (std::size_t const i : {0UL, 3UL, 8UL, 11UL}) world.revoke(Revocation::of(sessions[i]));

    auto const statuses = read_statuses(world.stores.revocations(), 0).value();
    EXPECT_EQ(statuses.size(), 16'384U);
    EXPECT_EQ(statuses.substr(0, 2), "\x09\x09");
    EXPECT_EQ(statuses.find_first_not_of('\0', 2), std::string::npos);
}

TEST(StatusList, IsATokenOfItsOwnTypeForFiveMinutes)
{
    World      world{with_lists()};
    auto const text  = sign_status_list(world.ports, 7, "\x01\x02");
    auto const token = jose::UnverifiedToken::parse(*text, 64UL * 1024);
    auto const now   = unix_seconds(world.clock.now());
    ASSERT_TRUE(token);
    EXPECT_EQ(token->claims_json(), R"({"sub":"https://id.example.com/status-lists/7","iat":)" + std::to_string(now) +
                                        R"(,"exp":)" + std::to_string(now + 300) +
                                        R"(,"ttl":15,"status_list":{"bits":1,"lst":"AQI"}})");
    auto const header = json::parse_object(token->header_json()).value();
    EXPECT_EQ(header.find("typ")->string(), "statuslist+jwt");
    EXPECT_EQ(header.find("kid")->string(), world.keyring.current()->signing->kid());

    // CHECKS A35: one kind of token is not another.
    Authenticator const authenticator{world.ports};
    auto const          caller = authenticator.authenticate(*text);
    ASSERT_FALSE(caller);
    EXPECT_EQ(caller.error().code, Errc::invalid_token);
    EXPECT_EQ(caller.error().detail, "type_mismatch");
}

TEST(StatusList, SaysUnavailableWhileStorageFails)
{
    World world{with_lists()};
    world.stores.memory().failing = true;
    EXPECT_EQ(read_statuses(world.stores.revocations(), 0).error().code, Errc::unavailable);
}

}  // namespace
}  // namespace signet::core
