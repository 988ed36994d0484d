#include "base/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
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

class PrometheusHistogram final : public Histogram {
public:
    explicit PrometheusHistogram(prometheus::Histogram& series) : series_(series) {}
    void observe(double value) override { series_.Observe(value); }

private:
    prometheus::Histogram& series_;
};

struct Watched {
    prometheus::Gauge*      gauge;
    std::function<double()> read;
};

}  // namespace

struct Metrics::State {
    template <class T>
    using Series = std::map<std::pair<std::string, Labels>, std::unique_ptr<T>>;

    mutable std::mutex   mutex;
    prometheus::Registry registry;
    Series<Counter>      counters;
    Series<Histogram>    histograms;
    std::vector<Watched> watched;
};

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
        auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
        made         = std::make_unique<PrometheusHistogram>(family.Add(labels, buckets));
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
    std::lock_guard const lock(state_->mutex);
    for (auto const& watched : state_->watched) watched.gauge->Set(watched.read());
    return prometheus::TextSerializer{}.Serialize(state_->registry.Collect());
}

}  // namespace signet
