// gateway/gateway.hpp - the two listeners of `signet gateway`: questions of proxies, and of operators.
#pragma once
#include <atomic>
#include <memory>

#include "base/metrics.hpp"
#include "gateway/decision.hpp"
#include "http/server.hpp"

namespace signet::gateway {

// Answers a proxy's questions on the I/O thread they come on, or later where the issuer has to be asked about a session
// cookie, counts them in signet_gateway_decisions_total by how they
// ended, and logs them at level debug: outcome and rule, nothing of the path. Everything must outlive the handler.
[[nodiscard]] http::Handler decisions(DecisionNeeds needs, Metrics& metrics);

// What operators may ask. All must outlive the handler.
struct Watched {
    Verifier const&          verifier;
    Metrics const&           metrics;
    std::atomic<bool> const& draining;
};

// GET /healthz: the process answers. GET /readyz: 200 "ready", or "degraded" once the issuer is not heard of, which a
// gateway elsewhere would not change; 503 while nothing is known yet, and while draining. GET /metrics. Of this
// machine's own names alone, as Signet's admin listener.
[[nodiscard]] http::Handler operators(Watched watched);

}  // namespace signet::gateway
