#include "cli/consent.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <ranges>
#include <string>

#include "cli/terminal_text.hpp"

namespace signet::cli {

Exit require_consent(AdminOptions const& options, Consent consent, std::string_view meaning)
{
    // What is in it may be a stranger's, and must not hide the rest.
    for (auto const line : meaning | std::views::split('\n'))
        fmt::print(stderr, "{}\n", for_terminal(std::string_view{line}));
    if (consent == Consent::given) return kDone;
    if (isatty(STDIN_FILENO) == 0)
        return refuse(options, "invalid_request",
                      "There is no terminal to ask at; give --yes if this is what you want.", kUsage);
    fmt::print(stderr, "Type yes to go on: ");
    std::string answer;
    std::getline(std::cin, answer);
    if (answer == "yes") return kDone;
    return refuse(options, "not_confirmed", "That was no yes; nothing was changed.", kRefused);
}

}  // namespace signet::cli
