// cli/server_metrics.hpp - what a running server's /metrics says besides requests and connections.
#pragma once
#include "base/metrics.hpp"
#include "base/worker_pool.hpp"
#include "cli/certificate_watch.hpp"
#include "cli/instance.hpp"

namespace signet::cli {

// All must outlive the Metrics, or at least its last scrape.
struct WatchedServer {
    Instance&               instance;
    WorkerPool const&       storage_pool;
    WorkerPool const&       hashing_pool;
    CertificateWatch const* certificate;  // null without TLS
};

void watch_server(Metrics& metrics, WatchedServer const& server);

// Memory, descriptors, processor time, and start of this process, by the names that Prometheus' own clients use.
void watch_process(Metrics& metrics);

}  // namespace signet::cli
