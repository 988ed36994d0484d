// cli/gateway.hpp - `signet gateway`: forward-auth for services that have no library, until it is told to stop.
#pragma once
#include <string>

#include "cli/exit_codes.hpp"

namespace signet::cli {

struct GatewayOptions {
    std::string config;
    bool        check = false;  // say whether it would start
};

// Decides for proxies until SIGTERM or SIGINT, then drains for at most 10 s. Call from the main thread before any other
// is started. Throws std::runtime_error with a sentence for the operator when it cannot start.
[[nodiscard]] Exit run_gateway(GatewayOptions const& options);

}  // namespace signet::cli
