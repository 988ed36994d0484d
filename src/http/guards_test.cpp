#include "http/guards.hpp"

#include <gtest/gtest.h>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;

class Guards : public ::testing::Test {
protected:
    Guards() { site_.world.add_user(); }
    testing::Site site_;
};

// CHECKS B45
TEST_F(Guards, TakeTheSchemeInAnyCase)
{
    auto const token = site_.sign_in().access;
    for (auto const* scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer   "})
        EXPECT_EQ(site_.ask(get("/api/v1/me").with("Authorization", scheme + token)).status, 200) << scheme;
}

// CHECKS B45
TEST_F(Guards, ChallengeWithoutAnErrorWhenNoTokenCame)
{
    auto const response = site_.ask(get("/api/v1/me"));
    EXPECT_EQ(refused(response), (Refused{401, "missing_token"}));
    EXPECT_EQ(header(response, "WWW-Authenticate"), "Bearer realm=\"https://id.example.com\"");
}

TEST_F(Guards, TakeAnotherSchemeForNoToken)
{
    auto const token = site_.sign_in().access;
    for (auto const& value : {std::string{"Basic YTpi"}, "DPoP " + token, "Bearer" + token, token, std::string{""}}) {
        auto const response = site_.ask(get("/api/v1/me").with("Authorization", value));
        EXPECT_EQ(refused(response), (Refused{401, "missing_token"})) << value;
        EXPECT_EQ(header(response, "WWW-Authenticate").find("error"), std::string::npos);
    }
}

// CHECKS B45
TEST_F(Guards, ChallengeWithInvalidTokenWhenOneIsRefused)
{
    auto const token = site_.sign_in().access;
    for (auto const& bad : {std::string{"x"}, std::string{"a.b.c"}, token + "x", token + " " + token,
                            token.substr(0, 40), std::string{}}) {
        auto const response = site_.ask(get("/api/v1/me").bearer(bad));
        EXPECT_EQ(refused(response), (Refused{401, "invalid_token"})) << bad;
        EXPECT_EQ(header(response, "WWW-Authenticate"),
                  "Bearer realm=\"https://id.example.com\", error=\"invalid_token\"");
    }
}

TEST_F(Guards, RefuseAnExpiredToken)
{
    auto const token = site_.sign_in().access;
    site_.world.clock.advance(std::chrono::hours{1});
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me").bearer(token))), (Refused{401, "invalid_token"}));
}

// CHECKS B45
TEST_F(Guards, IgnoreATokenInTheQuery)
{
    auto const token = site_.sign_in().access;
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me?access_token=" + token))), (Refused{401, "missing_token"}));
}

// CHECKS B45
TEST_F(Guards, RefuseATokenInTwoPlaces)
{
    auto const token    = site_.sign_in().access;
    auto const response = site_.ask(get("/api/v1/me").bearer(token).bearer(token));
    EXPECT_EQ(refused(response), (Refused{400, "invalid_request"}));
    EXPECT_NE(header(response, "WWW-Authenticate").find("error=\"invalid_request\""), std::string::npos);
}

TEST_F(Guards, TakeNoRefreshTokenForAnAccessToken)
{
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me").bearer(site_.sign_in().refresh))), (Refused{401, "invalid_token"}));
}

// CHECKS D4
TEST_F(Guards, TakeNothingButJsonWhereJsonIsDue)
{
    std::string_view const body = R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})";
    for (auto const* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
        auto request = post("/api/v1/login").with("Content-Type", type);
        request.body = body;
        EXPECT_EQ(refused(site_.ask(request)), (Refused{415, "unsupported_media_type"})) << type;
    }
    auto untyped = post("/api/v1/login");
    untyped.body = body;
    EXPECT_EQ(refused(site_.ask(untyped)), (Refused{415, "unsupported_media_type"}));
}

TEST_F(Guards, TakeNoJsonWhereAFormIsDue)
{
    EXPECT_EQ(refused(site_.ask(post("/login").from_own_page().json("{}"))), (Refused{415, "unsupported_media_type"}));
}

// CHECKS E11: cheap checks first.
TEST_F(Guards, RefuseABadBodyWithoutQueueing)
{
    testing::Site full({.hashing_queue = 0});
    EXPECT_EQ(refused(full.ask(post("/api/v1/login").json("{"))), (Refused{400, "malformed_json"}));
    EXPECT_EQ(refused(full.ask(post("/api/v1/login").json(R"({"email":1})"))), (Refused{400, "invalid_request"}));
    EXPECT_EQ(refused(full.ask(post("/api/v1/password").json("{}"))), (Refused{401, "missing_token"}));
    EXPECT_EQ(refused(full.ask(post("/api/v1/login").json(R"({"email":"a","password":"b"})"))), (Refused{503, "busy"}));
}

}  // namespace
}  // namespace signet::http
