#include "verifier/status.hpp"

#include <gtest/gtest.h>

namespace signet {
namespace {

using namespace std::chrono_literals;

TEST(VerifierStatus, IsOneMetricForEachNumber)
{
    auto const text = prometheus_text({.state        = State::degraded,
                                       .keys         = 2,
                                       .sequence     = 1042,
                                       .entries      = 17,
                                       .bytes        = 12'345,
                                       .last_heard   = 3250ms,
                                       .clock_offset = -1500ms,
                                       .reconnects   = 4,
                                       .resyncs      = 1});
    for (auto const* line : {"signet_verifier_state{state=\"starting\"} 0", "signet_verifier_state{state=\"live\"} 0",
                             "signet_verifier_state{state=\"degraded\"} 1", "signet_verifier_state{state=\"stale\"} 0",
                             "signet_verifier_keys 2", "signet_verifier_revocation_sequence 1042",
                             "signet_verifier_revocations 17", "signet_verifier_revocations_bytes 12345",
                             "signet_verifier_last_heard_seconds 3.25", "signet_verifier_clock_offset_seconds -1.5",
                             "signet_verifier_reconnects_total 4", "signet_verifier_resyncs_total 1",
                             "# TYPE signet_verifier_resyncs_total counter", "# TYPE signet_verifier_state gauge"})
        EXPECT_TRUE(text.contains(std::string{line} + "\n")) << line << " in\n" << text;
}

TEST(VerifierStatus, HasANameForEachState)
{
    EXPECT_EQ(name(State::starting), "starting");
    EXPECT_EQ(name(State::live), "live");
    EXPECT_EQ(name(State::degraded), "degraded");
    EXPECT_EQ(name(State::stale), "stale");
}

}  // namespace
}  // namespace signet
