// verifier/status.hpp - how a verifier stands, for Prometheus.
#pragma once
#include <string>

#include "signet/verifier.hpp"

namespace signet {

// Text form 0.0.4.
[[nodiscard]] std::string prometheus_text(VerifierStatus const& status);

}  // namespace signet
