#include "cli/password_input.hpp"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <iostream>

namespace signet::cli {
namespace {

constexpr std::size_t kLongest = 64UL * 1024;

// The terminal without echo, for as long as this lives.
class Silence {
public:
    Silence()
    {
        if (tcgetattr(STDIN_FILENO, &before_) != 0) return;
        auto silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~Silence() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
    Silence(Silence const&)            = delete;
    Silence& operator=(Silence const&) = delete;

private:
    termios before_{};
};

}  // namespace

std::expected<SecretString, std::string> read_password(std::istream& input, SecretNoun noun)
{
    std::string text(kLongest + 1, '\0');
    input.read(text.data(), static_cast<std::streamsize>(text.size()));
    auto       view     = std::string_view{text}.substr(0, static_cast<std::size_t>(input.gcount()));
    bool const too_long = view.size() > kLongest;
    if (view.ends_with('\n')) view.remove_suffix(1);
    if (view.ends_with('\r')) view.remove_suffix(1);
    bool const   several = view.contains('\n');
    SecretString secret{view};
    explicit_bzero(text.data(), text.size());

    if (too_long) return std::unexpected(fmt::format("The {} on {} is too long.", noun.name, noun.source));
    if (several)
        return std::unexpected(
            fmt::format("There is more than one line on {}; give the {} alone.", noun.source, noun.name));
    if (secret.empty()) return std::unexpected(fmt::format("There is no {} on {}.", noun.name, noun.source));
    return secret;
}

SecretString ask_secret(std::string_view question)
{
    if (isatty(STDIN_FILENO) == 0) return {};
    fmt::print(stderr, "{}", question);
    std::string line;
    line.reserve(kLongest);  // growing would leave copies behind
    {
        Silence const silence;
        std::getline(std::cin, line);
    }
    fmt::print(stderr, "\n");
    SecretString secret{line};
    explicit_bzero(line.data(), line.size());
    return secret;
}

std::expected<SecretString, std::string> ask_password()
{
    if (isatty(STDIN_FILENO) == 0)
        return std::unexpected("Standard input is no terminal to ask for the password; use --password-stdin.");
    auto       first  = ask_secret("Password: ");
    auto const second = ask_secret("Once more: ");
    if (first.reveal() != second.reveal()) return std::unexpected("The two passwords differ; nothing was changed.");
    if (first.empty()) return std::unexpected("The password is empty; nothing was changed.");
    return first;
}

}  // namespace signet::cli
