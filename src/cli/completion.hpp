// cli/completion.hpp - what a shell has to know to complete a command line of `signet`.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "cli/command_tree.hpp"

namespace signet::cli {

// The script for "bash", "zsh", or "fish" that completes the verbs below `root`, their options, and the values that
// are files, folders, or one of few words. Nothing for another shell.
[[nodiscard]] std::optional<std::string> completion_script(std::string_view shell, Verb const& root);

}  // namespace signet::cli
