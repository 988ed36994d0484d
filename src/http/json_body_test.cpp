#include "http/json_body.hpp"

#include <gtest/gtest.h>

#include "http/endpoints.hpp"
#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::Refused;
using testing::refused;

constexpr Member kJsonMembers[] = {{"email", Need::required}, {"name", Need::optional}};

Refused json_refusal(std::string_view body)
{
    auto const read = read_json_body(body, kJsonMembers);
    return read ? Refused{200, ""} : refused(read.error());
}
std::string json_sentence(std::string_view body)
{
    auto const read = read_json_body(body, kJsonMembers);
    return read ? "" : testing::text_of(read.error(), "error_description");
}

TEST(JsonBody, GivesTheMembersAndIgnoresOthers)
{
    auto const read = read_json_body(R"({"email":"a\u0062","more":[1,{"email":2}],"name":""})", kJsonMembers);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->get("email"), "ab");
    EXPECT_EQ(read->find("name"), "");
    EXPECT_EQ(read->find("more"), std::nullopt);
}

TEST(JsonBody, LeavesOutWhatIsOptional)
{
    auto const read = read_json_body(R"({"email":"a"})", kJsonMembers);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->find("name"), std::nullopt);
}

TEST(JsonBody, MayBeEmptyWhereNothingIsRequired)
{
    EXPECT_TRUE(read_json_body("", kRefreshMembers));
    EXPECT_EQ(json_refusal(""), (Refused{400, "malformed_json"}));
}

TEST(JsonBody, RefusesAWrongTypeAndNamesTheMember)
{
    for (auto const* value : {"1", "1.5", "true", "null", "[]", "{}", "[\"a\"]"}) {
        auto const body = std::string{R"({"email":)"} + value + "}";
        EXPECT_EQ(json_refusal(body), (Refused{400, "invalid_request"})) << body;
        EXPECT_EQ(json_sentence(body), "The member \"email\" must be a string.");
    }
    EXPECT_EQ(json_refusal(R"({"email":"a","name":7})"), (Refused{400, "invalid_request"}));
}

TEST(JsonBody, RefusesAMissingMemberAndNamesIt)
{
    EXPECT_EQ(json_refusal(R"({"Email":"a"})"), (Refused{400, "invalid_request"}));
    EXPECT_EQ(json_sentence("{}"), "The member \"email\" is missing.");
}

TEST(JsonBody, RefusesWhatParsersDisagreeAbout)
{
    for (std::string const& body :
         {std::string{R"({"email":"a","email":"b"})"}, std::string{R"({"email":"a","x":{"y":1,"y":2}})"},
          std::string{R"({"email":"a"} )"} + "x", std::string{R"({"email":"a"}{})"}, std::string{"[\"email\"]"},
          std::string{"\"email\""}, std::string{"null"}, std::string{"{\"email\":\"\xff\"}"},
          std::string{R"({"email":"\ud800"})"}, std::string{"\xef\xbb\xbf{\"email\":\"a\"}"},
          std::string{R"({"email":"a",})"}, std::string{R"({'email':'a'})"}, std::string{R"({"email":"a"/**/})"},
          std::string{"email=a"}, std::string{"{\"email\":\"a\"}\0", 14}, std::string{R"({"email":"a","x":NaN})"},
          std::string{"{"}, std::string{" "}})
        EXPECT_EQ(json_refusal(body), (Refused{400, "malformed_json"})) << body;
}

// CHECKS E4: depth 32
TEST(JsonBody, RefusesANestingBomb)
{
    auto const nested = [](std::size_t depth) {
        return R"({"email":"a","x":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
    };
    EXPECT_EQ(json_refusal(nested(31)), (Refused{200, ""}));
    EXPECT_EQ(json_refusal(nested(32)), (Refused{400, "malformed_json"}));
    EXPECT_EQ(json_refusal(nested(10'000)), (Refused{400, "malformed_json"}));
}

// CHECKS D10
TEST(JsonBody, NeverEchoesWhatWasSent)
{
    EXPECT_EQ(json_sentence(R"({"<script>":1})").find("script"), std::string::npos);
}

TEST(JsonBody, SaysWhenARowForgotAMember)
{
    Fields fields;
    EXPECT_THROW((void)fields.get("email"), std::logic_error);
}

// The document keeps its memory, so the old place can be looked at: every string of a body is in it.
TEST(JsonBody, LeavesNoPasswordBehind)
{
    for (std::string const body :
         {R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})",
          R"({"email":1,"password":"blue-giraffe-on-stilts"})", R"({"email":"ann@example.com","email":"twice"})"}) {
        json::Document document;
        (void)read_json_body(document, body, kJsonMembers);
        ASSERT_FALSE(document.members().empty());
        std::string_view const left{document.members().front().name.data(), body.size()};
        EXPECT_EQ(left.find_first_not_of('\0'), left.npos) << body;
    }
}

TEST(JsonBody, TakesAnIntegerWhereOneIsMeant)
{
    constexpr Member kMembers[] = {{"seq", Need::required, Form::integer}};
    auto const       fields     = read_json_body(R"({"seq":42})", kMembers);
    ASSERT_TRUE(fields);
    EXPECT_EQ(fields->get("seq"), "42");
    for (auto const* body : {R"({"seq":"42"})", R"({"seq":4.2})", R"({"seq":true})", R"({"seq":[42]})", R"({})"}) {
        auto const refused = read_json_body(body, kMembers);
        ASSERT_FALSE(refused) << body;
        EXPECT_EQ(testing::refused(refused.error()), (testing::Refused{400, "invalid_request"})) << body;
    }
}

}  // namespace
}  // namespace signet::http
