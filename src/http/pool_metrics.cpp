#include "http/pool_metrics.hpp"

namespace signet::http {
namespace {

Counter& shed(Metrics& metrics, std::string const& pool, std::string const& reason)
{
    return metrics.counter("signet_shed_total", "Requests that got no thread of a pool, by reason.",
                           {{"pool", pool}, {"reason", reason}});
}

}  // namespace

PoolMetrics::PoolMetrics(std::string const& pool, Metrics& metrics)
    : wait_(metrics.histogram("signet_pool_wait_seconds", "From the pool's queue to one of its threads.",
                              latency_buckets(), {{"pool", pool}})),
      run_(metrics.histogram("signet_pool_run_seconds",
                             "On a thread of the pool; on one that hashes, a password's hash for the most part.",
                             latency_buckets(), {{"pool", pool}})),
      queue_full_(shed(metrics, pool, "queue_full")),
      waited_too_long_(shed(metrics, pool, "waited_too_long")),
      displaced_(shed(metrics, pool, "displaced")),
      crowded_(shed(metrics, pool, "crowded"))
{
}

}  // namespace signet::http
