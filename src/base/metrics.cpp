#include "base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <mutex>
#include <string_view>
#include <utility>

namespace signet {
namespace {

class PrometheusCounter final : public Counter {
public:
    explicit PrometheusCounter(prometheus::Counter& series) : series_(series) {}
    void add(double amount) override { series_.Increment(amount); }

private:
    prometheus::Counter& series_;
};

// prometheus::Histogram takes a mutex for each observation; this is three additions. A scrape in between may see one of
// them without the others.
class AtomicHistogram final : public Histogram {
public:
    AtomicHistogram(Labels const& labels, std::vector<double> bounds)
        : bounds_(std::move(bounds)), counts_(bounds_.size() + 1)
    {
        for (auto const& [name, value] : labels) labels_.push_back({name, value});
    }

    void observe(double value) override
    {
        auto const bucket = std::ranges::lower_bound(bounds_, value) - bounds_.begin();
        counts_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
        sum_.fetch_add(value, std::memory_order_relaxed);
    }

    [[nodiscard]] prometheus::ClientMetric collect() const
    {
        prometheus::ClientMetric metric;
        metric.label         = labels_;
        auto& histogram      = metric.histogram;
        histogram.sample_sum = sum_.load(std::memory_order_relaxed);
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            histogram.sample_count += counts_[i].load(std::memory_order_relaxed);
            auto const bound = i < bounds_.size() ? bounds_[i] : std::numeric_limits<double>::infinity();
            histogram.bucket.push_back({histogram.sample_count, bound});
        }
        return metric;
    }

private:
    std::vector<prometheus::ClientMetric::Label> labels_;
    std::vector<double> const                    bounds_;
    std::vector<std::atomic<std::uint64_t>>      counts_;  // by bucket, the last for what is above all bounds
    std::atomic<double>                          sum_ = 0;
};

// What grows only, by the naming rule of Prometheus.
bool is_total(std::string_view name)
{
    return name.ends_with("_total");
}

void count(prometheus::MetricFamily& family)
{
    family.type = prometheus::MetricType::Counter;
    for (auto& metric : family.metric) metric.counter.value = metric.gauge.value;
}

struct Watched {
    prometheus::Gauge*      gauge;
    std::function<double()> read;
};

}  // namespace

struct Metrics::State {
    template <class T>
    using Series = std::map<std::pair<std::string, Labels>, std::unique_ptr<T>>;

    [[nodiscard]] std::vector<prometheus::MetricFamily> collect() const
    {
        std::lock_guard const lock(mutex);
        for (auto const& each : watched) each.gauge->Set(each.read());
        auto families = registry.Collect();
        for (auto& family : families)
            if (family.type == prometheus::MetricType::Gauge && is_total(family.name)) count(family);
        // In the map's order, so that the series of one name are neighbours.
        for (auto const& [key, series] : histograms) {
            if (families.empty() || families.back().name != key.first)
                families.push_back({key.first, helps.at(key.first), prometheus::MetricType::Histogram, {}});
            families.back().metric.push_back(series->collect());
        }
        return families;
    }

    mutable std::mutex                 mutex;
    prometheus::Registry               registry;
    Series<Counter>                    counters;
    Series<AtomicHistogram>            histograms;
    std::map<std::string, std::string> helps;  // of the histograms
    std::vector<Watched>               watched;
};

std::vector<double> const& latency_buckets()
{
    static std::vector<double> const buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                             0.1,    0.25,  0.5,    1,     2.5,  10};
    return buckets;
}

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter& Metrics::counter(std::string const& name, std::string const& help, Labels const& labels)
{
    std::lock_guard const lock(state_->mutex);
    auto&                 made = state_->counters[{name, labels}];
    if (!made) {
        auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
        made         = std::make_unique<PrometheusCounter>(family.Add(labels));
    }
    return *made;
}

Histogram& Metrics::histogram(std::string const& name, std::string const& help, std::vector<double> const& buckets,
                              Labels const& labels)
{
    std::lock_guard const lock(state_->mutex);
    auto&                 made = state_->histograms[{name, labels}];
    if (!made) {
        state_->helps[name] = help;
        made                = std::make_unique<AtomicHistogram>(labels, buckets);
    }
    return *made;
}

void Metrics::watch(std::string const& name, std::string const& help, std::function<double()> read,
                    Labels const& labels)
{
    std::lock_guard const lock(state_->mutex);
    auto&                 family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
    state_->watched.push_back({&family.Add(labels), std::move(read)});
}

std::string Metrics::text() const
{
    return prometheus::TextSerializer{}.Serialize(state_->collect());
}

}  // namespace signet
