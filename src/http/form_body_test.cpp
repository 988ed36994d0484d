#include "http/form_body.hpp"

#include <gtest/gtest.h>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::Refused;
using testing::refused;

constexpr Member kSomeFormMembers[] = {
    {"email", Need::required}, {"password", Need::required}, {"return_to", Need::optional}};

Refused form_refusal(std::string_view body)
{
    auto const read = read_form_body(body, kSomeFormMembers);
    return read ? Refused{200, ""} : refused(read.error());
}

TEST(FormBody, DecodesOnce)
{
    auto const read = read_form_body("email=ann%40example.com&password=a+b%2Bc%2526&x=1&return_to=", kSomeFormMembers);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->get("email"), "ann@example.com");
    EXPECT_EQ(read->get("password"), "a b+c%26");
    EXPECT_EQ(read->find("return_to"), "");
}

TEST(FormBody, TakesPasswordsOfEveryScript)
{
    auto const read = read_form_body("email=a&password=%F0%9F%A6%92%EF%BF%BD", kSomeFormMembers);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->get("password"), "🦒\xEF\xBF\xBD");
}

TEST(FormBody, RefusesAMissingField)
{
    EXPECT_EQ(form_refusal(""), (Refused{400, "invalid_request"}));
    EXPECT_EQ(form_refusal("email=a"), (Refused{400, "invalid_request"}));
    EXPECT_EQ(form_refusal("{\"email\":\"a\"}"), (Refused{400, "invalid_request"}));
}

TEST(FormBody, RefusesAFieldTwice)
{
    EXPECT_EQ(form_refusal("email=a&password=b&email=c"), (Refused{400, "invalid_request"}));
    EXPECT_EQ(form_refusal("email=a&password=b&%65mail=c"), (Refused{400, "invalid_request"}));
}

TEST(FormBody, RefusesBadEncoding)
{
    for (auto const* body :
         {"email=%&password=b", "email=%4&password=b", "email=%zz&password=b", "email=%ff&password=b",
          "email=%C0%80&password=b", "email=%ED%A0%80&password=b", "%gg=1&email=a&password=b"})
        EXPECT_EQ(form_refusal(body), (Refused{400, "invalid_request"})) << body;
}

// CHECKS E4
TEST(FormBody, RefusesTooManyFields)
{
    std::string body = "email=a&password=b";
    for (int i = 2; i < 100; ++i) body += "&x=1";
    EXPECT_EQ(form_refusal(body), (Refused{200, ""}));
    EXPECT_EQ(form_refusal(body + "&x=1"), (Refused{400, "invalid_request"}));
}

TEST(FormBody, FindsAFieldOfAQuery)
{
    EXPECT_EQ(find_query_field("a=1&return_to=%2Fnotes", "return_to"), "/notes");
    EXPECT_EQ(find_query_field("return_to", "return_to"), "");
    EXPECT_EQ(find_query_field("", "return_to"), std::nullopt);
    EXPECT_EQ(find_query_field("a=return_to", "return_to"), std::nullopt);
    EXPECT_EQ(find_query_field("return_to=/a&return_to=/b", "return_to"), std::nullopt);
    EXPECT_EQ(find_query_field("return_to=%ff", "return_to"), std::nullopt);
}

}  // namespace
}  // namespace signet::http
