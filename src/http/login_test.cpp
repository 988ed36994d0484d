#include <gtest/gtest.h>

#include "base/log.hpp"
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

constexpr std::string_view kRight = R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})";
constexpr std::string_view kWrong = R"({"email":"ann@example.com","password":"wrong"})";

class Login : public ::testing::Test {
protected:
    Login() { site_.world.add_user("ann@example.com", {"viewer"}); }
    testing::Site site_;
};

TEST_F(Login, GivesTheTokenAnswer)
{
    auto const response = site_.ask(post("/api/v1/login").json(kRight));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(text_of(response, "token_type"), "Bearer");
    EXPECT_EQ(text_of(response, "user.email"), "ann@example.com");
    EXPECT_EQ(text_of(response, "user.name"), "Ann");
    EXPECT_TRUE(core::SessionId::parse(text_of(response, "session_id")));
    EXPECT_NE(response.body.find(R"("roles":["viewer"])"), std::string::npos);
    EXPECT_NE(response.body.find("\"expires_in\":"), std::string::npos);
    EXPECT_EQ(site_.ask(get("/api/v1/me").bearer(text_of(response, "access_token"))).status, 200);
}

TEST_F(Login, GivesTheRefreshTokenInTheBodyToWhoeverIsNoBrowser)
{
    auto const response = site_.ask(post("/api/v1/login").json(kRight));
    EXPECT_TRUE(text_of(response, "refresh_token").starts_with("srt_"));
    EXPECT_EQ(set_cookie(response, kRefreshCookie), "");
}

// DESIGN 4: with a cookie, never in the answer. CHECKS D1, D2
TEST_F(Login, GivesTheRefreshTokenToABrowserInTheCookieAlone)
{
    auto const response = site_.ask(post("/api/v1/login").from_own_page().json(kRight));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body.find("refresh_token"), std::string::npos);
    EXPECT_EQ(response.body.find("srt_"), std::string::npos);
    auto const cookie = set_cookie(response, kRefreshCookie);
    EXPECT_TRUE(cookie_value(response, kRefreshCookie).starts_with("srt_"));
    for (auto const* part : {"; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age=2592000"})
        EXPECT_NE(cookie.find(part), std::string::npos) << part;
    EXPECT_EQ(cookie.find("Domain"), std::string::npos);
}

TEST_F(Login, DeliversAsAsked)
{
    auto const body =
        site_.ask(post("/api/v1/login")
                      .from_own_page()
                      .json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts","delivery":"body"})"));
    EXPECT_NE(text_of(body, "refresh_token"), "");
    EXPECT_EQ(set_cookie(body, kRefreshCookie), "");

    auto const cookie =
        site_.ask(post("/api/v1/login")
                      .json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts","delivery":"cookie"})"));
    EXPECT_EQ(text_of(cookie, "refresh_token"), "");
    EXPECT_NE(set_cookie(cookie, kRefreshCookie), "");

    auto const neither =
        site_.ask(post("/api/v1/login")
                      .json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts","delivery":"post"})"));
    EXPECT_EQ(refused(neither), (Refused{400, "invalid_request"}));
}

TEST_F(Login, LetsAnAllowedPageSignIn)
{
    auto const response = site_.ask(post("/api/v1/login").from_notes().json(kRight));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), testing::kNotes);
    EXPECT_NE(set_cookie(response, kRefreshCookie), "");
}

// CHECKS B57: its cookie is gone from the browser, so nobody could end it any more.
TEST_F(Login, EndsTheSessionWhoseCookieItOverwrites)
{
    auto const first  = site_.ask(post("/api/v1/login").from_own_page().json(kRight));
    auto const cookie = cookie_value(first, kRefreshCookie);
    auto const second = site_.ask(post("/api/v1/login").from_own_page().cookie(kRefreshCookie, cookie).json(kRight));
    EXPECT_EQ(second.status, 200);
    auto const ended = site_.world.stores.memory().audit.back();
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me").bearer(text_of(first, "access_token")))),
              (Refused{401, "invalid_token"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/refresh").from_own_page().cookie(kRefreshCookie, cookie))),
              (Refused{401, "invalid_grant"}));
    EXPECT_EQ(site_.ask(get("/api/v1/me").bearer(text_of(second, "access_token"))).status, 200);
    auto const renewed = cookie_value(second, kRefreshCookie);
    EXPECT_EQ(site_.ask(post("/api/v1/refresh").from_own_page().cookie(kRefreshCookie, renewed)).status, 200);

    EXPECT_EQ(ended.event, core::AuditEvent::session_ended);
    EXPECT_EQ(ended.detail, "signed_out");
    EXPECT_EQ(ended.session, core::SessionId::parse(text_of(first, "session_id")));
}

TEST_F(Login, EndsTheSessionOfWhoeverSignedInBeforeInThisBrowser)
{
    site_.world.add_user("bob@example.com");
    auto const of_bob = site_.ask(post("/api/v1/login")
                                      .from_own_page()
                                      .json(R"({"email":"bob@example.com","password":"blue-giraffe-on-stilts"})"));
    (void)site_.ask(post("/api/v1/login")
                        .from_own_page()
                        .cookie(kRefreshCookie, cookie_value(of_bob, kRefreshCookie))
                        .json(kRight));
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me").bearer(text_of(of_bob, "access_token")))),
              (Refused{401, "invalid_token"}));
}

// Two tabs that sign in at once send the same cookie, or none; of the answers one is last.
TEST_F(Login, LeavesBothSessionsOfTwoTabsThatSignInAtOnce)
{
    auto const before = cookie_value(site_.ask(post("/api/v1/login").from_own_page().json(kRight)), kRefreshCookie);
    auto const tab    = [&] {
        return site_.ask(post("/api/v1/login").from_own_page().cookie(kRefreshCookie, before).json(kRight));
    };
    auto const one   = tab();
    auto const other = tab();
    for (auto const* each : {&one, &other}) {
        EXPECT_EQ(site_.ask(get("/api/v1/me").bearer(text_of(*each, "access_token"))).status, 200);
        auto const cookie = cookie_value(*each, kRefreshCookie);
        EXPECT_EQ(site_.ask(post("/api/v1/refresh").from_own_page().cookie(kRefreshCookie, cookie)).status, 200);
    }
}

TEST_F(Login, LeavesTheCookiesSessionWhereItOverwritesNoCookie)
{
    auto const first  = site_.ask(post("/api/v1/login").from_own_page().json(kRight));
    auto const cookie = cookie_value(first, kRefreshCookie);
    auto const lives  = [&] { return site_.ask(get("/api/v1/me").bearer(text_of(first, "access_token"))).status; };

    (void)site_.ask(post("/api/v1/login").from_own_page().cookie(kRefreshCookie, cookie).json(kWrong));
    EXPECT_EQ(lives(), 200) << "a failed sign-in";
    (void)site_.ask(post("/api/v1/login")
                        .from_own_page()
                        .cookie(kRefreshCookie, cookie)
                        .json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts","delivery":"body"})"));
    EXPECT_EQ(lives(), 200) << "the token is in the body";
    (void)site_.ask(
        post("/api/v1/login")
            .cookie(kRefreshCookie, cookie)
            .json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts","delivery":"cookie"})"));
    EXPECT_EQ(lives(), 200) << "no page vouches for the cookie (CHECKS D4)";
}

TEST_F(Login, SignsInThoughTheOldSessionCannotBeEnded)
{
    auto const cookie  = cookie_value(site_.ask(post("/api/v1/login").from_own_page().json(kRight)), kRefreshCookie);
    auto&      memory  = site_.world.stores.memory();
    auto       sign_in = post("/api/v1/login").from_own_page().cookie(kRefreshCookie, cookie).json(kRight);
    memory.meanwhile   = [&] { memory.failing_after = memory.deeds + 1; };
    ::testing::internal::CaptureStderr();
    auto const response = site_.ask(sign_in);
    auto const written  = ::testing::internal::GetCapturedStderr();
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(set_cookie(response, kRefreshCookie), "");
    EXPECT_NE(written.find("could not be ended"), std::string::npos) << written;
    EXPECT_EQ(written.find(cookie), std::string::npos);
}

TEST_F(Login, LogsNothingAtInfoThatAGuesserHasForFree)
{
    for (int i = 0; i < 7; ++i) (void)site_.ask(post("/api/v1/login").json(kWrong));
    log::configure(log::Level::info, log::Format::text);
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(refused(site_.ask(post("/api/v1/login").json(kWrong))), (Refused{429, "slow_down"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/refresh").json(R"({"refresh_token":"srt_garbage"})"))),
              (Refused{401, "invalid_grant"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/login").json(R"({"email":"ann","password":"x"})"))),
              (Refused{400, "invalid_email"}));
    EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");

    ::testing::internal::CaptureStderr();
    (void)site_.ask(post("/api/v1/login").json(R"({"email":"bob@example.com","password":"x"})"));
    auto const written = ::testing::internal::GetCapturedStderr();
    log::configure(log::Level::warning, log::Format::text);
    EXPECT_NE(written.find("bad_credentials"), std::string::npos) << "each of these has cost a hash";
}

// CHECKS D4: login CSRF
TEST_F(Login, RefusesAForeignPageBeforeAnyHash)
{
    auto const before   = site_.world.stores.memory().deeds;
    auto const response = site_.ask(post("/api/v1/login").from_stranger().json(kRight));
    EXPECT_EQ(refused(response), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(set_cookie(response, kRefreshCookie), "");
    EXPECT_EQ(site_.world.stores.memory().deeds, before);
}

// CHECKS C12: the same status, body, and headers whoever it is.
TEST_F(Login, GivesEveryNoTheSameAnswer)
{
    auto const disabled = core::Email::parse("eve@example.com").value();
    site_.world.add_user("eve@example.com");
    site_.world.stores.memory().users.at(disabled.key()).disabled_at = site_.world.clock.now();

    auto const wrong = site_.ask(post("/api/v1/login").json(kWrong));
    EXPECT_EQ(refused(wrong), (Refused{401, "bad_credentials"}));
    for (auto const* body : {R"({"email":"nobody@example.com","password":"blue-giraffe-on-stilts"})",
                             R"({"email":"eve@example.com","password":"blue-giraffe-on-stilts"})"}) {
        auto const other = site_.ask(post("/api/v1/login").json(body));
        EXPECT_EQ(other.status, wrong.status);
        EXPECT_EQ(other.body, wrong.body);
        ASSERT_EQ(other.headers.size(), wrong.headers.size());
        for (std::size_t i = 0; i < other.headers.size(); ++i) {
            EXPECT_EQ(other.headers[i].name, wrong.headers[i].name);
            bool const differs = other.headers[i].name == "X-Request-Id";
            EXPECT_EQ(other.headers[i].value != wrong.headers[i].value, differs) << other.headers[i].name;
        }
    }
}

TEST_F(Login, SlowsAGuesserDown)
{
    Response last;
    for (int i = 0; i < 7; ++i) last = site_.ask(post("/api/v1/login").json(kWrong));
    EXPECT_EQ(refused(last), (Refused{429, "slow_down"}));
    EXPECT_GE(std::stoi(header(last, "Retry-After")), 1);
}

// CHECKS C9
TEST_F(Login, LetsAKnownDeviceInWhileAStrangerGuesses)
{
    auto const first = site_.ask(post("/api/v1/login").from_own_page().json(kRight));
    for (int i = 0; i < 20; ++i) (void)site_.ask(post("/api/v1/login").json(kWrong));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/login").json(kRight))), (Refused{429, "slow_down"}));
    auto const again = site_.ask(
        post("/api/v1/login").from_own_page().cookie(kDeviceCookie, cookie_value(first, kDeviceCookie)).json(kRight));
    EXPECT_EQ(again.status, 200);
}

TEST_F(Login, NeverTakesAStorageFailureForAWrongPassword)
{
    site_.world.stores.memory().failing = true;
    auto const response                 = site_.ask(post("/api/v1/login").json(kRight));
    EXPECT_EQ(refused(response), (Refused{503, "unavailable"}));
    EXPECT_EQ(header(response, "Retry-After"), "1");
}

TEST_F(Login, RefusesWhatIsNoAttempt)
{
    EXPECT_EQ(refused(site_.ask(post("/api/v1/login"))), (Refused{400, "malformed_json"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/login").json("{}"))), (Refused{400, "invalid_request"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/login").json(R"({"email":"ann@example.com","password":["a"]})"))),
              (Refused{400, "invalid_request"}));
}

// CHECKS E32: the log is standard error.
TEST_F(Login, LogsNoSecretAndNoQuery)
{
    log::configure(log::Level::debug, log::Format::text);
    ::testing::internal::CaptureStderr();
    auto const signed_in = site_.sign_in();
    (void)site_.ask(
        post("/api/v1/login?marker-query").json(R"({"email":"ann@example.com","password":"marker-password"})"));
    (void)site_.ask(get("/api/v1/me").bearer("marker-token").cookie("marker-cookie", "marker-value"));
    (void)site_.ask(post("/api/v1/refresh").json(R"({"refresh_token":"srt_marker-refresh"})"));
    (void)site_.ask(get("/api/v1/me").bearer(signed_in.access));
    auto const written = ::testing::internal::GetCapturedStderr();
    log::configure(log::Level::warning, log::Format::text);
    EXPECT_EQ(written.find("marker-"), std::string::npos) << written;
    EXPECT_EQ(written.find(signed_in.access), std::string::npos);
    EXPECT_EQ(written.find(signed_in.refresh), std::string::npos);
    EXPECT_EQ(written.find(testing::kPassword), std::string::npos);
}

}  // namespace
}  // namespace signet::http
