// cli/password_input.hpp - a password from standard input or from a person at the terminal.
#pragma once
#include <expected>
#include <istream>
#include <string>

#include "base/secret.hpp"

namespace signet::cli {

// All of `input` but one newline at its end. Refused, with a sentence: nothing there, more than one line, over 64 KiB.
[[nodiscard]] std::expected<SecretString, std::string> read_password(std::istream& input);

// Asks twice without showing what is typed. Refused when standard input is no terminal or the two differ.
[[nodiscard]] std::expected<SecretString, std::string> ask_password();

}  // namespace signet::cli
