// CHECKS C11, C35: one password at ten thousand accounts trips no counter of theirs.
#include "core/sign_in_watch.hpp"

#include <gtest/gtest.h>

#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using testing::World;
using enum SignInEnd;

TimePoint const kStart{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};

TEST(SignInWatch, SuspectsGuessingOnceAsManyFailInAMinute)
{
    int         alarms = 0;
    SignInWatch watch{10, [&] { ++alarms; }};
    for (int i = 0; i < 9; ++i) EXPECT_FALSE(watch.note(i % 2 == 0 ? bad_credentials : slow_down, kStart + i * 5s));
    EXPECT_FALSE(watch.is_guessing_suspected(kStart + 45s));
    EXPECT_TRUE(watch.note(bad_credentials, kStart + 45s));
    EXPECT_TRUE(watch.is_guessing_suspected(kStart + 45s));
    EXPECT_EQ(alarms, 1);
}

TEST(SignInWatch, SuspectsNobodyWhereFewFailForLong)
{
    SignInWatch watch{10};
    for (int i = 0; i < 500; ++i) EXPECT_FALSE(watch.note(bad_credentials, kStart + i * 8s)) << i;
}

// A guesser has an account of his own.
TEST(SignInWatch, IsNotSilencedBySignInsThatSucceed)
{
    SignInWatch watch{10};
    for (int i = 0; i < 9; ++i) {
        for (int j = 0; j < 5; ++j) EXPECT_FALSE(watch.note(succeeded, kStart + i * 10ms));
        EXPECT_FALSE(watch.note(bad_credentials, kStart + i * 10ms));
    }
    EXPECT_TRUE(watch.note(bad_credentials, kStart + 3s));
}

TEST(SignInWatch, SaysItOnceForAnAttackAndAgainForTheNext)
{
    int         alarms = 0;
    SignInWatch watch{10, [&] { ++alarms; }};
    for (int i = 0; i < 1000; ++i) (void)watch.note(bad_credentials, kStart + i * 1s);
    EXPECT_EQ(alarms, 1);
    EXPECT_FALSE(watch.is_guessing_suspected(kStart + 1000s + SignInWatch::kWindow));
    for (int i = 0; i < 10; ++i) (void)watch.note(bad_credentials, kStart + 2000s);
    EXPECT_EQ(alarms, 2);
}

TEST(SignInWatch, NeverSuspectsAtZero)
{
    SignInWatch watch{0};
    for (int i = 0; i < 1000; ++i) EXPECT_FALSE(watch.note(bad_credentials, kStart));
    EXPECT_EQ(watch.count(bad_credentials), 1000U);
    EXPECT_EQ(watch.count(succeeded), 0U);
}

TEST(SignInWatch, ForgetsTheFutureWhenTheClockIsSetBack)
{
    SignInWatch watch{10};
    for (int i = 0; i < 9; ++i) (void)watch.note(bad_credentials, kStart + 1h);
    EXPECT_FALSE(watch.note(bad_credentials, kStart));
}

// One try at each account, each from an address of its own.
TEST(SignInWatch, SeesASprayThatTripsNoCounter)
{
    auto settings                    = testing::cheap_settings();
    settings.throttle.alarm_failures = 50;
    World world{settings};
    world.add_user();
    ASSERT_TRUE(world.sign_in());
    for (int i = 0; i < 49; ++i) {
        auto const refused = world.sign_in("Winter2026!", {}, "member" + std::to_string(i) + "@example.com",
                                           testing::origin("198.51.100." + std::to_string(i)));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code, Errc::bad_credentials);
    }
    EXPECT_EQ(world.count(AuditEvent::guessing_suspected), 0U);
    (void)world.sign_in("Winter2026!");
    (void)world.sign_in("Winter2026!");
    EXPECT_EQ(world.count(AuditEvent::guessing_suspected), 1U);
    EXPECT_EQ(world.alarms, 1);
    EXPECT_TRUE(world.sign_ins.is_guessing_suspected(world.clock.now()));
    EXPECT_EQ(world.sign_ins.count(bad_credentials), 51U);
    EXPECT_EQ(world.sign_ins.count(succeeded), 1U);
    EXPECT_TRUE(world.sign_in()) << "an alarm locks nobody out";
}

}  // namespace
}  // namespace signet::core
