// cli/readiness.hpp - the answer to "can people sign in?", asked often and found out seldom.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>

#include "core/result.hpp"

namespace signet::cli {

// Runs `check` at most once a second however often it is asked: the question is open to everyone and the answer costs
// a commit. Not ready once drain() was called. Thread-safe.
class Readiness {
public:
    explicit Readiness(std::function<core::Result<void>()> check) : check_(std::move(check)) {}

    [[nodiscard]] core::Result<void> ask();
    void                             drain() { draining_ = true; }

private:
    std::function<core::Result<void>()>   check_;
    std::atomic<bool>                     draining_ = false;
    std::mutex                            mutex_;
    std::chrono::steady_clock::time_point asked_at_{};
    core::Result<void>                    latest_ = core::refused(core::Errc::unavailable, "starting");
};

}  // namespace signet::cli
