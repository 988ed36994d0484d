// cli/command_line.hpp - argv to a verb and its options, and every --help text.
#pragma once
#include "cli/exit_codes.hpp"

namespace signet::cli {

// Runs the verb the command line names. Help and version are kDone; what it does not understand is kUsage, said on
// standard error. Throws what the verb throws.
[[nodiscard]] Exit run_command_line(int argc, char** argv);

}  // namespace signet::cli
