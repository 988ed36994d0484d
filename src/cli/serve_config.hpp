// cli/serve_config.hpp - the configuration of a server about to start.
#pragma once
#include <expected>

#include "cli/config.hpp"
#include "cli/serve.hpp"

namespace signet::cli {

// File, environment, and the options, checked for serving. Complains on standard error when it refuses.
[[nodiscard]] std::expected<LoadedConfig, Exit> load_serve_config(ServeOptions const& options);

// "signet 0.1.0, [server] listen = "…", [tokens] algorithm = "EdDSA"": the program, and what is not the default.
[[nodiscard]] std::string describe(LoadedConfig loaded);

}  // namespace signet::cli
