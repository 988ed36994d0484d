#include "cli/readiness.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kRest         = 1s;
constexpr auto kLongestCheck = 5s;

}  // namespace

core::Result<void> Readiness::ask()
{
    if (draining_) return core::unavailable("draining", "draining");

    std::unique_lock const turn(checking_, std::try_to_lock);
    if (!turn) return latest();
    if (begin_check()) {
        auto                  found = check_();
        std::lock_guard const lock(mutex_);
        latest_ = std::move(found);
        known_  = true;
        // A check that is slow gets its rest too.
        ended_  = now_();
    }
    std::lock_guard const lock(mutex_);
    return latest_;
}

// Of who holds checking_.
bool Readiness::begin_check()
{
    std::lock_guard const lock(mutex_);
    auto const            now = now_();
    if (known_ && now - ended_ < kRest) return false;
    began_ = now;
    return true;
}

core::Result<void> Readiness::latest()
{
    std::lock_guard const lock(mutex_);
    if (began_ > ended_ && now_() - began_ >= kLongestCheck)
        return core::unavailable("database_stuck", "the check has not come back");
    return latest_;
}

}  // namespace signet::cli
