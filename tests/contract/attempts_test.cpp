#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "contract/samples.hpp"
#include "contract/stores.hpp"

namespace signet::contract {
namespace {

using core::AttemptKey;
using core::AttemptLimit;
using core::AttemptScope;
using core::AuditEvent;
using core::Errc;

AttemptKey const kAccount{AttemptScope::account, "ann@example.com"};
AttemptKey const kSource{AttemptScope::source, "ann@example.com|192.0.2.7"};
AttemptKey const kOtherSource{AttemptScope::source, "ann@example.com|198.51.100.1"};
AttemptKey const kDevice{AttemptScope::device, "ann@example.com|laptop"};
AttemptKey const kAddress{AttemptScope::address, "192.0.2.7"};
AttemptKey const kNetwork{AttemptScope::network, "2001:db8:1:2::/64"};

AttemptLimit limit(AttemptKey const& key, std::uint32_t free)
{
    bool const shared = key.scope == AttemptScope::address || key.scope == AttemptScope::network;
    return {.key = key, .free = free, .longest_wait = 15min, .forget_after = 24h, .leaks = shared};
}

class AttemptStore : public ContractTest {
protected:
    // Whether one more attempt is let through at `at`; counts it if so.
    bool admits(std::vector<AttemptLimit> const& limits, TimePoint at = kStart)
    {
        return attempts_.admit(limits, at).value() == 0ms;
    }
    void fail(std::vector<AttemptKey> const& keys, int times)
    {
        std::vector<AttemptLimit> limits;
        for (auto const& key : keys) limits.push_back(limit(key, 1'000'000));
        for (int i = 0; i < times; ++i) ASSERT_TRUE(admits(limits));
    }
    // How many failures the counter holds: the least number that may be free and leaves nothing to wait for.
    std::uint32_t failures(AttemptKey const& key)
    {
        for (std::uint32_t free = 0; free < 5'000; ++free) {
            if (!admits({limit(key, free)})) continue;
            attempts_.take_back(std::vector{key}).value();
            return free;
        }
        return 5'000;
    }
    void sign_in(std::vector<AttemptKey> const& admitted)
    {
        sessions_.open_session({sample_session(ann_), ann_.password, admitted}, entry(AuditEvent::login_succeeded))
            .value();
    }

    core::User ann_ = add_user(users_, "ann@example.com");
};
INSTANTIATE_TEST_SUITE_P(Contract, AttemptStore, testing::ValuesIn(keepers()), keeper_name);

TEST_P(AttemptStore, AdmitsUntilTheFreeFailuresAreUsed)
{
    auto const limits = std::vector{limit(kAccount, 3)};
    // With 3 free failures the fourth is counted without a wait, and it costs the next one a second.
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(admits(limits)) << i;
    EXPECT_EQ(attempts_.admit(limits, kStart).value(), 1s);
    EXPECT_EQ(attempts_.admit(limits, kStart + 400ms).value(), 600ms);
    EXPECT_TRUE(admits(limits, kStart + 1s));
    EXPECT_EQ(attempts_.admit(limits, kStart + 1s).value(), 2s);
}

TEST_P(AttemptStore, GivesTheLongestWaitAndCountsNothingThen)
{
    fail({kAccount}, 4);
    fail({kAddress}, 3);
    auto const limits = std::vector{limit(kAddress, 2), limit(kNetwork, 2), limit(kAccount, 2)};
    EXPECT_EQ(attempts_.admit(limits, kStart).value(), 2s);
    EXPECT_EQ(failures(kAccount), 4U);
    EXPECT_EQ(failures(kAddress), 3U);
    EXPECT_EQ(failures(kNetwork), 0U);
}

TEST_P(AttemptStore, CountsEachScopeAndSubjectByItself)
{
    fail({kAccount, kSource}, 2);
    fail({{AttemptScope::account, "bob@example.com"}}, 5);
    fail({{AttemptScope::device, kAccount.subject}}, 4);
    EXPECT_EQ(failures(kAccount), 2U);
    EXPECT_EQ(failures(kSource), 2U);
    EXPECT_EQ(failures(kOtherSource), 0U);
}

TEST_P(AttemptStore, AdmitsWhereThereIsNoLimit)
{
    EXPECT_EQ(attempts_.admit({}, kStart).value(), 0ms);
}

TEST_P(AttemptStore, ForgetsAfterTheTimeOfTheLimit)
{
    fail({kAccount}, 9);
    auto const limits = std::vector{limit(kAccount, 1)};
    EXPECT_FALSE(admits(limits));
    EXPECT_TRUE(admits(limits, kStart + 24h));
    // Counted from one again.
    EXPECT_TRUE(admits(limits, kStart + 24h));
    EXPECT_EQ(attempts_.admit(limits, kStart + 24h).value(), 1s);
}

// CHECKS C10: 1,000 parallel guesses count 1,000.
TEST_P(AttemptStore, CountsAThousandGuessesMadeAtOnce)
{
    constexpr int            kThreads = 8;
    constexpr int            kEach    = 125;
    std::atomic<int>         admitted = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            auto const limits = std::vector{limit(kAccount, 100'000), limit(kAddress, 100'000)};
            for (int n = 0; n < kEach; ++n) {
                auto const wait = attempts_.admit(limits, kStart);
                if (wait && *wait == 0ms) ++admitted;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(admitted, kThreads * kEach);
    EXPECT_EQ(failures(kAccount), 1'000U);
    EXPECT_EQ(failures(kAddress), 1'000U);
}

TEST_P(AttemptStore, LetsNoMoreThroughAtOnceThanAreFree)
{
    std::atomic<int>         admitted = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            auto const limits = std::vector{limit(kAccount, 5)};
            for (int n = 0; n < 10; ++n) {
                auto const wait = attempts_.admit(limits, kStart);
                if (wait && *wait == 0ms) ++admitted;
            }
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(admitted, 6);
}

TEST_P(AttemptStore, TakesAnAttemptBackButNeverBelowNothing)
{
    fail({kAccount, kAddress}, 2);
    ASSERT_TRUE(attempts_.take_back(std::vector{kAccount, kNetwork}));
    EXPECT_EQ(failures(kAccount), 1U);
    EXPECT_EQ(failures(kAddress), 2U);
    ASSERT_TRUE(attempts_.take_back(std::vector{kAccount}));
    ASSERT_TRUE(attempts_.take_back(std::vector{kAccount}));
    EXPECT_EQ(failures(kAccount), 0U);
    EXPECT_EQ(failures(kNetwork), 0U);
}

// CHECKS C10: success resets only same-source failures.
TEST_P(AttemptStore, ASignInForgetsTheFailuresOfItsSourceOnly)
{
    fail({kAccount, kSource, kAddress}, 3);
    fail({kAccount, kOtherSource}, 4);
    fail({kAccount, kSource, kAddress}, 1);  // the sign-in's own

    sign_in({kAccount, kSource, kAddress});
    EXPECT_EQ(failures(kSource), 0U);
    EXPECT_EQ(failures(kOtherSource), 4U);
    EXPECT_EQ(failures(kAccount), 4U);
    EXPECT_EQ(failures(kAddress), 0U);
}

TEST_P(AttemptStore, ASignInLeavesWhatOthersFailedAtItsAddress)
{
    fail({kAddress, kNetwork}, 5);
    fail({kAccount, kSource, kAddress, kNetwork}, 3);

    sign_in({kAccount, kSource, kAddress, kNetwork});
    EXPECT_EQ(failures(kAddress), 5U);
    EXPECT_EQ(failures(kNetwork), 5U);
}

// CHECKS C9: the counter of a trusted device stands by itself.
TEST_P(AttemptStore, ASignInFromATrustedDeviceForgetsItsFailuresOnly)
{
    fail({kAccount, kOtherSource, kAddress}, 7);
    fail({kDevice}, 3);

    sign_in({kDevice});
    EXPECT_EQ(failures(kDevice), 0U);
    EXPECT_EQ(failures(kAddress), 7U);
    EXPECT_EQ(failures(kAccount), 7U);
}

TEST_P(AttemptStore, ATakenBackAttemptIsNotTheLatest)
{
    fail({kAccount}, 9);
    auto const limits = std::vector{limit(kAccount, 100)};
    for (auto const after : {8h, 16h, 23h}) {
        ASSERT_TRUE(admits(limits, kStart + after));
        ASSERT_TRUE(attempts_.take_back(std::vector{kAccount}));
    }
    // Forgotten a day after the latest failure, whatever succeeded since.
    EXPECT_FALSE(admits({limit(kAccount, 8)}, kStart));
    EXPECT_TRUE(admits({limit(kAccount, 1)}, kStart + 24h));
}

TEST_P(AttemptStore, ATakenBackAttemptDoesNotWaitForItself)
{
    fail({kAccount}, 9);
    auto const limits = std::vector{limit(kAccount, 5)};  // 8 s
    EXPECT_FALSE(admits(limits, kStart + 7s));
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(admits(limits, kStart + 8s)) << i;
        ASSERT_TRUE(attempts_.take_back(std::vector{kAccount}));
    }
}

TEST_P(AttemptStore, ASharedCounterLeaksThroughSuccesses)
{
    fail({kAddress}, 10);
    auto const limits = std::vector{limit(kAddress, 24)};  // one an hour
    for (int minutes = 5; minutes < 10 * 60; minutes += 5) {
        ASSERT_TRUE(admits(limits, kStart + std::chrono::minutes{minutes}));
        ASSERT_TRUE(attempts_.take_back(std::vector{kAddress}));
    }
    // Nine hours later one of the ten is left.
    ASSERT_TRUE(admits({limit(kAddress, 1)}, kStart + 9h + 55min));
    EXPECT_EQ(attempts_.admit(std::vector{limit(kAddress, 1)}, kStart + 9h + 55min).value(), 1s);
}

// CHECKS C7: the way out of a hard stop.
TEST_P(AttemptStore, AnOperatorsPasswordForgetsTheFailuresOfThatAccount)
{
    AttemptKey const kOthers{AttemptScope::source, "ann@example.community|192.0.2.7"};
    AttemptKey const kOther{AttemptScope::account, "ann@example.community"};
    fail({kAccount, kSource, kOtherSource, kDevice, kAddress, kOthers, kOther}, 3);
    users_.change_password(ann_.id, ann_.password, ann_.password, std::nullopt, entry(AuditEvent::password_changed))
        .value();
    EXPECT_EQ(failures(kAccount), 3U);  // its owner, who passed the counters

    users_.change_password(ann_.id, std::nullopt, {"new"}, std::nullopt, entry(AuditEvent::password_changed)).value();
    for (auto const& key : {kAccount, kSource, kOtherSource, kDevice}) EXPECT_EQ(failures(key), 0U) << key.subject;
    for (auto const& key : {kAddress, kOthers, kOther}) EXPECT_EQ(failures(key), 3U) << key.subject;
}

TEST_P(AttemptStore, EnablingAnAccountForgetsItsFailures)
{
    fail({kAccount, kSource, kDevice}, 3);
    auto const rows = audited();
    ASSERT_TRUE(users_.enable_user(ann_.id, entry(AuditEvent::user_enabled)));  // it was not disabled
    EXPECT_EQ(audited(), rows);
    for (auto const& key : {kAccount, kSource, kDevice}) EXPECT_EQ(failures(key), 0U) << key.subject;

    fail({kAccount}, 3);
    ASSERT_TRUE(users_.disable_user(ann_.id, entry(AuditEvent::user_disabled)));
    EXPECT_EQ(failures(kAccount), 3U);
    ASSERT_TRUE(users_.enable_user(ann_.id, entry(AuditEvent::user_enabled)));
    EXPECT_EQ(failures(kAccount), 0U);
}

TEST_P(AttemptStore, ASignInTakesNothingBackThatIsNotThere)
{
    sign_in({kAccount, kSource, kDevice, kAddress});
    EXPECT_EQ(failures(kAccount), 0U);

    fail({kSource}, 5);
    fail({kAccount}, 2);
    sign_in({kSource, kAccount});
    EXPECT_EQ(failures(kAccount), 0U);
}

TEST_P(AttemptStore, ARefusedSignInForgetsNothing)
{
    fail({kAccount, kSource}, 3);
    auto const opened = sessions_.open_session({sample_session(ann_), {"another"}, std::vector{kAccount, kSource}},
                                               entry(AuditEvent::login_succeeded));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::bad_credentials);
    EXPECT_EQ(failures(kAccount), 3U);
    EXPECT_EQ(failures(kSource), 3U);
}

TEST_P(AttemptStore, RemovesOldCountersOnlyAndNoMoreThanItMay)
{
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(admits({limit({AttemptScope::address, std::to_string(i)}, 10)}, kStart + std::chrono::minutes{i}));
    EXPECT_EQ(attempts_.remove_attempts(kStart, 10).value(), 0U);
    EXPECT_EQ(attempts_.remove_attempts(kStart + 2min, 1).value(), 1U);
    EXPECT_EQ(attempts_.remove_attempts(kStart + 2min, 10).value(), 1U);
    EXPECT_EQ(attempts_.remove_attempts(kStart + 2min, 10).value(), 0U);
    EXPECT_EQ(failures({AttemptScope::address, "2"}), 1U);
}

}  // namespace
}  // namespace signet::contract
