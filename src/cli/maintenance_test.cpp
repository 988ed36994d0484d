#include "cli/maintenance.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace signet::cli {
namespace {

TEST(Task, TakesAnExceptionForAFailure)
{
    Task task{"something"};
    EXPECT_FALSE(task.attempt([]() -> core::Result<void> { throw std::runtime_error("no memory"); }));
    EXPECT_FALSE(task.attempt([] { return core::Result<void>{core::refused(core::Errc::unavailable)}; }));
    EXPECT_TRUE(task.attempt([] { return core::Result<void>{}; }));
}

}  // namespace
}  // namespace signet::cli
