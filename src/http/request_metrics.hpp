// http/request_metrics.hpp - how many requests each row of the table got, how they ended, and how long they took.
//
// Labels come from the table alone (CHECKS E35): a path that no row has is "unmatched".
#pragma once
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <vector>

#include "base/metrics.hpp"
#include "http/routes.hpp"

namespace signet::http {

// Thread-safe. count() costs two additions once a status has been seen.
class RequestMetrics {
public:
    RequestMetrics(std::span<Route const> table, Metrics& metrics);

    // `route` is a row of the table, or null.
    void count(Route const* route, int status, std::chrono::duration<double> took);

private:
    static constexpr std::size_t kStatuses = 500;  // 100 to 599

    struct Series {
        std::string                                  method;
        std::string                                  path;
        Histogram*                                   seconds;
        std::array<std::atomic<Counter*>, kStatuses> by_status{};
    };
    Series& series_of(Route const* route)
    {
        return *series_[route ? static_cast<std::size_t>(route - table_.data()) : table_.size()];
    }

    std::span<Route const>               table_;
    Metrics&                             metrics_;
    std::vector<std::unique_ptr<Series>> series_;  // a row's at its index, then "unmatched"
};

}  // namespace signet::http
