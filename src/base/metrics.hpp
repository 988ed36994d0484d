// base/metrics.hpp - counters, gauges, and histograms in Prometheus text form.
//
// Labels are fixed when a series is made and never come from a stranger
// (CHECKS E35).
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace signet {

using Labels = std::map<std::string, std::string>;

// Handles stay valid as long as the Metrics they came from. Thread-safe.
class Counter {
public:
    virtual ~Counter()                  = default;
    virtual void add(double amount = 1) = 0;
};

class Histogram {
public:
    virtual ~Histogram()               = default;
    virtual void observe(double value) = 0;
};

// Of requests and their parts, in seconds.
[[nodiscard]] std::vector<double> const& latency_buckets();

class Metrics {
public:
    Metrics();
    ~Metrics();
    Metrics(Metrics const&)            = delete;
    Metrics& operator=(Metrics const&) = delete;

    // The same name and labels give the same series.
    Counter&   counter(std::string const& name, std::string const& help, Labels const& labels = {});
    Histogram& histogram(std::string const& name, std::string const& help, std::vector<double> const& buckets,
                         Labels const& labels = {});
    // Read when scraped: a gauge, or a counter where `name` ends in "_total". `read` must be thread-safe and outlive
    // this object.
    void       watch(std::string const& name, std::string const& help, std::function<double()> read,
                     Labels const& labels = {});

    // text/plain; version=0.0.4
    [[nodiscard]] std::string text() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace signet
