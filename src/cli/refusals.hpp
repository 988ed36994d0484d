// cli/refusals.hpp - what went wrong, said to a person at a terminal.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace signet::cli {

// One sentence: what happened and what to do about it. `subject` is the account or line concerned.
[[nodiscard]] std::string sentence(core::Error const& error, std::string_view subject);

// For machines: {"error":…,"error_description":…} as one line on standard output.
void print_refusal(std::string_view code, std::string_view sentence);

// "signet: <sentence>" on standard error.
void complain(std::string_view sentence);
void complain(std::span<std::string const> sentences);

}  // namespace signet::cli
