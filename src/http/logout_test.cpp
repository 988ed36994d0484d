#include <gtest/gtest.h>

#include "http/cookies.hpp"
#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::cookie_value;
using testing::get;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;
using testing::set_cookie;
using testing::text_of;

class Logout : public ::testing::Test {
protected:
    Logout() { site_.world.add_user(); }

    struct ByCookie {
        std::string access;
        std::string refresh;
    };
    ByCookie sign_in_by_cookie()
    {
        auto const response =
            site_.ask(post("/api/v1/login")
                          .from_own_page()
                          .json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})"));
        return {text_of(response, "access_token"), cookie_value(response, kRefreshCookie)};
    }
    Refused me(std::string_view access) { return refused(site_.ask(get("/api/v1/me").bearer(access))); }

    testing::Site site_;
};

TEST_F(Logout, EndsTheSessionOfTheCookie)
{
    auto const session  = sign_in_by_cookie();
    auto const response = site_.ask(post("/api/v1/logout").cookie(kRefreshCookie, session.refresh).from_own_page());
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(response.body, "");
    EXPECT_NE(set_cookie(response, kRefreshCookie).find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(me(session.access), (Refused{401, "invalid_token"}));
}

// CHECKS D20, C9: everything of the session goes, what protects the next sign-in stays.
TEST_F(Logout, KeepsTheDeviceCookie)
{
    auto const response =
        site_.ask(post("/api/v1/logout").cookie(kRefreshCookie, sign_in_by_cookie().refresh).from_own_page());
    EXPECT_EQ(set_cookie(response, kDeviceCookie), "");
    EXPECT_EQ(header(response, "Clear-Site-Data"), "\"storage\"");
}

TEST_F(Logout, EndsTheSessionOfTheBearerToken)
{
    auto const session = site_.sign_in();
    EXPECT_EQ(site_.ask(post("/api/v1/logout").bearer(session.access)).status, 204);
    EXPECT_EQ(me(session.access), (Refused{401, "invalid_token"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/refresh").json("{\"refresh_token\":\"" + session.refresh + "\"}"))),
              (Refused{401, "invalid_grant"}));
}

TEST_F(Logout, EndsTheSessionOfATokenInTheBody)
{
    auto const session  = site_.sign_in();
    auto const response = site_.ask(post("/api/v1/logout").json("{\"refresh_token\":\"" + session.refresh + "\"}"));
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(header(response, "Set-Cookie"), "");
    EXPECT_EQ(me(session.access), (Refused{401, "invalid_token"}));
}

TEST_F(Logout, EndsBothWhenCookieAndBearerNameTwoSessions)
{
    auto const one = sign_in_by_cookie();
    auto const two = site_.sign_in();
    EXPECT_EQ(
        site_.ask(post("/api/v1/logout").bearer(two.access).cookie(kRefreshCookie, one.refresh).from_own_page()).status,
        204);
    EXPECT_EQ(me(one.access), (Refused{401, "invalid_token"}));
    EXPECT_EQ(me(two.access), (Refused{401, "invalid_token"}));
}

TEST_F(Logout, WorksByCookieWithAnExpiredAccessToken)
{
    auto const session = sign_in_by_cookie();
    site_.world.clock.advance(std::chrono::minutes{20});
    auto const response = site_.ask(
        post("/api/v1/logout").bearer(session.access).cookie(kRefreshCookie, session.refresh).from_own_page());
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(site_.world.count(core::AuditEvent::session_ended), 1U);
}

TEST_F(Logout, TakesATokenThatIsOverForSignedOut)
{
    auto const session = site_.sign_in();
    auto const again   = post("/api/v1/logout").json("{\"refresh_token\":\"" + session.refresh + "\"}");
    EXPECT_EQ(site_.ask(again).status, 204);
    EXPECT_EQ(site_.ask(again).status, 204);
    EXPECT_EQ(site_.ask(post("/api/v1/logout").json(R"({"refresh_token":"forged"})")).status, 204);
}

TEST_F(Logout, TakesAPageWithoutItsCookieForSignedOut)
{
    EXPECT_EQ(site_.ask(post("/api/v1/logout").from_own_page()).status, 204);
}

TEST_F(Logout, RefusesWhoeverNamesNothing)
{
    auto const response = site_.ask(post("/api/v1/logout"));
    EXPECT_EQ(refused(response), (Refused{401, "missing_token"}));
    EXPECT_NE(header(response, "WWW-Authenticate"), "");
    EXPECT_EQ(refused(site_.ask(post("/api/v1/logout").bearer("x"))), (Refused{401, "invalid_token"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/logout").bearer("x").from_own_page())), (Refused{401, "invalid_token"}));
}

// CHECKS D4, D5: signing someone out is an attack as well.
TEST_F(Logout, RefusesACookieThatNoPageVouchesFor)
{
    auto const session = sign_in_by_cookie();
    EXPECT_EQ(refused(site_.ask(post("/api/v1/logout").cookie(kRefreshCookie, session.refresh))),
              (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/logout").cookie(kRefreshCookie, session.refresh).from_stranger())),
              (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site_.ask(get("/api/v1/logout").cookie(kRefreshCookie, session.refresh).from_own_page())),
              (Refused{405, "method_not_allowed"}));
    EXPECT_EQ(me(session.access).status, 200);
}

TEST_F(Logout, SaysSoWhenStorageFails)
{
    auto const session                  = site_.sign_in();
    site_.world.stores.memory().failing = true;
    auto const response                 = site_.ask(post("/api/v1/logout").bearer(session.access));
    EXPECT_EQ(refused(response), (Refused{503, "unavailable"}));
    EXPECT_EQ(header(response, "Set-Cookie"), "");
}

TEST_F(Logout, EverywhereEndsAllSessions)
{
    auto const one      = site_.sign_in();
    auto const two      = sign_in_by_cookie();
    auto const response = site_.ask(post("/api/v1/logout-all").bearer(one.access));
    EXPECT_EQ(response.status, 204);
    EXPECT_NE(set_cookie(response, kRefreshCookie).find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(me(one.access), (Refused{401, "invalid_token"}));
    EXPECT_EQ(me(two.access), (Refused{401, "invalid_token"}));
}

TEST_F(Logout, EverywhereNeedsABearerToken)
{
    auto const session = sign_in_by_cookie();
    EXPECT_EQ(refused(site_.ask(post("/api/v1/logout-all").cookie(kRefreshCookie, session.refresh).from_own_page())),
              (Refused{401, "missing_token"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/logout-all").bearer(session.refresh))), (Refused{401, "invalid_token"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/logout-all").bearer(session.access).from_stranger())),
              (Refused{403, "origin_not_allowed"}));
}

}  // namespace
}  // namespace signet::http
