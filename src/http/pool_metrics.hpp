// http/pool_metrics.hpp - how long requests wait for a thread of a pool, how long they keep it, and which get none.
#pragma once
#include <chrono>
#include <string>

#include "base/metrics.hpp"

namespace signet::http {

// Thread-safe. Costs three additions per request.
class PoolMetrics {
public:
    PoolMetrics(std::string const& pool, Metrics& metrics);

    using Duration = std::chrono::duration<double>;
    void waited(Duration time) { wait_.observe(time.count()); }
    void ran(Duration time) { run_.observe(time.count()); }
    void queue_was_full() { queue_full_.add(); }
    void waited_too_long() { waited_too_long_.add(); }
    void displaced() { displaced_.add(); }
    // Of those whose thread would be another pool's, which waits for this one.
    void was_crowded() { crowded_.add(); }

private:
    Histogram& wait_;
    Histogram& run_;
    Counter&   queue_full_;
    Counter&   waited_too_long_;
    Counter&   displaced_;
    Counter&   crowded_;
};

}  // namespace signet::http
