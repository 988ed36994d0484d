// base/worker_pool.hpp - threads that may block, behind a bounded queue.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace signet {

// Runs jobs on a fixed number of threads.
//
// A full queue refuses at once; a job that has waited longer than `longest_wait`
// is told so instead of being run. Thread-safe. The destructor finishes what is
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
    enum class Turn { run, waited_too_long };
    // Must not throw.
    using Job = std::function<void(Turn)>;

    explicit WorkerPool(Options options);
    ~WorkerPool();
    WorkerPool(WorkerPool const&)            = delete;
    WorkerPool& operator=(WorkerPool const&) = delete;

    // False when the queue is full: the job was not taken and will not be called.
    [[nodiscard]] bool submit(Job job);

    [[nodiscard]] std::size_t queued() const;
    [[nodiscard]] std::size_t running() const { return running_; }

private:
    struct Waiting {
        Job                                   job;
        std::chrono::steady_clock::time_point since;
    };
    void work();

    Options                  options_;
    mutable std::mutex       mutex_;
    std::condition_variable  wake_;
    std::deque<Waiting>      queue_;
    bool                     stopping_ = false;
    std::atomic<std::size_t> running_  = 0;
    std::vector<std::thread> threads_;
};

}  // namespace signet
