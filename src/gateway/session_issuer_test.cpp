#include "gateway/session_issuer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "base/log.hpp"
#include "gateway/session_source_fake.hpp"
#include "verifier/key_server.hpp"

namespace signet::gateway {
namespace {

using namespace std::chrono_literals;
using Kind = IssuerAnswer::Kind;
using test::cookie;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto kGood =
    R"({"active":true,"access_token":"a.b.c","token_type":"Bearer","expires_in":600,"session_id":"s","session_expires_in":86400})";

class SessionIssuerTest : public ::testing::Test {
protected:
    SessionIssuerTerms terms() const
    {
        return {.issuer = server_.issuer(), .credential = "svk_1", .allow_plain_http_on_loopback = true};
    }
    static std::future<IssuerAnswer> ask(SessionIssuer& issuer, std::string text = cookie())
    {
        auto promise = std::make_shared<std::promise<IssuerAnswer>>();
        issuer.ask(std::move(text), [promise](IssuerAnswer answer) { promise->set_value(std::move(answer)); });
        return promise->get_future();
    }
    IssuerAnswer ask()
    {
        SessionIssuer issuer{terms()};
        return ask(issuer).get();
    }

    KeyServer server_;
};

TEST_F(SessionIssuerTest, PostsTheCookieAndTakesTheToken)
{
    server_.answer_ok(kGood);
    auto const answer = ask();
    EXPECT_EQ(answer.kind, Kind::token);
    EXPECT_EQ(answer.token.reveal(), "a.b.c");
    EXPECT_EQ(answer.token_life, 600s);
    EXPECT_EQ(answer.session_life, 24h);
    auto const head = server_.request(0);
    EXPECT_TRUE(head.starts_with("POST /api/v1/session-token HTTP/1.1\r\n")) << head;
    EXPECT_THAT(head, HasSubstr("\r\nAuthorization: Bearer svk_1\r\n"));
    EXPECT_THAT(head, HasSubstr("\r\nContent-Type: application/json\r\n"));
    EXPECT_THAT(head, Not(HasSubstr("\r\nCookie:")));
}

TEST_F(SessionIssuerTest, TakesARefusal)
{
    server_.answer_ok(R"({"active":false})");
    EXPECT_EQ(ask().kind, Kind::refused);
}

// None of them says that a session is over: a credential that was taken back, something in between.
TEST_F(SessionIssuerTest, TakesNothingElseForARefusal)
{
    for (auto const* head : {"401 Unauthorized", "403 Forbidden", "404 Not Found", "500 Oh", "503 Busy", "302 Found"}) {
        server_.answer(std::string{"HTTP/1.1 "} + head +
                       "\r\nContent-Length: 16\r\nConnection: close\r\n\r\n{\"active\":false}");
        EXPECT_EQ(ask().kind, Kind::unreachable) << head;
    }
    for (auto const* body :
         {"", "{}", "[]", "{\"active\":0}", "{\"active\":false", "<html>", "{\"active\":true}",
          R"({"active":true,"access_token":"a.b.c","expires_in":600})",
          R"({"active":true,"access_token":"a.b.c","expires_in":0,"session_expires_in":1})",
          R"({"active":true,"access_token":"a.b.c","expires_in":-1,"session_expires_in":1})",
          R"({"active":true,"access_token":"a b","expires_in":600,"session_expires_in":86400})",
          R"({"active":true,"access_token":"a\r\nX-Signet-User: root","expires_in":600,"session_expires_in":86400})",
          R"({"active":true,"access_token":"","expires_in":600,"session_expires_in":86400})",
          R"({"active":false,"active":true})"}) {
        server_.answer_ok(body);
        EXPECT_EQ(ask().kind, Kind::unreachable) << body;
    }
    server_.answer_ok(R"({"active":false,"x":")" + std::string(40'000, 'x') + R"("})");
    EXPECT_EQ(ask().kind, Kind::unreachable);
}

TEST_F(SessionIssuerTest, GivesUpOnAnIssuerThatSaysNothing)
{
    server_.answer("");
    auto some    = terms();
    some.longest = 100ms;
    SessionIssuer                          issuer{some};
    std::vector<std::future<IssuerAnswer>> answers;
    for (int i = 0; i < 40; ++i) answers.push_back(ask(issuer));
    for (auto& answer : answers) EXPECT_EQ(answer.get().kind, Kind::unreachable);
}

TEST_F(SessionIssuerTest, AnswersWhoStillWaitsAtItsEnd)
{
    server_.answer("");
    std::vector<std::future<IssuerAnswer>> answers;
    {
        SessionIssuer issuer{terms()};
        for (int i = 0; i < 40; ++i) answers.push_back(ask(issuer));
    }
    for (auto& answer : answers) EXPECT_EQ(answer.get().kind, Kind::unreachable);
}

TEST_F(SessionIssuerTest, IsNotStartedForWhatCannotBeAsked)
{
    auto bad = terms();
    for (auto const* issuer : {"http://id.example.com", "ftp://x", "", "https://a@b"}) {
        bad.issuer = issuer;
        EXPECT_THROW(SessionIssuer{bad}, std::runtime_error) << issuer;
    }
}

TEST_F(SessionIssuerTest, LogsThatItCannotAskOnceAndNeverTheCookie)
{
    log::configure(log::Level::debug, log::Format::text);
    ::testing::internal::CaptureStderr();
    {
        SessionIssuer issuer{terms()};
        server_.answer("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        for (int i = 0; i < 3; ++i) ask(issuer).wait();
        server_.answer_ok(kGood);
        for (int i = 0; i < 3; ++i) ask(issuer).wait();
    }
    auto const text = ::testing::internal::GetCapturedStderr();
    log::configure(log::Level::warning, log::Format::text);
    auto const first = text.find("cannot be asked for sessions");
    EXPECT_NE(first, std::string::npos) << text;
    EXPECT_EQ(text.find("cannot be asked for sessions", first + 1), std::string::npos) << text;
    EXPECT_THAT(text, HasSubstr("tells of sessions again"));
    EXPECT_THAT(text, Not(HasSubstr("sst_")));
    EXPECT_THAT(text, Not(HasSubstr("a.b.c")));
}

}  // namespace
}  // namespace signet::gateway
