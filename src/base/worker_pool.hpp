// base/worker_pool.hpp - threads that may block, behind a bounded queue.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/fair_queue.hpp"

namespace signet {

// Runs jobs on a fixed number of threads.
//
// Jobs wait by source, and the sources take turns. A full queue refuses at once,
// except that who has few waiting takes the place of the newest job of who has
// most. A job that lost its place, or has waited longer than `longest_wait`, is
// told so instead of being run. Thread-safe. The destructor finishes what is
// queued and joins.
class WorkerPool {
public:
    struct Options {
        std::string               name;     // of the threads, at most 15 characters
        std::size_t               threads;  // at least 1
        std::size_t               queue;    // jobs that may wait
        std::chrono::milliseconds longest_wait;
        int                       niceness = 0;  // 0 to 19, added to each thread's
    };
    enum class Turn { run, waited_too_long, displaced };
    // Those who are known have a queue of their own, as long as the other, and every second turn while both wait.
    enum class Standing { stranger, known };
    // Must not throw.
    using Job = std::function<void(Turn)>;

    explicit WorkerPool(Options options);
    ~WorkerPool();
    WorkerPool(WorkerPool const&)            = delete;
    WorkerPool& operator=(WorkerPool const&) = delete;

    // False when the queue is full, and std::bad_alloc: the job was not taken and will not be called. A job that is
    // displaced is called on the submitting thread.
    [[nodiscard]] bool submit(Job job, std::string_view source = {}, Standing standing = Standing::stranger);
    // Ahead of all others, with as many places of its own as the queue has: for the few jobs that say how it stands.
    [[nodiscard]] bool submit_first(Job job);

    // Of both queues, without those that go first.
    [[nodiscard]] std::size_t queued() const;
    // More than half of a queue's places are taken, by several: a source alone counts a sixteenth at most.
    [[nodiscard]] bool        is_crowded() const;
    [[nodiscard]] std::size_t running() const { return running_; }

private:
    struct Waiting {
        Job                                   job;
        std::chrono::steady_clock::time_point since;
    };
    // A job that lost its place is told so, with no lock held, even where the one that takes its place cannot be kept.
    struct Displaced {
        std::optional<Waiting> waiting;
        ~Displaced();
    };
    void                   work();
    std::optional<Waiting> next();

    Options                  options_;
    mutable std::mutex       mutex_;
    std::condition_variable  wake_;
    std::deque<Waiting>      first_;
    FairQueue<Waiting>       queue_;
    FairQueue<Waiting>       known_;
    bool                     known_turn_ = false;
    bool                     stopping_   = false;
    std::atomic<std::size_t> running_    = 0;
    std::vector<std::thread> threads_;
};

}  // namespace signet
