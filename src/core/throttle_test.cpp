#include "core/throttle.hpp"

#include <gtest/gtest.h>

namespace signet::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using namespace std::chrono_literals;

constexpr TimePoint kNow = from_unix_milliseconds(1'800'000'000'000);

AttemptLimit account_limit()
{
    return {.key          = {AttemptScope::account, "ann@example.com"},
            .free         = 5,
            .hard_stop    = 100,
            .longest_wait = 15min,
            .forget_after = 24h};
}

milliseconds wait_after(std::uint32_t failures, milliseconds ago = 0ms)
{
    return remaining_wait({.failures = failures, .latest = kNow - ago}, account_limit(), kNow);
}

// CHECKS C7
TEST(Throttle, LetsFiveFailuresPassAndDoublesTheWaitFromThere)
{
    for (std::uint32_t failures = 0; failures <= 5; ++failures) EXPECT_EQ(wait_after(failures), 0ms) << failures;
    EXPECT_EQ(wait_after(6), 1s);
    EXPECT_EQ(wait_after(7), 2s);
    EXPECT_EQ(wait_after(8), 4s);
    EXPECT_EQ(wait_after(15), 512s);
    EXPECT_EQ(wait_after(16), 15min);
    EXPECT_EQ(wait_after(99), 15min);
}

// CHECKS C7
TEST(Throttle, StopsAtAHundredFailuresUntilTheyAreForgotten)
{
    EXPECT_EQ(wait_after(100), 24h);
    EXPECT_EQ(wait_after(100, 23h), 1h);
    EXPECT_EQ(wait_after(4'000'000'000U), 24h);
    EXPECT_EQ(wait_after(100, 24h), 0ms);
}

TEST(Throttle, WaitsOnceForEverInALimitWithoutAHardStop)
{
    auto limit = account_limit();
    limit.hard_stop.reset();
    EXPECT_EQ(remaining_wait({.failures = 4'000'000'000U, .latest = kNow}, limit, kNow), 15min);
}

TEST(Throttle, CountsTheWaitFromTheLatestFailure)
{
    EXPECT_EQ(wait_after(8, 1500ms), 2500ms);
    EXPECT_EQ(wait_after(8, 3999ms), 1ms);
    EXPECT_EQ(wait_after(8, 4s), 0ms);
}

TEST(Throttle, ForgetsADayAfterTheLatestFailure)
{
    EXPECT_EQ(wait_after(99, 24h - 1ms), 0ms);
    auto const before = count_attempt({.failures = 99, .latest = kNow - 24h + 1ms}, account_limit(), kNow);
    EXPECT_EQ(before.failures, 100U);
    auto const after = count_attempt({.failures = 99, .latest = kNow - 24h}, account_limit(), kNow);
    EXPECT_EQ(after.failures, 1U);
    EXPECT_EQ(after.latest, kNow);
    EXPECT_EQ(count_attempt({}, account_limit(), kNow).failures, 1U);
}

// CHECKS E26
TEST(Throttle, NeverWaitsLongerBecauseTheClockWasSetBack)
{
    EXPECT_EQ(remaining_wait({.failures = 6, .latest = kNow + 1h}, account_limit(), kNow), 1s);
}

// ---- what leaks ----

AttemptLimit address_limit()
{
    return {.key          = {AttemptScope::address, "192.0.2.7"},
            .free         = 48,  // one each half hour
            .longest_wait = 15min,
            .forget_after = 24h,
            .leaks        = true};
}

TEST(Throttle, LetsASharedCounterLeakWhateverComesBetween)
{
    AttemptCounter counter;
    for (int i = 0; i < 60; ++i) counter = count_attempt(counter, address_limit(), kNow);
    EXPECT_GT(remaining_wait(counter, address_limit(), kNow + 1s), 0ms);
    // 29 minutes later none has leaked, 31 minutes later one has, whether or not an attempt was counted between.
    counter = count_attempt(counter, address_limit(), kNow + 29min);
    EXPECT_EQ(counter.failures, 61U);
    counter = count_attempt(counter, address_limit(), kNow + 31min);
    EXPECT_EQ(counter.failures, 61U);
    counter = count_attempt(counter, address_limit(), kNow + 61min);
    EXPECT_EQ(counter.failures, 61U);
    EXPECT_EQ(remaining_wait(counter, address_limit(), kNow + 61min + 14 * 30min), 0ms);
    EXPECT_EQ(count_attempt(counter, address_limit(), kNow + 61min + 23h).failures, 16U);
}

TEST(Throttle, LetsNoAccountLeak)
{
    auto const later = count_attempt({.failures = 20, .latest = kNow}, account_limit(), kNow + 23h);
    EXPECT_EQ(later.failures, 21U);
}

// ---- which counters ----

std::vector<AttemptKey> keys(std::string_view typed, std::string const& address,
                             std::optional<std::string> const& device = std::nullopt, ThrottleSettings settings = {})
{
    return keys_of(login_limits(*Email::parse(typed), {address}, device, settings));
}

TEST(LoginLimits, CountPerAccountSourceAndAddress)
{
    EXPECT_EQ(keys("ann@example.com", "192.0.2.7"),
              (std::vector<AttemptKey>{{AttemptScope::account, "ann@example.com"},
                                       {AttemptScope::source, "ann@example.com|192.0.2.7"},
                                       {AttemptScope::address, "192.0.2.7"}}));
}

// CHECKS C8
TEST(LoginLimits, AreTheSameWhateverTheCase)
{
    EXPECT_EQ(keys(" Ann@Example.COM", "192.0.2.7"), keys("ann@example.com", "192.0.2.7"));
}

// CHECKS C11
TEST(LoginLimits, CountAnIpv6HostByItsNetworkToo)
{
    auto const found = keys("ann@example.com", "2001:db8:1:2:3::4");
    ASSERT_EQ(found.size(), 4U);
    EXPECT_EQ(found.back(), (AttemptKey{AttemptScope::network, "2001:db8:1:2::/64"}));
}

// CHECKS C9
TEST(LoginLimits, AreATrustedDevicesOwnCounterAlone)
{
    auto const own = std::vector<AttemptKey>{{AttemptScope::device, "ann@example.com|some-device"}};
    EXPECT_EQ(keys("ann@example.com", "192.0.2.7", "some-device"), own);
    EXPECT_EQ(keys("ann@example.com", "2001:db8:1:2:3::4", "some-device"), own);
}

TEST(LoginLimits, KnowNoAddressOnTheCommandLine)
{
    for (auto const& key : keys("ann@example.com", "")) EXPECT_NE(key.scope, AttemptScope::address);
    EXPECT_TRUE(address_limits({}, {}).empty());
}

TEST(LoginLimits, ExemptALoopbackAddressOnlyWhenAskedTo)
{
    ThrottleSettings settings;
    EXPECT_EQ(keys("ann@example.com", "127.0.0.1", std::nullopt, settings).size(), 3U);
    settings.exempt_loopback_addresses = true;
    EXPECT_EQ(keys("ann@example.com", "127.0.0.1", std::nullopt, settings).size(), 2U);
    EXPECT_EQ(keys("ann@example.com", "::1", std::nullopt, settings).size(), 2U);
    EXPECT_EQ(keys("ann@example.com", "192.0.2.7", std::nullopt, settings).size(), 3U);
}

TEST(LoginLimits, KeepTheAccountCounterAlsoForALoopbackAddress)
{
    ThrottleSettings settings;
    settings.exempt_loopback_addresses = true;
    EXPECT_EQ(keys("ann@example.com", "127.0.0.1", std::nullopt, settings).front().scope, AttemptScope::account);
}

}  // namespace
}  // namespace signet::core
