#include "http/pool_metrics.hpp"

namespace signet::http {
namespace {

std::vector<double> const kBuckets = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};

Counter& shed(Metrics& metrics, std::string const& pool, std::string const& reason)
{
    return metrics.counter("signet_shed_total", "Requests that got no thread of a pool, by reason.",
                           {{"pool", pool}, {"reason", reason}});
}

}  // namespace

PoolMetrics::PoolMetrics(std::string const& pool, Metrics& metrics)
    : wait_(metrics.histogram("signet_pool_wait_seconds", "From the pool's queue to one of its threads.", kBuckets,
                              {{"pool", pool}})),
      run_(metrics.histogram("signet_pool_run_seconds",
                             "On a thread of the pool; on one that hashes, a password's hash for the most part.",
                             kBuckets, {{"pool", pool}})),
      queue_full_(shed(metrics, pool, "queue_full")),
      waited_too_long_(shed(metrics, pool, "waited_too_long")),
      displaced_(shed(metrics, pool, "displaced"))
{
}

}  // namespace signet::http
