#include "cli/consent.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

namespace signet::cli {

Exit require_consent(AdminOptions const& options, Consent consent, std::string_view meaning)
{
    fmt::print(stderr, "{}\n", meaning);
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
