#include "core/accounts.hpp"

#include <gtest/gtest.h>

#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using testing::kPassword;
using testing::World;

struct Accounts : ::testing::Test {
    World         world;
    Authenticator authenticator{world.ports};
    User          ann = world.add_user();

    Errc code(Result<User> const& result) { return result ? Errc::busy : result.error().code; }
    Errc import(ImportedAccount const& account) { return code(import_user(world.ports, account)); }
};

constexpr auto kBcrypt = "$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu";  // "correct horse"

TEST_F(Accounts, DisablingEndsAllSessionsAtOnce)
{
    auto const grant    = world.sign_in();
    auto const disabled = disable_user(world.ports, "ANN@example.com");
    ASSERT_TRUE(disabled);
    EXPECT_EQ(disabled->disabled_at, world.clock.now());
    EXPECT_FALSE(authenticator.authenticate(grant->access.text));
    EXPECT_EQ(world.stores.memory().sessions.at(grant->session).end_reason, EndReason::account_disabled);
    EXPECT_EQ(world.sign_in().error().code, Errc::bad_credentials);
    EXPECT_TRUE(disable_user(world.ports, "ann@example.com"));
    EXPECT_EQ(world.count(AuditEvent::user_disabled), 1U);
}

TEST_F(Accounts, EnablingLetsInAgainButRevivesNoSession)
{
    auto const grant = world.sign_in();
    ASSERT_TRUE(disable_user(world.ports, "ann@example.com"));
    auto const enabled = enable_user(world.ports, "ann@example.com");
    ASSERT_TRUE(enabled);
    EXPECT_FALSE(enabled->disabled_at);
    EXPECT_FALSE(authenticator.authenticate(grant->access.text));
    EXPECT_TRUE(world.sign_in());
}

TEST_F(Accounts, SettingAPasswordEndsAllSessions)
{
    auto const grant = world.sign_in();
    ASSERT_TRUE(set_password(world.ports, "ann@example.com", SecretString{"seven-lamps-in-autumn"}));
    EXPECT_FALSE(authenticator.authenticate(grant->access.text));
    EXPECT_TRUE(world.sign_in("seven-lamps-in-autumn"));
    EXPECT_FALSE(world.sign_in(kPassword));
}

TEST_F(Accounts, SettingAPasswordHoldsItToTheSameRules)
{
    EXPECT_EQ(code(set_password(world.ports, "ann@example.com", SecretString{"password1"})), Errc::password_too_common);
    EXPECT_EQ(code(set_password(world.ports, "ann@example.com", SecretString{"short"})), Errc::password_too_short);
    EXPECT_TRUE(world.sign_in());
}

TEST_F(Accounts, AreNotFoundWhenTheyAreNotThere)
{
    EXPECT_EQ(code(disable_user(world.ports, "bob@example.com")), Errc::not_found);
    EXPECT_EQ(code(enable_user(world.ports, "bob@example.com")), Errc::not_found);
    EXPECT_EQ(code(set_password(world.ports, "bob@example.com", SecretString{kPassword})), Errc::not_found);
    EXPECT_EQ(code(disable_user(world.ports, "bob")), Errc::invalid_email);
}

TEST_F(Accounts, ImportedOnesSignInWithTheirOldPassword)
{
    auto const user = import_user(
        world.ports, {.email = "bob@example.com", .name = "Bob", .password = {kBcrypt}, .roles = {"editor"}});
    ASSERT_TRUE(user);
    EXPECT_EQ(user->roles, std::vector<std::string>{"editor"});
    EXPECT_EQ(world.count(AuditEvent::user_imported), 1U);
    EXPECT_TRUE(world.sign_in("correct horse", {}, "bob@example.com"));
}

TEST_F(Accounts, ImportedDisabledOnesDoNot)
{
    ASSERT_TRUE(import_user(
        world.ports, {.email = "bob@example.com", .name = "", .password = {kBcrypt}, .roles = {}, .disabled = true}));
    EXPECT_EQ(world.sign_in("correct horse", {}, "bob@example.com").error().code, Errc::bad_credentials);
}

TEST_F(Accounts, AreImportedWholeOrNotAtAll)
{
    EXPECT_EQ(import({.email = "bob", .name = "", .password = {kBcrypt}, .roles = {}}), Errc::invalid_email);
    EXPECT_EQ(import({.email = "bob@example.com", .name = "B\nb", .password = {kBcrypt}, .roles = {}}),
              Errc::invalid_name);
    EXPECT_EQ(import({.email = "bob@example.com", .name = "", .password = {kBcrypt}, .roles = {"a", "B"}}),
              Errc::invalid_role);
    EXPECT_EQ(import({.email = "bob@example.com", .name = "", .password = {"plain text"}, .roles = {}}),
              Errc::unsupported_hash);
    EXPECT_EQ(import({.email = "Ann@Example.com", .name = "", .password = {kBcrypt}, .roles = {}}), Errc::email_taken);
    EXPECT_EQ(world.stores.memory().users.size(), 1U);
    EXPECT_TRUE(world.sign_in()) << "the account that was there is untouched";
}

}  // namespace
}  // namespace signet::core
