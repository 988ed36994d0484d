#include "core/password_change.hpp"

#include <gtest/gtest.h>

#include "core/logout.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using testing::kPassword;
using testing::origin;
using testing::World;

constexpr std::string_view kNewPassword = "seven-lamps-in-autumn";

struct PasswordChangeTest : ::testing::Test {
    World         world;
    Authenticator authenticator{world.ports};
    User          ann    = world.add_user();
    SessionGrant  here   = *world.sign_in();
    SessionGrant  there  = *world.sign_in();
    Caller        caller = *authenticator.authenticate(here.access.text);

    Errc change(std::string_view current, std::string_view replacement = kNewPassword)
    {
        auto const changed = change_password(
            world.ports, caller,
            {.current = SecretString{current}, .replacement = SecretString{replacement}, .origin = origin()});
        return changed ? Errc::not_found : changed.error().code;
    }
    static constexpr Errc kDone = Errc::not_found;
};

TEST_F(PasswordChangeTest, TakesTheNewPasswordAndEndsAllOtherSessions)
{
    EXPECT_EQ(change(kPassword), kDone);
    EXPECT_EQ(world.sign_in(kPassword).error().code, Errc::bad_credentials);
    EXPECT_TRUE(world.sign_in(kNewPassword));
    EXPECT_TRUE(authenticator.authenticate(here.access.text));
    EXPECT_FALSE(authenticator.authenticate(there.access.text));  // CHECKS B41
    EXPECT_EQ(world.stores.memory().sessions.at(there.session).end_reason, EndReason::password_changed);
    EXPECT_EQ(world.count(AuditEvent::password_changed), 1U);
}

// CHECKS C7, C9
TEST_F(PasswordChangeTest, TrustsThisDeviceAloneFromThenOn)
{
    auto const elsewhere = there.device_token;
    auto const changed   = change_password(
        world.ports, caller,
        {.current = SecretString{kPassword}, .replacement = SecretString{kNewPassword}, .origin = origin()});
    ASSERT_TRUE(changed);
    for (int i = 0; i < 20; ++i)
        static_cast<void>(world.sign_in("wrong", {}, "ann@example.com", origin("198.51.100.9")));
    EXPECT_EQ(world.sign_in(kNewPassword, elsewhere).error().code, Errc::slow_down);
    EXPECT_TRUE(world.sign_in(kNewPassword, changed->device_token));
}

// CHECKS C3
TEST_F(PasswordChangeTest, NeedsTheCurrentPassword)
{
    EXPECT_EQ(change("wrong"), Errc::bad_credentials);
    EXPECT_EQ(change(""), Errc::bad_credentials);
    EXPECT_EQ(change(kNewPassword), Errc::bad_credentials);
    EXPECT_TRUE(world.sign_in(kPassword));
    EXPECT_EQ(world.count(AuditEvent::login_refused), 3U);
}

// CHECKS C4
TEST_F(PasswordChangeTest, RefusesABadNewPasswordBeforeAnyHash)
{
    auto const hashes = world.passwords.hashes();
    EXPECT_EQ(change(kPassword, "short"), Errc::password_too_short);
    EXPECT_EQ(change(kPassword, "password1"), Errc::password_too_common);
    EXPECT_EQ(change(kPassword, "ann@example.com"), Errc::password_is_personal);
    EXPECT_EQ(change(kPassword, std::string(2000, 'x')), Errc::password_too_long);
    EXPECT_EQ(world.passwords.hashes(), hashes);
}

// CHECKS C7
TEST_F(PasswordChangeTest, SlowsDownWhoGuessesWithAStolenSession)
{
    for (int i = 0; i < 6; ++i) EXPECT_EQ(change("wrong"), Errc::bad_credentials);
    EXPECT_EQ(change(kPassword), Errc::slow_down);
}

// CHECKS C9
TEST_F(PasswordChangeTest, IsNotKeptFromTheOwnerByAStrangersGuesses)
{
    for (int i = 0; i < 20; ++i)
        static_cast<void>(world.sign_in("wrong", {}, "ann@example.com", origin("198.51.100.9")));
    EXPECT_EQ(world.sign_in().error().code, Errc::slow_down);
    EXPECT_EQ(change(kPassword), kDone);
}

TEST_F(PasswordChangeTest, IsNotCountedWhenItSucceeds)
{
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(change(kPassword, kNewPassword), kDone);
        EXPECT_EQ(change(kNewPassword, kPassword), kDone);
    }
}

// Ended in another process, so that it is not known here yet.
TEST_F(PasswordChangeTest, RefusesASessionThatIsOverInStorage)
{
    world.stores.memory().sessions.at(here.session).ended_at = world.clock.now();
    EXPECT_EQ(change(kPassword), Errc::invalid_token);
    EXPECT_TRUE(world.sign_in(kPassword));
}

TEST_F(PasswordChangeTest, RefusesADisabledAccountAndAnothersSession)
{
    auto other = caller;
    other.user = UserId::make(world.clock.now(), world.random);
    EXPECT_EQ(change_password(
                  world.ports, other,
                  {.current = SecretString{kPassword}, .replacement = SecretString{kNewPassword}, .origin = origin()})
                  .error()
                  .code,
              Errc::invalid_token);
    world.stores.memory().users.at("ann@example.com").disabled_at = world.clock.now();
    EXPECT_EQ(change(kPassword), Errc::invalid_token);
}

// A sign-in on another device, which replaces an imported hash.
TEST_F(PasswordChangeTest, IsDoneThoughASignInReplacesTheHashMeanwhile)
{
    world.stores.memory().users.at("ann@example.com").password = {
        "$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu"};
    world.stores.memory().meanwhile = [&] { ASSERT_TRUE(world.sign_in("correct horse")); };
    EXPECT_EQ(change("correct horse"), kDone);
    EXPECT_EQ(world.count(AuditEvent::password_rehashed), 1U);
    EXPECT_EQ(world.count(AuditEvent::password_changed), 1U);
    EXPECT_TRUE(world.sign_in(kNewPassword));
}

TEST_F(PasswordChangeTest, IsRefusedWhenThePasswordWasChangedMeanwhile)
{
    world.stores.memory().meanwhile = [&] { ASSERT_EQ(change(kPassword, "another-good-one"), kDone); };
    EXPECT_EQ(change(kPassword), Errc::bad_credentials);
    EXPECT_EQ(world.stores.memory().audit.back().detail, "password change: account changed meanwhile");
    EXPECT_EQ(world.count(AuditEvent::password_changed), 1U);
    EXPECT_TRUE(world.sign_in("another-good-one"));
}

TEST_F(PasswordChangeTest, SaysUnavailableWhenStorageFails)
{
    world.stores.memory().failing = true;
    EXPECT_EQ(change(kPassword), Errc::unavailable);
}

}  // namespace
}  // namespace signet::core
