// base/bell.hpp - one thread waits, another wakes it, once.
#pragma once
#include <semaphore.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>

namespace signet {

// Who has heard it may destroy it at once, even while ring() has not returned; a condition variable would have to be
// notified under its lock for that, and who wakes would find the lock taken. Thread-safe.
class Bell {
public:
    Bell() { sem_init(&semaphore_, 0, 0); }
    ~Bell() { sem_destroy(&semaphore_); }
    Bell(Bell const&)            = delete;
    Bell& operator=(Bell const&) = delete;

    // What the caller wrote before is seen by who has heard it. Once is enough; more do no harm.
    void ring() noexcept
    {
        has_rung_.store(true, std::memory_order_release);
        sem_post(&semaphore_);
    }

    void wait() noexcept
    {
        while (sem_wait(&semaphore_) != 0 && errno == EINTR) {
        }
        static_cast<void>(has_rung_.load(std::memory_order_acquire));
    }

    // False when it has not rung within `time`, a second's fraction or many.
    [[nodiscard]] bool wait_for(std::chrono::nanoseconds time) noexcept
    {
        auto const     until   = std::chrono::steady_clock::now().time_since_epoch() + time;
        auto const     seconds = std::chrono::floor<std::chrono::seconds>(until);
        timespec const at{.tv_sec = seconds.count(), .tv_nsec = (until - seconds).count()};
        int            heard = sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &at);
        while (heard != 0 && errno == EINTR) heard = sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &at);
        static_cast<void>(has_rung_.load(std::memory_order_acquire));
        return heard == 0;
    }

private:
    sem_t             semaphore_;
    std::atomic<bool> has_rung_ = false;  // for ThreadSanitizer, which does not know sem_clockwait
};

}  // namespace signet
