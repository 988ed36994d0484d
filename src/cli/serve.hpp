// cli/serve.hpp - `signet serve`: configuration to a running server, until it is told to stop.
#pragma once
#include <optional>
#include <string>

#include "cli/exit_codes.hpp"

namespace signet::cli {

// As on the command line; empty: not given.
struct ServeOptions {
    bool        dev        = false;
    bool        plain_http = false;
    std::string listen;
    std::string admin_listen;
    std::string data;
    std::string config;
};

// Serves until SIGTERM or SIGINT, then drains for at most 10 s. SIGHUP reads the certificate again. Call from the main
// thread before any other is started. Throws std::runtime_error with a sentence for the operator when it cannot start.
[[nodiscard]] Exit serve(ServeOptions const& options);

}  // namespace signet::cli
