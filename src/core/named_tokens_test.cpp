#include "core/named_tokens.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;

struct NamedTokensTest : ::testing::Test {
    SystemRandom random;
    TimePoint    now{1'764'200'000s};
    NamedTokens  named;

    SessionId   next() { return SessionId::make(now, random); }
    std::size_t admitted(SessionId session, std::size_t attempts)
    {
        std::size_t count = 0;
        for (std::size_t i = 0; i < attempts; ++i) count += named.admit(session, now) ? 1 : 0;
        return count;
    }
};

TEST_F(NamedTokensTest, AreBoundedForEachSession)
{
    auto const [one, other] = std::pair{next(), next()};
    EXPECT_EQ(admitted(one, 150), 100U);
    EXPECT_EQ(admitted(other, 3), 3U);
    now += 1h - 1ms;
    EXPECT_EQ(admitted(one, 1), 0U);
    now += 1ms;
    EXPECT_EQ(admitted(one, 101), 100U) << "in another hour";
}

TEST_F(NamedTokensTest, AreForgottenWithTime)
{
    for (int i = 0; i < 50; ++i) EXPECT_TRUE(named.admit(next(), now));
    EXPECT_EQ(named.size(), 50U);
    now += 2h;
    EXPECT_TRUE(named.admit(next(), now));
    EXPECT_EQ(named.size(), 1U);
}

}  // namespace
}  // namespace signet::core
