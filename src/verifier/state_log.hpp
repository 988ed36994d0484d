// verifier/state_log.hpp - for tests: what a verifier said of its state, and waiting for it.
#pragma once
#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "signet/verifier.hpp"

namespace signet {

// Thread-safe.
class StateLog {
public:
    [[nodiscard]] std::function<void(StateReport const&)> recorder()
    {
        return [this](StateReport const& report) {
            std::scoped_lock const lock{mutex_};
            reports_.push_back(report);
            grown_.notify_all();
        };
    }

    // Waits until one has come, from the `from`th on, for which `holds` does.
    template <class Condition>
    StateReport wait_for(Condition const& holds, std::size_t from = 0)
    {
        std::unique_lock lock{mutex_};
        auto             found = reports_.end();
        grown_.wait(lock, [&] {
            if (reports_.size() <= from) return false;
            found = std::find_if(reports_.begin() + static_cast<std::ptrdiff_t>(from), reports_.end(), holds);
            return found != reports_.end();
        });
        return *found;
    }
    StateReport wait_for(State state, std::size_t from = 0)
    {
        return wait_for([&](StateReport const& report) { return report.state == state; }, from);
    }
    StateReport wait_for_problem(std::string const& part, std::size_t from = 0)
    {
        return wait_for([&](StateReport const& report) { return report.problem.contains(part); }, from);
    }

    [[nodiscard]] std::size_t size() const
    {
        std::scoped_lock const lock{mutex_};
        return reports_.size();
    }
    [[nodiscard]] std::vector<StateReport> reports() const
    {
        std::scoped_lock const lock{mutex_};
        return reports_;
    }

private:
    mutable std::mutex       mutex_;
    std::condition_variable  grown_;
    std::vector<StateReport> reports_;
};

}  // namespace signet
