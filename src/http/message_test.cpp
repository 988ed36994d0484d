#include "http/message.hpp"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

TEST(Message, KnowsEachMethodByItsExactName)
{
    for (auto const method :
         {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_, Method::options})
        EXPECT_EQ(parse_method(name(method)), method);
    EXPECT_EQ(name(Method::delete_), "DELETE");
}

TEST(Message, KnowsNoOtherMethod)
{
    for (auto const* text : {"", "get", "Get", "GET ", " GET", "GETS", "GE", "TRACE", "CONNECT", "PRI", "BREW"})
        EXPECT_EQ(parse_method(text), std::nullopt) << text;
}

TEST(Message, FindsAHeaderWithoutRegardToCase)
{
    Request request;
    request.headers = {{"Host", "a"}, {"X-One", "1"}, {"x-one", "2"}};
    EXPECT_EQ(request.find_header("x-ONE"), "1");
    EXPECT_EQ(request.count_headers("X-One"), 2U);
    EXPECT_EQ(request.count_headers("host"), 1U);
}

TEST(Message, DoesNotFindWhatOnlyLooksAlike)
{
    Request request;
    request.headers = {{"X_Forwarded_For", "a"}, {"Hos", "b"}, {"[ost", "c"}};
    EXPECT_EQ(request.find_header("X-Forwarded-For"), std::nullopt);  // CHECKS E7
    EXPECT_EQ(request.find_header("Host"), std::nullopt);
    EXPECT_EQ(request.find_header("{ost"), std::nullopt);
    EXPECT_EQ(request.count_headers(""), 0U);
}

TEST(Message, SetReplacesAndAddAppends)
{
    Response response;
    response.add("Set-Cookie", "a").add("set-cookie", "b").set("Vary", "Origin").set("vary", "Accept");
    ASSERT_EQ(response.headers.size(), 3U);
    EXPECT_EQ(response.headers[1].value, "b");
    EXPECT_EQ(response.headers[2].value, "Accept");
}

}  // namespace
}  // namespace signet::http
