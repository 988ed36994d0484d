// Sign-ins that replace the account's hash, and those that find it replaced.
#include <gtest/gtest.h>

#include <optional>

#include "core/accounts.hpp"
#include "core/login.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using testing::kPassword;
using testing::World;

struct LoginRehash : ::testing::Test {
    World world;
    User  ann = world.add_user();

    Errc refusal(std::string_view password)
    {
        auto const grant = world.sign_in(password);
        return grant ? Errc::not_found : grant.error().code;
    }
    AuditEntry const& latest_audit() { return world.stores.memory().audit.back(); }
    std::uint32_t     failures()
    {
        return world.stores.memory().attempts[{AttemptScope::account, "ann@example.com"}].failures;
    }
    PasswordHash& hash() { return world.stores.memory().users.at("ann@example.com").password; }
};

constexpr std::string_view kForeignHash =
    "$2b$10$abcdefghijklmnopqrstuu23JPZtHcGhwXSF41f93o/7vBdDut3Xu";  // of "correct horse"

TEST_F(LoginRehash, ReplacesAForeignHashAfterTheFirstSuccess)
{
    auto& user    = world.stores.memory().users.at("ann@example.com");
    user.password = {std::string{kForeignHash}};
    EXPECT_EQ(refusal("wrong"), Errc::bad_credentials);
    EXPECT_TRUE(user.password.text.starts_with("$2b$"));
    ASSERT_TRUE(world.sign_in("correct horse"));
    EXPECT_TRUE(user.password.text.starts_with("$argon2id$"));
    EXPECT_EQ(latest_audit().event, AuditEvent::password_rehashed);
    EXPECT_TRUE(world.sign_in("correct horse"));
    EXPECT_EQ(world.count(AuditEvent::password_rehashed), 1U);
}

// Two tabs, or a sign-in sent again: both were checked against the old hash, one of them replaces it.
TEST_F(LoginRehash, LetsTheSecondOfTwoFirstSignInsInThoughTheFirstReplacedTheHash)
{
    hash() = {std::string{kForeignHash}};
    std::optional<SessionId> other;
    world.stores.memory().meanwhile = [&] { other = world.sign_in("correct horse")->session; };

    auto const grant = world.sign_in("correct horse");
    ASSERT_TRUE(grant);
    ASSERT_TRUE(other);
    EXPECT_NE(grant->session, *other);
    EXPECT_EQ(world.count(AuditEvent::password_rehashed), 1U);
    EXPECT_EQ(world.count(AuditEvent::login_succeeded), 2U);
    EXPECT_EQ(world.count(AuditEvent::login_refused), 0U);
    EXPECT_EQ(failures(), 0U);
}

// What the comparison of the hashes is there for.
TEST_F(LoginRehash, RefusesTheOldPasswordOfAnAccountThatGotAnotherMeanwhile)
{
    world.stores.memory().meanwhile = [&] {
        ASSERT_TRUE(set_password(world.ports, "ann@example.com", SecretString{"another-good-one"}));
    };
    EXPECT_EQ(refusal(kPassword), Errc::bad_credentials);
    EXPECT_EQ(latest_audit().detail, "account changed meanwhile");
    EXPECT_TRUE(world.stores.memory().sessions.empty());
}

TEST_F(LoginRehash, RefusesAnAccountThatWasDisabledMeanwhile)
{
    world.stores.memory().meanwhile = [&] { ASSERT_TRUE(disable_user(world.ports, "ann@example.com")); };
    auto const hashes               = world.passwords.hashes();
    EXPECT_EQ(refusal(kPassword), Errc::bad_credentials);
    EXPECT_EQ(world.passwords.hashes(), hashes + 1);
    EXPECT_TRUE(world.stores.memory().sessions.empty());
}

TEST_F(LoginRehash, TakesItsCountBackWhenStorageFailsAtTheSecondLook)
{
    hash()                          = {std::string{kForeignHash}};
    world.stores.memory().meanwhile = [&] { hash() = {"$argon2id$torn"}; };
    EXPECT_EQ(refusal("correct horse"), Errc::unavailable);
    EXPECT_EQ(failures(), 0U);
}

TEST_F(LoginRehash, LeavesAGoodHashAlone)
{
    auto const before = hash();
    ASSERT_TRUE(world.sign_in());
    EXPECT_EQ(hash(), before);
}

}  // namespace
}  // namespace signet::core
