// cli/password_input.hpp - a password from standard input or from a person at the terminal.
#pragma once
#include <expected>
#include <istream>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace signet::cli {

// "The password on standard input", "Password: ".
struct SecretNoun {
    std::string_view name   = "password";
    std::string_view source = "standard input";
};

// All of `input` but one newline at its end. Refused, with a sentence: nothing there, more than one line, over 64 KiB.
[[nodiscard]] std::expected<SecretString, std::string> read_password(std::istream& input, SecretNoun noun = {});

// Asks twice without showing what is typed. Refused when standard input is no terminal or the two differ.
[[nodiscard]] std::expected<SecretString, std::string> ask_password();

// One line typed at the terminal and not shown; the question goes to standard error. Empty where there is no terminal.
[[nodiscard]] SecretString ask_secret(std::string_view question);

}  // namespace signet::cli
