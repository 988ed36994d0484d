// cli/task.hpp - what a server does again and again by itself: counted, and its failures told once.
#pragma once
#include <functional>
#include <string_view>

#include "base/metrics.hpp"
#include "core/result.hpp"

namespace signet::cli {

// Work done again and again. Its failures are logged once, and once more when it works again.
class Task {
public:
    using Work = std::function<core::Result<void>()>;

    // Counted by name and result.
    Task(std::string_view name, Metrics& metrics);

    // True when it was done. An exception is a failure too: it must not end the server.
    bool attempt(Work const& work);

private:
    std::string_view name_;
    bool             failing_ = false;
    Counter&         done_;
    Counter&         failed_;
};

}  // namespace signet::cli
