#include "cli/process.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace signet::cli {
namespace {

class Descriptors : public ::testing::Test {
protected:
    Descriptors() { getrlimit(RLIMIT_NOFILE, &before_); }
    ~Descriptors() override { setrlimit(RLIMIT_NOFILE, &before_); }

    static void allow(rlim_t limit)
    {
        rlimit files{};
        ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &files), 0);
        files.rlim_cur = limit;
        ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &files), 0);
    }

private:
    rlimit before_{};
};

// CHECKS E6: connections end before descriptors do.
TEST_F(Descriptors, AreLeftForWhatIsNoConnection)
{
    allow(1000);
    EXPECT_EQ(connections_that_fit(500), 500U);
    EXPECT_EQ(connections_that_fit(20'000), 1000 - kOtherDescriptors);
    allow(300);
    EXPECT_EQ(connections_that_fit(20'000), 150U) << "half of so few";
}

}  // namespace
}  // namespace signet::cli
