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

class DeliverySchedules : public ::testing::Test {
protected:
    using Time = DeliverySchedule::Time;

    // How long what failed has to wait from `now` on, to the second.
    std::chrono::seconds wait() const
    {
        auto waited = 0s;
        while (!schedule.may_send(now + waited, true) && waited < 2h) waited += 1s;
        return waited;
    }
    void fail(std::chrono::seconds retry_after = 0s) { schedule.failed(now, now, retry_after, 1); }

    DeliverySchedule schedule;
    Time             now{1000h};
};

TEST_F(DeliverySchedules, WaitLongerEachTimeAndNotAtAllAfterASuccess)
{
    EXPECT_FALSE(schedule.is_failing());
    for (auto const expected : {1s, 2s, 4s, 8s, 16s, 32s, 64s, 128s, 256s, 300s, 300s}) {
        fail();
        EXPECT_TRUE(schedule.is_failing());
        EXPECT_EQ(wait(), expected);
        now += expected;
    }
    schedule.succeeded();
    EXPECT_FALSE(schedule.is_failing());
    fail();
    EXPECT_EQ(wait(), 1s);
    fail();
    schedule.succeeded();
    EXPECT_TRUE(schedule.may_send(now, true)) << "it takes events";
}

TEST_F(DeliverySchedules, WaitForHalfOfThatAtLeast)
{
    for (int i = 0; i < 4; ++i) now += 1h, fail();
    now += 1h;
    schedule.failed(now, now, 0s, 0);
    EXPECT_EQ(wait(), 8s);
}

TEST_F(DeliverySchedules, SendNothingForAsLongAsTheReceiverAsks)
{
    fail(30s);
    EXPECT_EQ(wait(), 30s);
    EXPECT_FALSE(schedule.may_send(now + 29s, false)) << "not what was never tried either";
    schedule.succeeded();
    EXPECT_EQ(wait(), 30s) << "one that was under way";
    now += 30s;
    fail(24h);
    EXPECT_EQ(wait(), 1h) << "within reason";
}

// One event that a receiver never takes holds up none after it, and one that is down is not beset with them.
TEST_F(DeliverySchedules, SendWhatWasNeverTriedOnceASecondMeanwhile)
{
    for (int i = 0; i < 9; ++i) now += 1h, fail();
    ASSERT_EQ(wait(), 256s);
    EXPECT_FALSE(schedule.may_send(now + 999ms, false));
    EXPECT_TRUE(schedule.may_send(now + 1s, false));
    now += 1s;
    fail();
    EXPECT_EQ(wait(), 255s) << "and that lengthens nothing";
    EXPECT_FALSE(schedule.may_send(now + 999ms, false));
}

TEST_F(DeliverySchedules, TakeThoseThatFailTogetherForOne)
{
    auto const began = now;
    for (int i = 0; i < 8; ++i) now += 10ms, schedule.failed(began, now, 0s, 1);
    EXPECT_EQ(wait(), 1s);
}

}  // namespace
}  // namespace signet::cli
