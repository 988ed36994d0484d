#include "http/request_metrics.hpp"

#include <string>

namespace signet::http {
RequestMetrics::RequestMetrics(std::span<Route const> table, Metrics& metrics) : table_(table), metrics_(metrics)
{
    auto const add = [&](std::string method, std::string path) {
        auto series     = std::make_unique<Series>();
        series->method  = std::move(method);
        series->path    = std::move(path);
        series->seconds = &metrics_.histogram("signet_http_request_seconds", "From the whole request to the answer.",
                                              latency_buckets(), {{"route", series->path}});
        series_.push_back(std::move(series));
    };
    for (auto const& row : table_) add(std::string{name(row.method)}, std::string{row.path});
    add("any", "unmatched");
}

void RequestMetrics::count(Route const* route, int status, std::chrono::duration<double> took)
{
    auto& series = series_of(route);
    series.seconds->observe(took.count());

    auto  index   = static_cast<std::size_t>(status >= 100 && status < 600 ? status - 100 : kStatuses - 1);
    auto* counter = series.by_status[index].load(std::memory_order_acquire);
    if (!counter) {
        counter = &metrics_.counter(
            "signet_http_requests_total", "Requests answered.",
            {{"route", series.path}, {"method", series.method}, {"status", std::to_string(index + 100)}});
        series.by_status[index].store(counter, std::memory_order_release);
    }
    counter->add();
}

}  // namespace signet::http
