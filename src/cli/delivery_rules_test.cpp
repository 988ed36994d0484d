#include "cli/delivery_rules.hpp"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

ReceiverAnswer answer(long status, std::string body = {})
{
    return {.status = status, .body = std::move(body)};
}

// RFC 8935 2.2
TEST(DeliveryRules, TakeEverySuccessForATakenEvent)
{
    for (auto const status : {200, 202, 204}) EXPECT_EQ(judge(answer(status)).verdict, Verdict::delivered) << status;
    auto cut    = answer(202);
    cut.problem = "no answer in time";
    EXPECT_EQ(judge(cut).verdict, Verdict::delivered) << "it has said so";
}

TEST(DeliveryRules, TryAgainWhereNothingIsSaidOfTheEvent)
{
    for (auto const status : {100, 201, 206, 301, 302, 307, 401, 403, 404, 405, 408, 410, 413, 429, 500, 502, 503, 504})
        EXPECT_EQ(judge(answer(status)).verdict, Verdict::later) << status;
    EXPECT_EQ(judge(answer(503)).why, "HTTP 503");
    auto const none = judge({.problem = "Could not resolve host"});
    EXPECT_EQ(none.verdict, Verdict::later);
    EXPECT_EQ(none.why, "Could not resolve host");
    auto cut    = answer(400, R"({"err":"invalid_request"})");
    cut.problem = "no answer in time";
    EXPECT_EQ(judge(cut).verdict, Verdict::later) << "half of an answer is none";
}

// RFC 8935 2.3, 2.4
TEST(DeliveryRules, DropWhatNoOtherTryMakesRight)
{
    for (auto const* const code : {"invalid_request", "invalid_issuer", "invalid_audience", "of_its_own"})
        EXPECT_EQ(judge(answer(400, std::string{R"({"err":")"} + code + R"("})")).verdict, Verdict::never) << code;
    for (auto const* const code : {"invalid_key", "authentication_failed", "access_denied"})
        EXPECT_EQ(judge(answer(400, std::string{R"({"err":")"} + code + R"("})")).verdict, Verdict::later) << code;
    for (auto const* const body : {"", "<html>", "[]", "{}", R"({"err":1})", R"({"err":"a","err":"b"})"})
        EXPECT_EQ(judge(answer(400, body)).verdict, Verdict::never) << body;
}

TEST(DeliveryRules, QuoteTheReceiverAndNotTooMuchOfIt)
{
    EXPECT_EQ(judge(answer(400, R"({"err":"invalid_audience","description":"not for us"})")).why,
              "HTTP 400, invalid_audience: not for us");
    EXPECT_EQ(judge(answer(400, "?")).why, "HTTP 400");
    EXPECT_LE(judge(answer(400, R"({"err":"x","description":")" + std::string(5000, 'a') + R"("})")).why.size(), 220U);
}

TEST(DeliverySchedule, WaitsTwiceAsLongEachTimeUpToFiveMinutes)
{
    DeliverySchedule schedule;
    EXPECT_FALSE(schedule.is_failing());
    EXPECT_EQ(schedule.failed(0s, 1), 1s);
    EXPECT_TRUE(schedule.is_failing());
    EXPECT_EQ(schedule.failed(0s, 1), 2s);
    EXPECT_EQ(schedule.failed(0s, 0), 2s) << "half of the bound at least";
    for (int i = 0; i < 20; ++i) (void)schedule.failed(0s, 0);
    EXPECT_EQ(schedule.failed(0s, 1), 5min);
    schedule.succeeded();
    EXPECT_FALSE(schedule.is_failing());
    EXPECT_EQ(schedule.failed(0s, 1), 1s);
}

TEST(DeliverySchedule, WaitsAsLongAsItIsAskedToWithinReason)
{
    DeliverySchedule schedule;
    EXPECT_EQ(schedule.failed(30s, 0), 30s);
    EXPECT_EQ(schedule.failed(24h, 0), 1h);
    EXPECT_EQ(schedule.failed(1s, 1), 4s) << "no sooner than without";
}

}  // namespace
}  // namespace signet::cli
