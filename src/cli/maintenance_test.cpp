#include "cli/maintenance.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "base/result.hpp"
#include "core/access_token.hpp"
#include "core/testing/world.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;
using core::testing::World;

TEST(Task, TakesAnExceptionForAFailure)
{
    Metrics metrics;
    Task    task{"something", metrics};
    EXPECT_FALSE(task.attempt([]() -> core::Result<void> { throw std::runtime_error("no memory"); }));
    EXPECT_FALSE(task.attempt([] { return core::Result<void>{core::refused(core::Errc::unavailable)}; }));
    EXPECT_TRUE(task.attempt([] { return core::Result<void>{}; }));
}

// However many rows are removed, more are left.
class EndlessAttempts final : public core::AttemptStore {
public:
    core::Result<std::chrono::milliseconds> admit(std::span<core::AttemptLimit const>, TimePoint) override
    {
        return std::chrono::milliseconds{};
    }
    core::Result<void>        take_back(std::span<core::AttemptKey const>) override { return {}; }
    core::Result<std::size_t> remove_attempts(TimePoint, std::size_t most) override
    {
        ++batches;
        batches.notify_all();
        return most;
    }

    std::atomic<int> batches = 0;
};

class NoAudit final : public core::AuditReview {
public:
    core::Result<std::vector<core::AuditRow>> list(core::AuditQuery const&) override { return {}; }
    core::Result<core::AuditHead>             head() override { return core::empty_audit_log(); }
    core::Result<core::AuditVerdict>          verify(std::optional<core::AuditHead> const&) override
    {
        return core::AuditVerdict{};
    }
};

// A clean-up of millions of rows takes minutes: a key that is revoked, and a user who is disabled, wait for none of it.
TEST(Maintenance, FollowsWhatOthersEndedWhileRowsAreLeft)
{
    World           world;
    EndlessAttempts attempts;
    NoAudit         audit;
    Metrics         metrics;
    world.add_user();
    ASSERT_TRUE(world.feed_keyring.load());
    auto const grant = world.sign_in();
    ASSERT_TRUE(grant);
    auto const ports = [&] {
        auto const& own = world.ports;
        return core::Ports{.clock            = own.clock,
                           .random           = own.random,
                           .users            = own.users,
                           .sessions         = own.sessions,
                           .attempts         = attempts,
                           .audit            = own.audit,
                           .passwords        = own.passwords,
                           .keyring          = own.keyring,
                           .token_secret     = own.token_secret,
                           .revocation_log   = own.revocation_log,
                           .revocations      = own.revocations,
                           .verifiers        = own.verifiers,
                           .receivers        = own.receivers,
                           .refresh_refusals = own.refresh_refusals,
                           .sign_ins         = own.sign_ins,
                           .settings         = own.settings};
    }();
    std::atomic<int> followed = 0;
    auto const       follow   = [&]() -> core::Result<void> {
        ++followed;
        followed.notify_all();
        return {};
    };
    auto const until = [](std::atomic<int>& count, int wanted) {
        for (int seen = count; seen < wanted; seen = count) count.wait(seen);
    };
    Maintenance const maintenance({.ports              = ports,
                                   .keyring            = world.keyring,
                                   .feed_keyring       = world.feed_keyring,
                                   .audit              = audit,
                                   .metrics            = metrics,
                                   .follow_verifiers   = []() -> core::Result<void> { return {}; },
                                   .follow_certificate = follow},
                                  2ms);
    until(attempts.batches, 1);
    until(followed, followed + 2);  // so seconds go on, and whole rounds of them
    EXPECT_GT(attempts.batches, 1);
}

}  // namespace
}  // namespace signet::cli
