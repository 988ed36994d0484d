#include <gtest/gtest.h>

#include "base/log.hpp"
#include "core/session_cookie.hpp"
#include "core/settings.hpp"
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

testing::SiteOptions session_mode()
{
    testing::SiteOptions options;
    options.core.sessions.mode = core::SessionMode::session;
    return options;
}

class SessionToken : public ::testing::Test {
protected:
    explicit SessionToken(testing::SiteOptions const& options = {}) : site_(options) { site_.world.add_user(); }

    static testing::Ask login(std::string_view delivery)
    {
        return post("/api/v1/login")
            .json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts","delivery":)" +
                  json::quote(delivery) + "}");
    }
    std::string sign_in() { return cookie_value(site_.ask(login("session").from_own_page()), kSessionCookie); }
    Response    exchange(std::string_view cookie)
    {
        return site_.ask(
            post("/api/v1/session-token").bearer(credential_).json("{\"session\":" + json::quote(cookie) + "}"));
    }
    static testing::Ask logout(std::string_view cookie)
    {
        return post("/api/v1/logout").cookie(kSessionCookie, cookie);
    }
    bool is_active(std::string_view cookie)
    {
        return json::parse_object(exchange(cookie).body).value().find("active")->boolean().value();
    }

    testing::Site     site_;
    std::string const credential_ = site_.add_verifier("gateway");
};

// CHECKS D1, D2
TEST_F(SessionToken, ASignInMayBeKeptByOneOpaqueCookieAndNoToken)
{
    auto const response = site_.ask(login("session").from_own_page());
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(text_of(response, "user.email"), "ann@example.com");
    EXPECT_TRUE(core::SessionId::parse(text_of(response, "session_id")));
    for (auto const* secret : {"access_token", "refresh_token", "expires_in", "eyJ", "srt_", "sst_"})
        EXPECT_EQ(response.body.find(secret), std::string::npos) << secret;
    auto const cookie = set_cookie(response, kSessionCookie);
    EXPECT_TRUE(cookie_value(response, kSessionCookie).starts_with("sst_"));
    // 180 days: being used moves the idle limit, and no new cookie comes.
    for (auto const* part : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=15552000"})
        EXPECT_NE(cookie.find(part), std::string::npos) << part;
    EXPECT_EQ(cookie.find("Domain"), std::string::npos);
    EXPECT_EQ(set_cookie(response, kRefreshCookie), "");
    EXPECT_NE(set_cookie(response, kDeviceCookie), "");
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
}

TEST_F(SessionToken, GivesAVerifierTheAccessTokenOfTheSession)
{
    auto const cookie   = sign_in();
    auto const response = exchange(cookie);
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    EXPECT_EQ(header(response, "Set-Cookie"), "");
    auto const body = json::parse_object(response.body).value();
    EXPECT_EQ(body.find("active")->boolean(), true);
    EXPECT_EQ(body.find("token_type")->string(), "Bearer");
    EXPECT_GT(body.find("expires_in")->integer().value(), 0);
    EXPECT_EQ(body.find("session_expires_in")->integer(), 30 * 24 * 3600);
    auto const me = site_.ask(get("/api/v1/me").bearer(text_of(response, "access_token")));
    EXPECT_EQ(text_of(me, "user.email"), "ann@example.com");
    EXPECT_EQ(text_of(response, "session_id"), text_of(me, "session_id"));
}

// RFC 7662 2.2, likewise
TEST_F(SessionToken, SaysNothingElseOfWhatIsNotActive)
{
    auto const over = sign_in();
    EXPECT_EQ(site_.ask(logout(over).from_own_page()).status, 204);
    auto const who    = site_.sign_in();
    auto const forged = sign_in().replace(20, 1, "*");
    for (auto const& cookie : {std::string{}, std::string{"x"}, over, forged, who.access, who.refresh, credential_}) {
        auto const response = exchange(cookie);
        EXPECT_EQ(response.status, 200) << cookie;
        EXPECT_EQ(response.body, R"({"active":false})") << cookie;
    }
}

TEST_F(SessionToken, IsForVerifiersAlone)
{
    auto const ask = [&](testing::Ask asked) {
        return refused(site_.ask(asked.json("{\"session\":" + json::quote(sign_in()) + "}")));
    };
    EXPECT_EQ(ask(post("/api/v1/session-token")), (Refused{401, "missing_token"}));
    EXPECT_EQ(ask(post("/api/v1/session-token").bearer("svk_x")), (Refused{401, "unknown_verifier"}));
    EXPECT_EQ(ask(post("/api/v1/session-token").bearer(site_.sign_in().access)), (Refused{401, "unknown_verifier"}));
    EXPECT_EQ(ask(post("/api/v1/session-token").bearer(credential_).from_stranger()),
              (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/session-token?session=" + sign_in()).bearer(credential_).json("{}"))),
              (Refused{400, "invalid_request"}))
        << "never in an address";
}

TEST_F(SessionToken, AStorageFailureIsNoAnswer)
{
    auto const cookie                   = sign_in();
    site_.world.stores.memory().failing = true;
    EXPECT_EQ(refused(exchange(cookie)), (Refused{503, "unavailable"}));
    site_.world.stores.memory().failing = false;
    EXPECT_TRUE(is_active(cookie));
}

TEST_F(SessionToken, IsNeverLogged)
{
    auto const cookie = sign_in();
    log::configure(log::Level::debug, log::Format::text);
    ::testing::internal::CaptureStderr();
    exchange(cookie);
    exchange(cookie + "x");
    site_.ask(logout(cookie).from_own_page());
    exchange(cookie);
    auto const log = ::testing::internal::GetCapturedStderr();
    log::configure(log::Level::warning, log::Format::text);
    EXPECT_EQ(log.find(cookie.substr(4, 40)), std::string::npos) << log;
}

// CHECKS D4
TEST_F(SessionToken, SignsNobodyOutWithoutAPageThatVouchesForIt)
{
    auto const cookie = sign_in();
    EXPECT_EQ(refused(site_.ask(logout(cookie))), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site_.ask(logout(cookie).from_stranger())), (Refused{403, "origin_not_allowed"}));
    EXPECT_TRUE(is_active(cookie));

    auto const response = site_.ask(logout(cookie).from_own_page());
    EXPECT_EQ(response.status, 204);
    EXPECT_NE(set_cookie(response, kSessionCookie).find("Max-Age=0"), std::string::npos);
    EXPECT_FALSE(is_active(cookie));
}

TEST_F(SessionToken, OfASignInThatIsOverwrittenIsOver)
{
    auto const first  = sign_in();
    auto const again  = site_.ask(login("session").from_own_page().cookie(kSessionCookie, first));
    auto const second = cookie_value(again, kSessionCookie);
    EXPECT_FALSE(is_active(first));
    EXPECT_TRUE(is_active(second));

    auto const token = site_.ask(login("cookie").from_own_page().cookie(kSessionCookie, second));
    EXPECT_FALSE(is_active(second));
    EXPECT_NE(set_cookie(token, kSessionCookie).find("Max-Age=0"), std::string::npos) << "a browser keeps one";
    auto const refresh = cookie_value(token, kRefreshCookie);
    EXPECT_NE(refresh, "");

    auto const third = site_.ask(login("session").from_own_page().cookie(kRefreshCookie, refresh));
    EXPECT_NE(set_cookie(third, kRefreshCookie).find("Max-Age=0"), std::string::npos);
    EXPECT_EQ(refused(site_.ask(post("/api/v1/refresh").from_own_page().cookie(kRefreshCookie, refresh))),
              (Refused{401, "invalid_grant"}));
}

// Whoever copied the cookie is as much put out as with a refresh token, whose next rotation ends him.
TEST_F(SessionToken, OfBeforeAChangedPasswordIsOver)
{
    auto const stolen = sign_in();
    auto const other  = sign_in();
    auto const access = text_of(exchange(stolen), "access_token");
    auto const change =
        post("/api/v1/password")
            .bearer(access)
            .json(R"({"current_password":"blue-giraffe-on-stilts","new_password":"another six words of hers"})")
            .cookie(kSessionCookie, stolen)
            .from_own_page();
    auto const response = site_.ask(change);
    EXPECT_EQ(response.status, 204);
    EXPECT_NE(header(response, "Signet-Propagated"), "");
    auto const fresh = cookie_value(response, kSessionCookie);
    EXPECT_NE(fresh, stolen);
    EXPECT_TRUE(is_active(fresh));
    EXPECT_FALSE(is_active(stolen));
    EXPECT_FALSE(is_active(other));
    EXPECT_EQ(site_.ask(get("/api/v1/me").bearer(access)).status, 401);
}

// CHECKS C7, C9: what one does while strangers guess.
TEST_F(SessionToken, IsReplacedThoughTheAccountIsBeingGuessedAt)
{
    auto const before  = site_.ask(login("session").from_own_page());
    auto const cookie  = cookie_value(before, kSessionCookie);
    auto const access  = text_of(exchange(cookie), "access_token");
    auto const guesses = post("/api/v1/login").json(R"({"email":"ann@example.com","password":"no idea at all"})");
    for (int i = 0; i < 12; ++i) (void)site_.ask(guesses);
    ASSERT_EQ(site_.ask(guesses).status, 429);
    auto const response = site_.ask(
        post("/api/v1/password")
            .bearer(access)
            .json(R"({"current_password":"blue-giraffe-on-stilts","new_password":"another six words of hers"})")
            .cookie(kSessionCookie, cookie)
            .cookie(kDeviceCookie, cookie_value(before, kDeviceCookie))
            .from_own_page());
    EXPECT_EQ(response.status, 204);
    EXPECT_TRUE(is_active(cookie_value(response, kSessionCookie)));
    EXPECT_FALSE(is_active(cookie));
    EXPECT_NE(cookie_value(response, kDeviceCookie), "");
    EXPECT_EQ(site_.ask(guesses).status, 429) << "and strangers wait still";
}

TEST_F(SessionToken, ThatDidNotComeWithAChangedPasswordStays)
{
    auto const cookie   = sign_in();
    auto const access   = text_of(exchange(cookie), "access_token");
    auto const response = site_.ask(
        post("/api/v1/password")
            .bearer(access)
            .json(R"({"current_password":"blue-giraffe-on-stilts","new_password":"another six words of hers"})"));
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(cookie_value(response, kSessionCookie), "");
    EXPECT_TRUE(is_active(cookie)) << "a program keeps its session, and has no cookie to be copied";
}

// The hosted pages ask so for their own access token.
TEST_F(SessionToken, RefreshTakesTheCookieOfAPageAndLeavesIt)
{
    auto const cookie   = sign_in();
    auto const ask      = [&](std::string_view value) { return post("/api/v1/refresh").cookie(kSessionCookie, value); };
    auto const response = site_.ask(ask(cookie).from_own_page());
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(site_.ask(get("/api/v1/me").bearer(text_of(response, "access_token"))).status, 200);
    EXPECT_EQ(header(response, "Set-Cookie"), "");
    EXPECT_EQ(response.body.find("refresh_token"), std::string::npos);
    EXPECT_EQ(refused(site_.ask(ask(cookie))), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site_.ask(ask(cookie).from_stranger())), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site_.ask(ask(cookie + "x").from_own_page())), (Refused{401, "invalid_grant"}));
}

class SessionMode : public SessionToken {
protected:
    SessionMode() : SessionToken(session_mode()) {}
};

TEST_F(SessionMode, ABrowserIsKeptSignedInByTheCookie)
{
    constexpr std::string_view kRight   = R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})";
    auto const                 response = site_.ask(post("/api/v1/login").from_own_page().json(kRight));
    EXPECT_TRUE(is_active(cookie_value(response, kSessionCookie)));
    EXPECT_EQ(text_of(response, "access_token"), "");

    // The hosted pages hold an access token for themselves.
    auto const page = site_.ask(login("cookie").from_own_page());
    EXPECT_TRUE(is_active(cookie_value(page, kSessionCookie)));
    EXPECT_EQ(set_cookie(page, kRefreshCookie), "");
    EXPECT_NE(text_of(page, "access_token"), "");

    auto const program = site_.ask(post("/api/v1/login").json(kRight));
    EXPECT_NE(text_of(program, "refresh_token"), "");
    EXPECT_EQ(set_cookie(program, kSessionCookie), "");
}

TEST_F(SessionMode, AFormWithoutScriptsSetsTheCookieAndGoesBack)
{
    auto const response = site_.ask(post("/login").from_own_page().form(
        "email=ann%40example.com&password=blue-giraffe-on-stilts&return_to=%2Fnotes%3Fday%3D1"));
    EXPECT_EQ(response.status, 303);
    EXPECT_EQ(header(response, "Location"), "/notes?day=1");
    EXPECT_TRUE(is_active(cookie_value(response, kSessionCookie)));
    EXPECT_EQ(set_cookie(response, kRefreshCookie), "");
}

TEST_F(SessionMode, ThePagesLookForASessionWhereTheCookieIs)
{
    auto const hint = [&](testing::Ask const& asked) {
        auto const body = site_.ask(asked).body;
        return body.substr(body.find("signet-session-hint"), 40);
    };
    EXPECT_NE(hint(get("/account").cookie(kSessionCookie, "sst_x")).find("maybe"), std::string::npos);
    EXPECT_NE(hint(get("/account")).find("no"), std::string::npos);
}

}  // namespace
}  // namespace signet::http
