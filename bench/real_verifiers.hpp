// bench/real_verifiers.hpp - verifiers as they are: each signet::Verifier in a process of its own.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "followers.hpp"

namespace bench {

class RealVerifiers {
public:
    // Told when a process refuses the tokens of this session, by the clock that all processes of a machine share.
    using Refused = std::function<void(std::string const& session, std::chrono::steady_clock::time_point when)>;

    // Starts `count` of `program`, which is verifier_process.cpp; returns once each is live.
    RealVerifiers(std::string const& program, Place const& place, std::size_t count, Refused const& refused);
    ~RealVerifiers();

    [[nodiscard]] std::size_t size() const { return all_.size(); }
    // How many of them accept this access token now: each is asked. One thread at a time.
    [[nodiscard]] std::size_t count_acceptances(std::string const& token) const;

private:
    class Process;
    std::vector<std::unique_ptr<Process>> all_;
};

}  // namespace bench
