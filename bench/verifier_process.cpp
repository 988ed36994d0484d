// bench/verifier_process.cpp - one signet::Verifier, that says when a session is refused: bench/real_verifiers.hpp.
//
//     bench_verifier_process ISSUER CA < credential, then a token a line
#include <fmt/core.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <mutex>
#include <string>

#include "signet/verifier.hpp"

namespace {

void say(std::string const& line)
{
    static std::mutex      mutex;
    std::scoped_lock const lock{mutex};
    fmt::print("{}\n", line);
    static_cast<void>(std::fflush(stdout));
}

void say_revoked(signet::Revocation const& what)
{
    auto const now = std::chrono::steady_clock::now().time_since_epoch();
    say(fmt::format("revoked {} {}", what.subject, std::chrono::nanoseconds{now}.count()));
}

}  // namespace

int main(int count, char** words)
{
    std::string credential;
    if (count != 3 || !std::getline(std::cin, credential)) return 2;
    auto const verifier = signet::Verifier::start({.issuer     = words[1],
                                                   .audience   = words[1],
                                                   .credential = credential,
                                                   .ca_file    = words[2],
                                                   .on_revoked = say_revoked},
                                                  std::chrono::seconds{30});
    if (!verifier) {
        fmt::print(stderr, "{}\n", verifier.error().detail);
        return 1;
    }
    if ((*verifier)->state() != signet::State::live) return 1;
    say("live");
    for (std::string token; std::getline(std::cin, token);)
        say((*verifier)->verify("Bearer " + token) ? "accepted" : "refused");
    return 0;
}
