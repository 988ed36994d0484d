#include <gtest/gtest.h>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;
using testing::text_of;

Refused attempt(testing::Site& site, std::string_view body)
{
    return refused(site.ask(post("/api/v1/signup").json(body)));
}

TEST(Signup, MakesAnAccountAndSignsNobodyIn)
{
    testing::Site site;
    auto const    response =
        site.ask(post("/api/v1/signup")
                     .from_own_page()
                     .json(R"({"email":"bo@example.com","password":"seven green ladders","name":"Bo"})"));
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(text_of(response, "user.email"), "bo@example.com");
    EXPECT_EQ(text_of(response, "user.name"), "Bo");
    EXPECT_EQ(header(response, "Set-Cookie"), "");
    EXPECT_EQ(response.body.find("token"), std::string::npos);
    EXPECT_EQ(response.body.find("argon2"), std::string::npos);
}

TEST(Signup, TakesNoRolesFromAStranger)
{
    testing::Site site;
    auto const    response =
        site.ask(post("/api/v1/signup")
                     .json(R"({"email":"bo@example.com","password":"seven green ladders","roles":["admin"]})"));
    EXPECT_EQ(response.status, 201);
    EXPECT_NE(response.body.find(R"("roles":[])"), std::string::npos);
}

TEST(Signup, RefusesATakenAddress)
{
    testing::Site site;
    site.world.add_user();
    EXPECT_EQ(attempt(site, R"({"email":"ANN@example.com","password":"seven green ladders"})"),
              (Refused{409, "email_taken"}));
}

TEST(Signup, SaysWhatIsWrongWithAPassword)
{
    testing::Site site;
    EXPECT_EQ(attempt(site, R"({"email":"bo@example.com","password":"short"})"), (Refused{400, "password_too_short"}));
    EXPECT_EQ(attempt(site, R"({"email":"bo@example.com","password":"password123"})"),
              (Refused{400, "password_too_common"}));
    EXPECT_EQ(attempt(site, R"({"email":"boris@example.com","password":"boris@example.com"})"),
              (Refused{400, "password_is_personal"}));
    EXPECT_EQ(attempt(site, R"({"email":"bo@example.com","password":")" + std::string(1025, 'x') + "\"}"),
              (Refused{400, "password_too_long"}));
}

TEST(Signup, RefusesABadAddressOrName)
{
    testing::Site site;
    EXPECT_EQ(attempt(site, R"({"email":"bo","password":"seven green ladders"})"), (Refused{400, "invalid_email"}));
    EXPECT_EQ(attempt(site, R"({"email":"bo@example.com","name":"a\u0007b","password":"seven green ladders"})"),
              (Refused{400, "invalid_name"}));
    EXPECT_EQ(attempt(site, R"({"email":"bo@example.com","name":null,"password":"seven green ladders"})"),
              (Refused{400, "invalid_request"}));
}

TEST(Signup, IsClosedWhereTheOperatorSaysSo)
{
    testing::Site site({.api = {.issuer = std::string{testing::kIssuer}, .signup = false}});
    EXPECT_EQ(attempt(site, R"({"email":"bo@example.com","password":"seven green ladders"})"),
              (Refused{403, "signup_closed"}));
    EXPECT_EQ(site.world.stores.memory().users.size(), 0U);
}

}  // namespace
}  // namespace signet::http
