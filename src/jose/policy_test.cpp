#include "jose/policy.hpp"

#include <gtest/gtest.h>

#include "jose/test_tokens.hpp"

namespace jose {
namespace {

using test::expectations;

std::string made(Expectations e)
{
    return test::outcome(Policy::create(std::move(e)));
}

TEST(Policy, AcceptsWhatNamesEverything)
{
    EXPECT_EQ(made(expectations()), "accepted");
}

// CHECKS A13, A34
TEST(Policy, RefusesWhatLeavesSomethingUnsaid)
{
    auto e   = expectations();
    e.issuer = "";
    EXPECT_EQ(made(e), "contradictory_policy");
    e          = expectations();
    e.audience = "";
    EXPECT_EQ(made(e), "contradictory_policy");
    e      = expectations();
    e.type = "";
    EXPECT_EQ(made(e), "contradictory_policy");
    e = expectations();
    e.algorithms.clear();
    EXPECT_EQ(made(e), "contradictory_policy");
    EXPECT_EQ(made({}), "contradictory_policy");
}

TEST(Policy, RefusesALeniencyThatContradictsAValue)
{
    auto e                          = expectations();
    e.dangerously_accept_any_issuer = true;
    EXPECT_EQ(made(e), "contradictory_policy");
    e                                 = expectations();
    e.dangerously_accept_any_audience = true;
    EXPECT_EQ(made(e), "contradictory_policy");
    e                             = expectations();
    e.dangerously_accept_any_type = true;
    EXPECT_EQ(made(e), "contradictory_policy");
    e.type = "";
    EXPECT_EQ(made(e), "accepted");
}

// CHECKS A30
TEST(Policy, BoundsTheClockSkew)
{
    auto e       = expectations();
    e.clock_skew = std::chrono::seconds{600};
    EXPECT_EQ(made(e), "accepted");
    e.clock_skew = std::chrono::seconds{601};
    EXPECT_EQ(made(e), "contradictory_policy");
    e.clock_skew = std::chrono::seconds{-1};
    EXPECT_EQ(made(e), "contradictory_policy");
    e.clock_skew = std::chrono::seconds::max();
    EXPECT_EQ(made(e), "contradictory_policy");
}

TEST(Policy, RefusesATokenSizeOfNothing)
{
    auto e            = expectations();
    e.max_token_bytes = 0;
    EXPECT_EQ(made(e), "contradictory_policy");
}

}  // namespace
}  // namespace jose
