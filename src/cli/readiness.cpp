#include "cli/readiness.hpp"

namespace signet::cli {

core::Result<void> Readiness::ask()
{
    using namespace std::chrono_literals;
    if (draining_) return core::refused(core::Errc::unavailable, "draining");

    std::lock_guard const lock(mutex_);
    auto const            now = std::chrono::steady_clock::now();
    if (asked_at_ == decltype(asked_at_){} || now - asked_at_ >= 1s) {
        latest_   = check_();
        asked_at_ = now;
    }
    return latest_;
}

}  // namespace signet::cli
