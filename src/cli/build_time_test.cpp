#include "cli/build_time.hpp"

#include <gmock/gmock.h>

namespace signet::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// CHECKS E26
TEST(BuildTime, IsBeforeAnyClockThatIsRight)
{
    EXPECT_TRUE(require_set_clock(SystemClock{}.now()));
    EXPECT_TRUE(require_set_clock(build_time()));
    auto const early = require_set_clock(build_time() - 1ms);
    ASSERT_FALSE(early);
    EXPECT_THAT(early.error(), HasSubstr("Set the clock"));
    auto const battery = require_set_clock(TimePoint{});
    ASSERT_FALSE(battery);
    EXPECT_THAT(battery.error(), HasSubstr("It is 1970-01-01 00:00 UTC here"));
}

}  // namespace
}  // namespace signet::cli
