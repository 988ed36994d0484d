// cli/readiness.hpp - the answer to "can people sign in?", asked often and found out seldom.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>

#include "core/result.hpp"

namespace signet::cli {

// Runs `check` one at a time, and not again for a second after it came back, however often it is asked: the question
// is open to everyone and the answer costs a commit. Nobody waits for another's check: who asks while it runs gets the
// answer before it ("starting" at first), and Errc::unavailable once it has run for five seconds. Not ready once
// drain() was called. Thread-safe.
class Readiness {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    // `now` is for tests.
    explicit Readiness(std::function<core::Result<void>()> check,
                       std::function<TimePoint()>          now = std::chrono::steady_clock::now)
        : check_(std::move(check)), now_(std::move(now))
    {
    }

    [[nodiscard]] core::Result<void> ask();
    void                             drain() { draining_ = true; }

private:
    [[nodiscard]] bool               begin_check();
    [[nodiscard]] core::Result<void> latest();

    std::function<core::Result<void>()> check_;
    std::function<TimePoint()>          now_;
    std::atomic<bool>                   draining_ = false;
    std::mutex                          checking_;  // held while check_ runs
    std::mutex                          mutex_;     // of what follows
    bool                                known_  = false;
    core::Result<void>                  latest_ = core::unavailable("starting", "starting");
    TimePoint                           began_{};
    TimePoint                           ended_{};
};

}  // namespace signet::cli
