// verifier/fetch_log.hpp - for tests: what a feed reported, and waiting for it.
#pragma once
#include <condition_variable>
#include <mutex>
#include <vector>

#include "signet/verifier.hpp"

namespace signet {

// Thread-safe.
class FetchLog {
public:
    [[nodiscard]] std::function<void(KeySetReport const&)> recorder()
    {
        return [this](KeySetReport const& report) {
            std::scoped_lock const lock{mutex_};
            reports_.push_back(report);
            grown_.notify_all();
        };
    }

    // The report of the fetch with that number, from 0. Waits until it is there.
    [[nodiscard]] KeySetReport report(std::size_t number)
    {
        std::unique_lock lock{mutex_};
        grown_.wait(lock, [&] { return reports_.size() > number; });
        return reports_[number];
    }

private:
    std::mutex                mutex_;
    std::condition_variable   grown_;
    std::vector<KeySetReport> reports_;
};

}  // namespace signet
