// cli/config_verbs.hpp - `signet config …`: what is configured, and whether it holds.
#pragma once
#include "cli/administration.hpp"

namespace signet::cli {

// Whether `serve` would start with this configuration; names each line that is in the way.
[[nodiscard]] Exit check_config(AdminOptions const& options);
// Every value and where it came from.
[[nodiscard]] Exit show_config(AdminOptions const& options);

struct ReferenceOptions {
    bool gateway = false;  // of `signet gateway` instead
};
// docs/reference/config.md, or gateway.md, on standard output.
[[nodiscard]] Exit print_config_reference(ReferenceOptions const& options);

}  // namespace signet::cli
