// notes/sign_outs.hpp - the end of sessions, for handlers that wait for one.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "signet/verifier.hpp"

namespace notes {

// Thread-safe.
class SignOuts {
public:
    // For VerifierOptions::on_revoked.
    void happened(signet::Revocation const& news);

    // How many have happened.
    [[nodiscard]] std::uint64_t             count() const;
    // Waits for one more than `seen`, until `deadline` at the latest. False once nobody is to wait any more.
    bool                                    wait(std::uint64_t seen, std::chrono::steady_clock::time_point deadline);
    void                                    stop_waiting();
    // When the session ended, by Signet's clock; of those that ended last.
    [[nodiscard]] std::optional<jose::Time> find(std::string const& session) const;

private:
    static constexpr std::size_t kMostKept = 1'000;

    mutable std::mutex                mutex_;  // guards what follows
    std::condition_variable           changed_;
    bool                              is_over_ = false;
    std::uint64_t                     count_   = 0;
    std::map<std::string, jose::Time> sessions_;
};

}  // namespace notes
