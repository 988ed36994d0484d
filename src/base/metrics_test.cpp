#include "base/metrics.hpp"

#include <gtest/gtest.h>

namespace signet {
namespace {

bool has(Metrics const& metrics, std::string_view line)
{
    return metrics.text().find(line) != std::string::npos;
}

TEST(Metrics, GivesOneSeriesForTheSameNameAndLabels)
{
    Metrics metrics;
    auto&   one = metrics.counter("signet_logins_total", "Sign-ins.", {{"outcome", "ok"}});
    auto&   two = metrics.counter("signet_logins_total", "Sign-ins.", {{"outcome", "ok"}});
    auto&   bad = metrics.counter("signet_logins_total", "Sign-ins.", {{"outcome", "bad"}});
    EXPECT_EQ(&one, &two);
    EXPECT_NE(&one, &bad);
    one.add();
    two.add(2);
    EXPECT_TRUE(has(metrics, "signet_logins_total{outcome=\"ok\"} 3"));
    EXPECT_TRUE(has(metrics, "signet_logins_total{outcome=\"bad\"} 0"));
    EXPECT_TRUE(has(metrics, "# TYPE signet_logins_total counter"));
}

TEST(Metrics, CountsObservationsInBuckets)
{
    Metrics metrics;
    auto&   seconds = metrics.histogram("signet_seconds", "Time.", {0.1, 1});
    seconds.observe(0.05);
    seconds.observe(0.5);
    EXPECT_TRUE(has(metrics, "signet_seconds_bucket{le=\"0.1\"} 1"));
    EXPECT_TRUE(has(metrics, "signet_seconds_bucket{le=\"1\"} 2"));
    EXPECT_TRUE(has(metrics, "signet_seconds_count 2"));
}

TEST(Metrics, ReadsAWatchedValueWhenScraped)
{
    Metrics metrics;
    double  value = 1;
    metrics.watch("signet_queue", "Waiting.", [&] { return value; });
    EXPECT_TRUE(has(metrics, "signet_queue 1"));
    value = 7;
    EXPECT_TRUE(has(metrics, "signet_queue 7"));
}

}  // namespace
}  // namespace signet
