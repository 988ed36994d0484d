#include <gtest/gtest.h>

#include "http/cookies.hpp"
#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::cookie_value;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;
using testing::text_of;

class Refresh : public ::testing::Test {
protected:
    Refresh() { site_.world.add_user(); }

    std::string sign_in_by_cookie()
    {
        auto const response =
            site_.ask(post("/api/v1/login")
                          .from_own_page()
                          .json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})"));
        return cookie_value(response, kRefreshCookie);
    }
    static testing::Ask by_body(std::string_view token)
    {
        return post("/api/v1/refresh").json("{\"refresh_token\":" + json::quote(token) + "}");
    }
    static testing::Ask by_cookie(std::string_view token)
    {
        return post("/api/v1/refresh").cookie(kRefreshCookie, token);
    }

    testing::Site site_;
};

TEST_F(Refresh, AnswersInTheBodyWhatCameInTheBody)
{
    auto const first    = site_.sign_in();
    auto const response = site_.ask(by_body(first.refresh));
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(text_of(response, "access_token"), "");
    EXPECT_NE(text_of(response, "refresh_token"), first.refresh);
    EXPECT_EQ(text_of(response, "session_id"), first.session);
    EXPECT_EQ(header(response, "Set-Cookie"), "");
}

TEST_F(Refresh, AnswersInTheCookieWhatCameInTheCookie)
{
    auto const first    = sign_in_by_cookie();
    auto const response = site_.ask(by_cookie(first).from_own_page());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body.find("refresh_token"), std::string::npos);
    EXPECT_TRUE(cookie_value(response, kRefreshCookie).starts_with("srt_"));
    EXPECT_NE(cookie_value(response, kRefreshCookie), first);
}

TEST_F(Refresh, TakesACookieFromAnAllowedPage)
{
    EXPECT_EQ(site_.ask(by_cookie(sign_in_by_cookie()).from_notes()).status, 200);
    EXPECT_EQ(site_.ask(by_cookie(sign_in_by_cookie()).with("Origin", testing::kIssuer)).status, 200);
}

// DESIGN 6: an unchanged answer carries no token.
TEST_F(Refresh, SaysNothingOfATokenThatIsKept)
{
    auto const second = text_of(site_.ask(by_body(site_.sign_in().refresh)), "refresh_token");
    auto const kept   = site_.ask(by_body(second));
    EXPECT_EQ(kept.status, 200);
    EXPECT_NE(text_of(kept, "access_token"), "");
    EXPECT_EQ(kept.body.find("refresh_token"), std::string::npos);

    auto const cookie = cookie_value(site_.ask(by_cookie(sign_in_by_cookie()).from_own_page()), kRefreshCookie);
    auto const again  = site_.ask(by_cookie(cookie).from_own_page());
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(header(again, "Set-Cookie"), "");
}

// CHECKS D4
TEST_F(Refresh, RefusesACookieThatNoPageVouchesFor)
{
    auto const token    = sign_in_by_cookie();
    auto const response = site_.ask(by_cookie(token));
    EXPECT_EQ(refused(response), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site_.ask(by_cookie(token).from_stranger())), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site_.ask(by_cookie(token).with("Origin", "null"))), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site_.ask(by_cookie(token).with("Sec-Fetch-Site", "same-site"))),
              (Refused{403, "origin_not_allowed"}));
}

TEST_F(Refresh, RefusesWithoutAToken)
{
    EXPECT_EQ(refused(site_.ask(post("/api/v1/refresh"))), (Refused{401, "invalid_grant"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/refresh").json("{}"))), (Refused{401, "invalid_grant"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/refresh").from_own_page())), (Refused{401, "invalid_grant"}));
}

// CHECKS D1
TEST_F(Refresh, RefusesTwoCookiesOfOneName)
{
    auto const token = sign_in_by_cookie();
    EXPECT_EQ(refused(site_.ask(by_cookie(token).cookie(kRefreshCookie, token).from_own_page())),
              (Refused{401, "invalid_grant"}));
}

TEST_F(Refresh, RefusesAForgedTokenWithoutStorage)
{
    auto const before = site_.world.stores.memory().deeds;
    for (auto const* token : {"", "x", "srt_", "srt_AAAA", "' OR 1=1--"})
        EXPECT_EQ(refused(site_.ask(by_body(token))), (Refused{401, "invalid_grant"})) << token;
    EXPECT_EQ(site_.world.stores.memory().deeds, before);
}

// CHECKS D18: a late refusal must not take away what another tab was given.
TEST_F(Refresh, NeverEndsTheCookieWhenItRefuses)
{
    auto const first = sign_in_by_cookie();
    EXPECT_EQ(site_.ask(by_cookie(first).from_own_page()).status, 200);
    site_.world.clock.advance(std::chrono::minutes{5});
    auto const reuse = site_.ask(by_cookie(first).from_own_page());
    EXPECT_EQ(refused(reuse), (Refused{401, "invalid_grant"}));
    EXPECT_EQ(header(reuse, "Set-Cookie"), "");
    EXPECT_EQ(header(reuse, "Clear-Site-Data"), "");
    EXPECT_EQ(site_.world.count(core::AuditEvent::refresh_reuse), 1U);
}

TEST_F(Refresh, GivesARetryTheSameSuccessor)
{
    auto const first = site_.sign_in();
    auto const one   = site_.ask(by_body(first.refresh));
    auto const two   = site_.ask(by_body(first.refresh));
    EXPECT_EQ(two.status, 200);
    EXPECT_EQ(text_of(one, "refresh_token"), text_of(two, "refresh_token"));
}

TEST_F(Refresh, TakesTheBodyBeforeTheCookie)
{
    auto const given    = site_.sign_in();
    auto const response = site_.ask(by_body(given.refresh).cookie(kRefreshCookie, sign_in_by_cookie()).from_own_page());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(text_of(response, "session_id"), given.session);
    EXPECT_EQ(header(response, "Set-Cookie"), "");
}

TEST_F(Refresh, NeverTakesAStorageFailureForABadToken)
{
    auto const token                    = site_.sign_in().refresh;
    site_.world.stores.memory().failing = true;
    EXPECT_EQ(refused(site_.ask(by_body(token))), (Refused{503, "unavailable"}));
}

TEST_F(Refresh, RefusesAWrongType)
{
    EXPECT_EQ(refused(site_.ask(post("/api/v1/refresh").json(R"({"refresh_token":7})"))),
              (Refused{400, "invalid_request"}));
    auto text = post("/api/v1/refresh").with("Content-Type", "text/plain").from_own_page();
    text.body = "{}";
    EXPECT_EQ(refused(site_.ask(text)), (Refused{415, "unsupported_media_type"}));
}

}  // namespace
}  // namespace signet::http
