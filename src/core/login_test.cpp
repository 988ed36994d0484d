#include "core/login.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/accounts.hpp"
#include "core/device_token.hpp"
#include "core/refresh_token.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using testing::kPassword;
using testing::origin;
using testing::World;

struct Login : ::testing::Test {
    World world;
    User  ann = world.add_user("ann@example.com", {"admin"});

    Errc refusal(std::string_view password, std::string const& device = {},
                 std::string const& email = "ann@example.com", Origin const& from = origin())
    {
        auto const grant = world.sign_in(password, device, email, from);
        return grant ? Errc::not_found : grant.error().code;
    }
    // `count` wrong guesses, each as soon as it is let in.
    void guess(int count, std::string const& device = {}, Origin const& from = origin())
    {
        for (int i = 0; i < count; ++i) {
            auto const grant = world.sign_in("wrong", device, "ann@example.com", from);
            ASSERT_FALSE(grant);
            if (grant.error().code != Errc::slow_down) continue;
            world.clock.advance(*grant.error().retry_after);
            ASSERT_EQ(refusal("wrong", device, "ann@example.com", from), Errc::bad_credentials);
        }
    }
    AuditEntry const& latest_audit() { return world.stores.memory().audit.back(); }
    void              disable() { ASSERT_TRUE(disable_user(world.ports, "ann@example.com")); }
};

TEST_F(Login, OpensASessionForTheRightPassword)
{
    auto const now   = world.clock.now();
    auto const grant = world.sign_in(kPassword, {}, " ANN@example.com ");
    ASSERT_TRUE(grant);
    EXPECT_EQ(grant->user.id, ann.id);
    EXPECT_EQ(grant->session_expires_at, now + 30 * 24h);
    auto const refresh = parse_refresh_token(world.token_secret, grant->refresh.reveal());
    ASSERT_TRUE(refresh);
    EXPECT_EQ(refresh->session, grant->session);
    EXPECT_EQ(refresh->generation, 0U);

    auto const& session = world.stores.memory().sessions.at(grant->session);
    EXPECT_EQ(session.user, ann.id);
    EXPECT_EQ(session.client_id, "signet");
    EXPECT_EQ(session.created_at, now);
    EXPECT_EQ(session.expires_at, now + 180 * 24h);
    EXPECT_FALSE(session.rotated_at);
    EXPECT_EQ(session.origin.user_agent, "Browser/1");
    EXPECT_EQ(latest_audit().event, AuditEvent::login_succeeded);
    EXPECT_EQ(latest_audit().session, grant->session);
}

// CHECKS B57
TEST_F(Login, OpensANewSessionEachTime)
{
    auto const one   = world.sign_in();
    auto const other = world.sign_in(kPassword, one->device_token);
    ASSERT_TRUE(other);
    EXPECT_NE(one->session, other->session);
}

// CHECKS C12
TEST_F(Login, AnswersAnUnknownAddressAWrongPasswordAndADisabledAccountAlike)
{
    EXPECT_EQ(refusal(kPassword, {}, "bob@example.com"), Errc::bad_credentials);
    EXPECT_EQ(latest_audit().detail, "unknown address");
    EXPECT_FALSE(latest_audit().user);
    EXPECT_EQ(refusal("wrong"), Errc::bad_credentials);
    EXPECT_EQ(latest_audit().detail, "wrong password");
    EXPECT_EQ(latest_audit().user, ann.id);
    disable();
    EXPECT_EQ(refusal(kPassword), Errc::bad_credentials);
    EXPECT_EQ(latest_audit().detail, "account disabled");
    EXPECT_TRUE(world.stores.memory().sessions.empty());
}

// CHECKS C13
TEST_F(Login, HashesOnceEvenForAnUnknownAddress)
{
    auto const cost = [&](auto attempt) {
        auto const hashes = world.passwords.hashes();
        auto const deeds  = world.stores.memory().deeds;
        attempt();
        return std::pair{world.passwords.hashes() - hashes, world.stores.memory().deeds - deeds};
    };
    auto const unknown  = cost([&] { EXPECT_EQ(refusal(kPassword, {}, "bob@example.com"), Errc::bad_credentials); });
    auto const wrong    = cost([&] { EXPECT_EQ(refusal("wrong"), Errc::bad_credentials); });
    auto const overlong = cost([&] { EXPECT_EQ(refusal(std::string(100'000, 'x')), Errc::bad_credentials); });
    auto const overlong_unknown =
        cost([&] { EXPECT_EQ(refusal(std::string(100'000, 'x'), {}, "bob@example.com"), Errc::bad_credentials); });
    disable();
    auto const disabled = cost([&] { EXPECT_EQ(refusal(kPassword), Errc::bad_credentials); });

    EXPECT_EQ(unknown.first, 1U);
    EXPECT_EQ(wrong, unknown) << "as many hashes, as many storage calls";
    EXPECT_EQ(disabled, unknown);
    EXPECT_EQ(overlong, unknown);
    EXPECT_EQ(overlong_unknown, unknown);
}

TEST_F(Login, RefusesWhatIsNoAddressBeforeAnythingElse)
{
    auto const hashes = world.passwords.hashes();
    EXPECT_EQ(refusal(kPassword, {}, "ann"), Errc::invalid_email);
    EXPECT_EQ(refusal(kPassword, {}, ""), Errc::invalid_email);
    EXPECT_EQ(world.passwords.hashes(), hashes);
}

// CHECKS E32
TEST_F(Login, WritesNeitherPasswordNorTokenIntoTheAuditLog)
{
    EXPECT_EQ(refusal("hunter2-marker"), Errc::bad_credentials);
    EXPECT_EQ(refusal("hunter2-marker", {}, "bob@example.com"), Errc::bad_credentials);
    auto const grant = world.sign_in();
    for (auto const& row : world.stores.memory().audit) {
        EXPECT_EQ(row.detail.find("hunter2"), std::string::npos);
        EXPECT_EQ(row.detail.find(grant->refresh.reveal()), std::string::npos);
        EXPECT_EQ(row.detail.find("$argon2"), std::string::npos);
    }
}

// ---- slowing down ----

// CHECKS C7
TEST_F(Login, SlowsDownAfterFiveFreeFailuresBeforeAnyHash)
{
    guess(6);
    auto const hashes = world.passwords.hashes();
    auto const rows   = world.stores.memory().audit.size();
    auto const grant  = world.sign_in();
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().code, Errc::slow_down);
    EXPECT_EQ(grant.error().retry_after, 1s);
    EXPECT_EQ(world.passwords.hashes(), hashes);
    EXPECT_EQ(world.stores.memory().audit.size(), rows) << "a try turned away costs no row";

    world.clock.advance(1s);
    EXPECT_TRUE(world.sign_in());
}

TEST_F(Login, RoundsTheWaitUp)
{
    guess(7);
    world.clock.advance(std::chrono::milliseconds{500});
    auto const grant = world.sign_in();
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().retry_after, 2s) << "1.5 s are left";
}

TEST_F(Login, SlowsDownAnUnknownAddressTheSameWay)
{
    for (int i = 0; i < 6; ++i) EXPECT_EQ(refusal("x", {}, "bob@example.com"), Errc::bad_credentials);
    EXPECT_EQ(refusal("x", {}, "bob@example.com"), Errc::slow_down);
    EXPECT_TRUE(world.sign_in()) << "another account is not concerned";
}

// CHECKS C8
TEST_F(Login, CountsOneAccountHoweverItIsTyped)
{
    for (auto const* const typed : {"ann@example.com", "ANN@example.com", "Ann@Example.Com", " ann@example.com",
                                    "aNN@example.com ", "ann@EXAMPLE.com"})
        EXPECT_EQ(refusal("wrong", {}, typed), Errc::bad_credentials);
    EXPECT_EQ(refusal("wrong", {}, "anN@example.com"), Errc::slow_down);
}

// CHECKS C7: per account, not per address of the guesser.
TEST_F(Login, CountsGuessesFromManyAddressesTogether)
{
    for (int i = 0; i < 6; ++i)
        EXPECT_EQ(refusal("wrong", {}, "ann@example.com", origin("198.51.100." + std::to_string(i))),
                  Errc::bad_credentials);
    EXPECT_EQ(refusal("wrong", {}, "ann@example.com", origin("203.0.113.1")), Errc::slow_down);
}

// CHECKS C7
TEST_F(Login, StopsAHundredFailuresHard)
{
    guess(100, {}, origin("198.51.100.9"));
    auto const grant = world.sign_in();
    ASSERT_FALSE(grant);
    EXPECT_EQ(grant.error().code, Errc::slow_down);
    world.clock.advance(15 * 60s);
    EXPECT_EQ(refusal(kPassword), Errc::slow_down);
    world.clock.advance(24h);
    EXPECT_TRUE(world.sign_in());
}

// CHECKS C10
TEST_F(Login, LetsNoMoreThanTheFreeGuessesThroughInParallel)
{
    std::atomic<int> hashed = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&, t] {
                for (int i = 0; i < 50; ++i)
                    if (refusal("wrong", {}, "ann@example.com", origin("198.51.100." + std::to_string(t))) ==
                        Errc::bad_credentials)
                        ++hashed;
            });
    }
    EXPECT_EQ(hashed, 6);
}

// CHECKS C10
TEST_F(Login, TakesItsOwnCountBackAndForgetsTheSameSourceOnly)
{
    guess(3, {}, origin("198.51.100.9"));
    guess(2);
    ASSERT_TRUE(world.sign_in());
    auto& attempts = world.stores.memory().attempts;
    EXPECT_EQ((attempts[{AttemptScope::account, "ann@example.com"}].failures), 3U);
    EXPECT_EQ((attempts[{AttemptScope::source, "ann@example.com|198.51.100.9"}].failures), 3U);
    EXPECT_EQ((attempts[{AttemptScope::source, "ann@example.com|192.0.2.7"}].failures), 0U);
}

TEST_F(Login, IsNeverSlowedByItsOwnSuccesses)
{
    for (int i = 0; i < 300; ++i) ASSERT_TRUE(world.sign_in());
}

// CHECKS C11: one password at many accounts.
TEST_F(Login, SlowsAnAddressThatTriesManyAccounts)
{
    int let_in = 0;
    for (int i = 0; i < 100; ++i)
        if (refusal("wrong", {}, "user" + std::to_string(i) + "@example.com") == Errc::bad_credentials) ++let_in;
    EXPECT_EQ(let_in, 51);
    EXPECT_TRUE(world.sign_in(kPassword, {}, "ann@example.com", origin("203.0.113.1")));
}

// CHECKS C11
TEST_F(Login, SlowsANetworkThatChangesAddresses)
{
    int let_in = 0;
    for (int i = 0; i < 300; ++i)
        if (refusal("wrong", {}, "user" + std::to_string(i) + "@example.com",
                    origin("2001:db8:1:2::" + std::to_string(i))) == Errc::bad_credentials)
            ++let_in;
    EXPECT_EQ(let_in, 201);
}

// An office or a school behind one address: ten typing errors and two hundred sign-ins a day, for a month.
TEST_F(Login, NeverSlowsASharedAddressDown)
{
    auto const pause = std::chrono::duration_cast<std::chrono::milliseconds>(24h) / 210;
    for (int day = 0; day < 30; ++day)
        for (int i = 0; i < 210; ++i) {
            world.clock.advance(pause);
            if (i % 21 == 0) {
                // Each by somebody else, who finds out at home.
                auto const typo = "user" + std::to_string(i) + "@example.com";
                ASSERT_EQ(refusal("wrong", {}, typo), Errc::bad_credentials) << day;
            } else {
                ASSERT_TRUE(world.sign_in()) << day;
            }
        }
}

// What a success leaves behind must not be later than the failures it says nothing about.
TEST_F(Login, ForgetsAStrangersGuessesThoughTheOwnerSignsInEachDay)
{
    guess(20, {}, origin("198.51.100.9"));
    for (int hours = 0; hours < 24; hours += 6) {
        ASSERT_TRUE(world.sign_in() || hours == 0) << hours;
        world.clock.advance(6h);
    }
    for (int i = 0; i < 6; ++i) EXPECT_EQ(refusal("wrong"), Errc::bad_credentials) << i;
}

// ---- a device that signed in before ----

// CHECKS C9
TEST_F(Login, LetsTheOwnersDeviceInWhileAStrangerTripsTheLimits)
{
    auto const device = world.sign_in()->device_token;
    guess(20, {}, origin("198.51.100.9"));
    EXPECT_EQ(refusal(kPassword), Errc::slow_down);
    auto const grant = world.sign_in(kPassword, device);
    ASSERT_TRUE(grant);
    EXPECT_EQ(parse_device_token(world.token_secret, grant->device_token)->device,
              parse_device_token(world.token_secret, device)->device)
        << "it stays the same device";
}

// CHECKS C9
TEST_F(Login, LetsTheOwnersDeviceInWhileAStrangerGuessesFromTheSameAddress)
{
    auto const device = world.sign_in()->device_token;
    for (int i = 0; i < 60; ++i)
        static_cast<void>(world.sign_in("wrong", {}, "user" + std::to_string(i) + "@example.com"));
    EXPECT_EQ(refusal(kPassword), Errc::slow_down);
    EXPECT_TRUE(world.sign_in(kPassword, device));
}

// CHECKS C7
TEST_F(Login, LetsInWhomAnOperatorHelps)
{
    auto const from_elsewhere = origin("198.51.100.9");
    guess(120, {}, from_elsewhere);
    EXPECT_EQ(refusal(kPassword), Errc::slow_down);
    ASSERT_TRUE(enable_user(world.ports, "ann@example.com"));
    EXPECT_TRUE(world.sign_in());

    guess(120, {}, from_elsewhere);
    EXPECT_EQ(refusal(kPassword), Errc::slow_down);
    ASSERT_TRUE(set_password(world.ports, "ann@example.com", SecretString{"another-good-one"}));
    EXPECT_TRUE(world.sign_in("another-good-one"));
}

// CHECKS C7, C9
TEST_F(Login, SlowsGuessesFromATrustedDeviceByItsOwnCounter)
{
    auto const device = world.sign_in()->device_token;
    for (int i = 0; i < 6; ++i) EXPECT_EQ(refusal("wrong", device), Errc::bad_credentials);
    EXPECT_EQ(refusal("wrong", device), Errc::slow_down);
    EXPECT_TRUE(world.sign_in(kPassword, {}, "ann@example.com", origin("203.0.113.1")));
}

// CHECKS C9
TEST_F(Login, TrustsNoDeviceOfAnotherAccountAndNoForgedOne)
{
    world.add_user("bob@example.com");
    auto const of_bob = world.sign_in(kPassword, {}, "bob@example.com")->device_token;
    guess(20, {}, origin("198.51.100.9"));
    EXPECT_EQ(refusal(kPassword, of_bob), Errc::slow_down);
    EXPECT_EQ(refusal(kPassword, "sdt_" + std::string(87, 'A')), Errc::slow_down);
    EXPECT_EQ(refusal(kPassword, std::string(100'000, 'A')), Errc::slow_down);
    auto const other_server = make_device_token(
        testing::make_token_secret("b"),
        {ann.id, Uuid::make(world.clock.now(), world.random), mark_of(world.token_secret, ann.password)});
    EXPECT_EQ(refusal(kPassword, other_server), Errc::slow_down);
}

// CHECKS C7: who knew the old password has as many devices as he likes, and no guesses at the new one for it.
TEST_F(Login, TrustsNoDeviceThatAnotherPasswordLetIn)
{
    std::vector<std::string> devices;
    for (int i = 0; i < 30; ++i) devices.push_back(world.sign_in()->device_token);
    ASSERT_TRUE(set_password(world.ports, "ann@example.com", SecretString{"another-good-one"}));
    int hashed = 0;
    for (auto const& device : devices)
        for (int i = 0; i < 5; ++i) hashed += refusal("wrong", device) == Errc::bad_credentials ? 1 : 0;
    EXPECT_LE(hashed, 6) << "the account's own counter";
}

// A stronger hash of the same password is no other password.
TEST_F(Login, TrustsTheDeviceThatTheStrongerHashWasMadeFor)
{
    world.stores.memory().users.at("ann@example.com").password =
        Passwords{{.memory_kib = 8, .iterations = 1}}.hash(SecretString{kPassword}).value();
    auto const device = world.sign_in()->device_token;
    guess(20, {}, origin("198.51.100.9"));
    EXPECT_TRUE(world.sign_in(kPassword, device));
}

// ---- when something fails ----

// CHECKS E18: never a wrong password.
TEST_F(Login, SaysUnavailableWhenStorageFails)
{
    world.stores.memory().failing = true;
    EXPECT_EQ(refusal(kPassword), Errc::unavailable);
    EXPECT_EQ(refusal("wrong"), Errc::unavailable);
}

TEST_F(Login, TakesItsCountBackWhenTheHashCouldNotBeChecked)
{
    world.stores.memory().users.at("ann@example.com").password = {"$argon2id$torn"};
    for (int i = 0; i < 20; ++i) EXPECT_EQ(refusal(kPassword), Errc::unavailable);
    EXPECT_EQ((world.stores.memory().attempts[{AttemptScope::account, "ann@example.com"}].failures), 0U);
}

}  // namespace
}  // namespace signet::core
