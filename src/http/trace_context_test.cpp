#include "http/trace_context.hpp"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

constexpr std::string_view kTrace = "0af7651916cd43dd8448eb211c80319c";
constexpr std::string_view kValid = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

std::string changed(std::size_t at, std::string_view text)
{
    return std::string{kValid}.replace(at, text.size(), text);
}

TEST(TraceContext, TakesTheTraceOfAValidHeader)
{
    EXPECT_EQ(parse_traceparent(kValid), kTrace);
    EXPECT_EQ(parse_traceparent(changed(53, "00")), kTrace);
    EXPECT_EQ(parse_traceparent(changed(53, "ff")), kTrace) << "flags that nobody knows yet";
    EXPECT_EQ(parse_traceparent(changed(0, "cc")), kTrace) << "a version that nobody knows yet";
    EXPECT_EQ(parse_traceparent(changed(0, "cc") + "-what-the-future-brings"), kTrace);
}

TEST(TraceContext, TakesNothingElse)
{
    for (auto const& wrong : {std::string{},
                              std::string{"00"},
                              changed(0, "ff"),
                              changed(0, "0g"),
                              changed(0, "0A"),
                              changed(3, "00000000000000000000000000000000"),
                              changed(36, "0000000000000000"),
                              changed(3, "0AF7"),
                              changed(36, "B7AD"),
                              changed(53, "0G"),
                              changed(53, "0A"),
                              changed(2, "_"),
                              changed(35, "_"),
                              changed(52, "_"),
                              std::string{kValid} + "-more",
                              std::string{kValid} + " ",
                              " " + std::string{kValid},
                              changed(0, "cc") + ".more",
                              std::string{kValid.substr(0, 54)},
                              std::string{kValid}.erase(3, 1),
                              changed(10, "\r\n")})
        EXPECT_EQ(parse_traceparent(wrong), std::nullopt) << wrong;
}

TEST(TraceContext, TakesOneHeaderOrNone)
{
    Request request;
    EXPECT_EQ(find_trace(request), "");
    request.headers.push_back({"TraceParent", std::string{kValid}});
    EXPECT_EQ(find_trace(request), kTrace);
    request.headers.push_back({"traceparent", std::string{kValid}});
    EXPECT_EQ(find_trace(request), "");
}

TEST(TraceContext, AnswersWithTheTraceAndTheRequestAsItsSpan)
{
    EXPECT_EQ(trace_response(kTrace, "5f3ca201-1f"), "00-0af7651916cd43dd8448eb211c80319c-5f3ca2010000001f-00");
    EXPECT_EQ(trace_response(kTrace, "5f3ca201-123456789"), "00-0af7651916cd43dd8448eb211c80319c-5f3ca20123456789-00");
    EXPECT_TRUE(parse_traceparent(trace_response(kTrace, "5f3ca201-0")));
}

}  // namespace
}  // namespace signet::http
