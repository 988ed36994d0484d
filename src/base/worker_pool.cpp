#include "base/worker_pool.hpp"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>

namespace signet {

WorkerPool::WorkerPool(Options options) : options_(std::move(options))
{
    threads_.reserve(options_.threads);
    for (std::size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

WorkerPool::~WorkerPool()
{
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& thread : threads_) thread.join();
}

WorkerPool::Displaced::~Displaced()
{
    if (waiting) waiting->job(Turn::displaced);
}

bool WorkerPool::submit(Job job, std::string_view source, Standing standing)
{
    Displaced displaced;
    {
        std::lock_guard const lock(mutex_);
        auto&                 queue = standing == Standing::known ? known_ : queue_;
        if (stopping_) return false;
        if (queue.size() >= options_.queue) {
            displaced.waiting = queue.make_room(source);
            if (!displaced.waiting) return false;
        }
        queue.push(source, {std::move(job), std::chrono::steady_clock::now()});
    }
    if (!displaced.waiting) wake_.notify_one();
    return true;
}

bool WorkerPool::submit_first(Job job)
{
    {
        std::lock_guard const lock(mutex_);
        if (stopping_ || first_.size() >= options_.queue) return false;
        first_.push_back({std::move(job), std::chrono::steady_clock::now()});
    }
    wake_.notify_one();
    return true;
}

std::size_t WorkerPool::queued() const
{
    std::lock_guard const lock(mutex_);
    return queue_.size() + known_.size();
}

bool WorkerPool::is_crowded() const
{
    auto const            most = std::max<std::size_t>(options_.queue / 16, 1);
    std::lock_guard const lock(mutex_);
    return 2 * (queue_.size_by_source(most) + known_.size_by_source(most)) > options_.queue;
}

// Of who holds mutex_.
std::optional<WorkerPool::Waiting> WorkerPool::next()
{
    if (!first_.empty()) {
        std::optional<Waiting> waiting{std::move(first_.front())};
        first_.pop_front();
        return waiting;
    }
    known_turn_ = queue_.empty() || (!known_.empty() && !known_turn_);
    return known_turn_ ? known_.pop() : queue_.pop();
}

void WorkerPool::work()
{
    pthread_setname_np(pthread_self(), options_.name.substr(0, 15).c_str());
    // On Linux niceness belongs to the thread; 0 as "who" is the calling one.
    if (options_.niceness > 0) setpriority(PRIO_PROCESS, 0, options_.niceness);

    for (;;) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty() || !known_.empty() || !first_.empty(); });
        auto waiting = next();
        if (!waiting && stopping_) return;
        if (!waiting) continue;
        ++running_;
        lock.unlock();

        auto const waited = std::chrono::steady_clock::now() - waiting->since;
        waiting->job(waited > options_.longest_wait ? Turn::waited_too_long : Turn::run);
        waiting.reset();  // its captures end before it counts as done
        --running_;
    }
}

}  // namespace signet
