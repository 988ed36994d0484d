#include "core/signup.hpp"

#include <gtest/gtest.h>

#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using testing::kPassword;
using testing::origin;
using testing::World;

struct Signup : ::testing::Test {
    World world;

    Result<User> sign_up(std::string email, std::string_view password = kPassword, std::string name = "Ann",
                         std::vector<std::string> roles = {}, Origin from = origin())
    {
        return signup(world.ports, {.email    = std::move(email),
                                    .name     = std::move(name),
                                    .password = SecretString{password},
                                    .roles    = std::move(roles),
                                    .origin   = std::move(from)});
    }
    Errc refusal(Result<User> const& result) { return result ? Errc::not_found : result.error().code; }
};

TEST_F(Signup, MakesAnAccountThatCanSignIn)
{
    auto const user = sign_up(" Ann@Example.com ", kPassword, " Ann Lee ", {"admin", "admin"});
    ASSERT_TRUE(user);
    EXPECT_EQ(user->email.text(), "Ann@Example.com");
    EXPECT_EQ(user->name, "Ann Lee");
    EXPECT_EQ(user->roles, std::vector<std::string>{"admin"});
    EXPECT_TRUE(user->password.text.starts_with("$argon2id$"));
    EXPECT_EQ(world.count(AuditEvent::user_added), 1U);
    EXPECT_TRUE(world.sign_in());
}

TEST_F(Signup, RefusesATakenAddressInWhateverCaseAfterTheSameHash)
{
    ASSERT_TRUE(sign_up("ann@example.com"));
    auto const hashes = world.passwords.hashes();
    EXPECT_EQ(refusal(sign_up("ANN@example.com")), Errc::email_taken);
    EXPECT_EQ(world.passwords.hashes(), hashes + 1) << "time does not tell";  // CHECKS C12
    EXPECT_EQ(world.count(AuditEvent::user_added), 1U);
}

TEST_F(Signup, RefusesWhatDoesNotReadBeforeAnyHash)
{
    auto const hashes = world.passwords.hashes();
    EXPECT_EQ(refusal(sign_up("ann")), Errc::invalid_email);
    EXPECT_EQ(refusal(sign_up("ann@example.com", kPassword, "A\nB")), Errc::invalid_name);
    EXPECT_EQ(refusal(sign_up("ann@example.com", kPassword, "Ann", {"Root"})), Errc::invalid_role);
    EXPECT_EQ(refusal(sign_up("ann@example.com", "short")), Errc::password_too_short);
    EXPECT_EQ(refusal(sign_up("ann@example.com", std::string(1025, 'x'))), Errc::password_too_long);
    EXPECT_EQ(refusal(sign_up("ann@example.com", "Password1")), Errc::password_too_common);
    EXPECT_EQ(refusal(sign_up("anneliese@example.com", "anneliese1")), Errc::password_is_personal);
    EXPECT_EQ(world.passwords.hashes(), hashes);
    EXPECT_TRUE(world.stores.memory().users.empty());
    EXPECT_TRUE(world.stores.memory().attempts.empty());
}

TEST_F(Signup, SlowsAnAddressThatAsksWhichAddressesAreTaken)
{
    world.settings.throttle.signup_free = 1'000;
    ASSERT_TRUE(sign_up("ann@example.com"));
    for (int i = 0; i < 51; ++i) EXPECT_EQ(refusal(sign_up("ann@example.com")), Errc::email_taken);
    auto const slowed = sign_up("ann@example.com");
    ASSERT_FALSE(slowed);
    EXPECT_EQ(slowed.error().code, Errc::slow_down);
    EXPECT_TRUE(slowed.error().retry_after);
    EXPECT_TRUE(sign_up("bob@example.com", kPassword, "Bob", {}, origin("203.0.113.1")));
}

TEST_F(Signup, SlowsAnAddressThatMakesManyAccounts)
{
    auto make = [&, number = 0](Origin const& from) mutable {
        return refusal(sign_up("user" + std::to_string(++number) + "@example.com", kPassword, "", {}, from));
    };
    for (int i = 0; i < 21; ++i) EXPECT_EQ(make(origin()), Errc::not_found) << i;
    EXPECT_EQ(make(origin()), Errc::slow_down);
    EXPECT_EQ(make(origin("203.0.113.1")), Errc::not_found) << "another address";
    EXPECT_EQ(make({}), Errc::not_found) << "an operator";
    world.clock.advance(std::chrono::hours{1});
    for (int i = 0; i < 20; ++i) EXPECT_EQ(make(origin()), Errc::not_found) << i;

    // An IPv6 host has as many addresses as it likes.
    int made = 0;
    for (int i = 0; i < 30; ++i)
        if (make(origin("2001:db8:1:2::" + std::to_string(i))) == Errc::not_found) ++made;
    EXPECT_EQ(made, 21);
    EXPECT_TRUE(world.sign_in(kPassword, "", "user1@example.com")) << "whoever is there may sign in";
}

TEST_F(Signup, IsNoGuessWhenItSucceedsOrStorageFails)
{
    world.settings.throttle.signup_free = 1'000;
    for (int i = 0; i < 60; ++i) ASSERT_TRUE(sign_up("user" + std::to_string(i) + "@example.com"));
    world.stores.memory().failing = true;
    EXPECT_EQ(refusal(sign_up("ann@example.com")), Errc::unavailable);
}

}  // namespace
}  // namespace signet::core
