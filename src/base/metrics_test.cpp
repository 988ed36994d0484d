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
    EXPECT_TRUE(has(metrics, "signet_seconds_sum 0.55"));
}

TEST(Metrics, PutsABoundIntoItsOwnBucketAndTheRestIntoTheLast)
{
    Metrics metrics;
    auto&   one = metrics.histogram("signet_seconds", "Time.", {0.1, 1}, {{"route", "/a"}});
    auto&   two = metrics.histogram("signet_seconds", "Time.", {0.1, 1}, {{"route", "/b"}});
    EXPECT_EQ(&metrics.histogram("signet_seconds", "Time.", {0.1, 1}, {{"route", "/a"}}), &one);
    one.observe(0.1);
    one.observe(5);
    two.observe(0.2);
    EXPECT_TRUE(has(metrics, "signet_seconds_bucket{route=\"/a\",le=\"0.1\"} 1"));
    EXPECT_TRUE(has(metrics, "signet_seconds_bucket{route=\"/a\",le=\"1\"} 1"));
    EXPECT_TRUE(has(metrics, "signet_seconds_bucket{route=\"/a\",le=\"+Inf\"} 2"));
    EXPECT_TRUE(has(metrics, "signet_seconds_bucket{route=\"/b\",le=\"+Inf\"} 1"));
    auto const text = metrics.text();
    EXPECT_EQ(text.find("# TYPE signet_seconds histogram"), text.rfind("# TYPE signet_seconds histogram"));
}

TEST(Metrics, ReadsAWatchedValueWhenScraped)
{
    Metrics metrics;
    double  value = 1;
    metrics.watch("signet_queue", "Waiting.", [&] { return value; });
    EXPECT_TRUE(has(metrics, "signet_queue 1"));
    value = 7;
    EXPECT_TRUE(has(metrics, "signet_queue 7"));
    EXPECT_TRUE(has(metrics, "# TYPE signet_queue gauge"));
}

TEST(Metrics, CallsAWatchedTotalACounter)
{
    Metrics metrics;
    metrics.watch("signet_statements_total", "Run.", [] { return 7.0; }, {{"kind", "a"}});
    EXPECT_TRUE(has(metrics, "# TYPE signet_statements_total counter"));
    EXPECT_TRUE(has(metrics, "signet_statements_total{kind=\"a\"} 7"));
}

}  // namespace
}  // namespace signet
