// Decisions by session cookies, with a verifier that follows an issuer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/uuid.hpp"
#include "gateway/answers.hpp"
#include "gateway/decision.hpp"
#include "gateway/session_source_fake.hpp"
#include "gateway/session_tokens.hpp"
#include "http/cookies.hpp"
#include "jose/jose.hpp"
#include "verifier/feed_server.hpp"

namespace signet::gateway {
namespace {

using namespace std::chrono_literals;
using http::Header;
using http::Request;
using http::Response;
using revocation::Kind;
using test::cookie;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

std::string header(Response const& response, std::string_view name)
{
    auto const found =
        std::ranges::find_if(response.headers, [&](Header const& h) { return http::same_name(h.name, name); });
    return found == response.headers.end() ? "absent" : found->value;
}

std::string error_of(Response const& response)
{
    auto const object = json::parse_object(response.body);
    return object && object->find("error") ? std::string{object->find("error")->string().value_or("")} : response.body;
}

class SessionDecisionTest : public ::testing::Test {
protected:
    using Given = std::shared_ptr<std::optional<Decision>>;

    SessionDecisionTest()
    {
        issuer_.publish(*jose::KeySet::from({key_.verification_key()})->to_json());
        issuer_.beat_every(200ms);
        verifier_ = std::move(Verifier::start({.issuer                       = issuer_.issuer(),
                                               .audience                     = "notes",
                                               .credential                   = FeedServer::kCredential,
                                               .allow_plain_http_on_loopback = true},
                                              30s))
                        .value();
    }

    static jose::Time now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

    std::string token(std::string_view session = "s1", std::vector<std::string> roles = {},
                      std::string_view audience = "notes")
    {
        jose::Claims claims;
        last_token_id_ = Uuid::make(now(), random_).text();
        claims.issuer(issuer_.issuer()).subject("ann").audience(audience).token_id(last_token_id_);
        claims.issued_at(now()).expires_at(now() + 10min).set("client_id", "signet").set("sid", session);
        claims.set("email", "ann@example.com").set("name", "Ann").set("roles", roles);
        return *jose::sign(claims, key_, "at+jwt");
    }

    static std::vector<Header> with_cookie(std::string_view value, std::vector<Header> more = {})
    {
        more.push_back({"Cookie", "theme=dark; " + std::string{http::kSessionCookie} + "=" + std::string{value}});
        return more;
    }
    Given ask(std::string_view method, std::string_view target, std::vector<Header> headers, Proxy proxy = Proxy::nginx,
              std::string_view sign_in = {})
    {
        auto request     = std::make_shared<Request>();
        request->path    = kDecisionPath;
        request->headers = {{"X-Original-Method", std::string{method}},
                            {"X-Original-URI", std::string{target}},
                            {"X-Forwarded-Method", std::string{method}},
                            {"X-Forwarded-Uri", std::string{target}},
                            {"X-Forwarded-Proto", "https"},
                            {"X-Forwarded-Host", "app.example.com"}};
        request->headers.insert(request->headers.end(), headers.begin(), headers.end());
        auto given = std::make_shared<std::optional<Decision>>();
        decide({.verifier = *verifier_, .rules = rules_, .proxy = proxy, .sign_in_url = sign_in, .sessions = &tokens_},
               request, [given](Decision decision) {
                   EXPECT_FALSE(*given) << "answered twice";
                   *given = std::move(decision);
               });
        return given;
    }
    Given get(std::string_view target, std::string_view value = cookie())
    {
        return ask("GET", target, with_cookie(value));
    }
    // The session's token is known.
    void know(std::string const& text, std::string_view value = cookie())
    {
        auto const given = get("/page", value);
        questions_.answer(test::token(text));
        ASSERT_TRUE(*given);
    }
    void revoke(Kind kind, std::string subject)
    {
        issuer_.wait_for_confirmation(issuer_.revoke(kind, std::move(subject)).sequence);
    }

    SystemRandom              random_;
    std::string               last_token_id_;
    jose::SigningKey          key_ = *jose::SigningKey::generate(jose::Algorithm::es256, "k1");
    FeedServer                issuer_;
    std::unique_ptr<Verifier> verifier_;
    Rules   rules_ = *Rules::make({{.path = "/open", .access = Access::open}, {.path = "/admin", .roles = {"admin"}}},
                                  WhenStale::until_expiry);
    Metrics metrics_;
    test::Questions questions_;
    SessionTokens   tokens_{std::make_unique<test::FakeSource>(questions_), metrics_};
};

TEST_F(SessionDecisionTest, WhoHasASessionIsToldWithItsToken)
{
    auto const text  = token();
    auto const given = get("/page?x");
    EXPECT_FALSE(*given) << "the issuer is asked first";
    questions_.answer(test::token(text));
    ASSERT_TRUE(*given);
    EXPECT_EQ((*given)->outcome, Outcome::allowed);
    EXPECT_EQ((*given)->rule, "/");
    EXPECT_EQ((*given)->response.status, 200);
    EXPECT_EQ(header((*given)->response, "X-Signet-User"), "ann");
    EXPECT_EQ(header((*given)->response, "X-Signet-Session"), "s1");
    EXPECT_EQ(header((*given)->response, "Authorization"), "Bearer " + text);

    auto const again = get("/page");
    ASSERT_TRUE(*again) << "and not again";
    EXPECT_EQ(header((*again)->response, "Authorization"), "Bearer " + text);
}

TEST_F(SessionDecisionTest, ATokenOfItsOwnIsAsGood)
{
    auto const text  = token();
    auto const given = ask("GET", "/page", with_cookie(cookie(), {{"Authorization", "Bearer " + text}}));
    ASSERT_TRUE(*given);
    EXPECT_EQ(header((*given)->response, "Authorization"), "Bearer " + text);
    auto const bad = ask("GET", "/page", with_cookie(cookie(), {{"Authorization", "Bearer x.y.z"}}));
    EXPECT_EQ((*bad)->outcome, Outcome::invalid_token) << "the cookie does not help a bad token";
    auto const two = ask("GET", "/page", with_cookie(cookie(), {{"Authorization", "a"}, {"Authorization", "b"}}));
    EXPECT_EQ((*two)->outcome, Outcome::unclear);
    EXPECT_EQ(questions_.asked(), 0U);
}

TEST_F(SessionDecisionTest, WithoutACookieNobodyIsSignedIn)
{
    EXPECT_EQ((*ask("GET", "/page", {}))->outcome, Outcome::not_signed_in);
    auto const open = ask("GET", "/open", {});
    EXPECT_EQ((*open)->response.status, 200);
    EXPECT_EQ(header((*open)->response, "Authorization"), "") << "whatever the client sent is overwritten";
    EXPECT_EQ(header((*open)->response, "X-Signet-User"), "");
}

TEST_F(SessionDecisionTest, TwoCookiesAreNone)
{
    auto headers = with_cookie(cookie('A'), with_cookie(cookie('B')));
    EXPECT_EQ((*ask("GET", "/page", headers))->outcome, Outcome::not_signed_in);
    EXPECT_EQ(questions_.asked(), 0U);
}

TEST_F(SessionDecisionTest, GarbageIsRefused)
{
    auto const malformed = get("/page", "x");
    ASSERT_TRUE(*malformed);
    EXPECT_EQ((*malformed)->outcome, Outcome::not_signed_in);
    EXPECT_EQ((*malformed)->response.status, 401);
    EXPECT_EQ(error_of((*malformed)->response), "invalid_session");
    EXPECT_EQ(header((*malformed)->response, "WWW-Authenticate"), "Bearer");
    EXPECT_EQ(questions_.asked(), 0U);

    auto const forged = get("/page");
    questions_.answer(test::refused());
    EXPECT_EQ((*forged)->response.status, 401);
    EXPECT_EQ((*get("/page"))->response.status, 401);
    EXPECT_EQ(questions_.asked(), 1U);
    auto const open = get("/open");
    EXPECT_EQ((*open)->outcome, Outcome::open);
}

TEST_F(SessionDecisionTest, APersonWhoOpensAPageIsSentToSignIn)
{
    auto const browser = with_cookie("x", {{"Sec-Fetch-Mode", "navigate"}});
    auto const moved   = ask("GET", "/page", browser, Proxy::forwarded, "https://app.example.com/login");
    EXPECT_EQ((*moved)->response.status, 302);
    EXPECT_EQ(header((*moved)->response, "Location"),
              "https://app.example.com/login?return_to=https%3A%2F%2Fapp.example.com%2Fpage");
    auto const told = ask("GET", "/page", browser, Proxy::nginx, "https://app.example.com/login");
    EXPECT_EQ((*told)->response.status, 401);
    EXPECT_NE(header((*told)->response, kSignInHeader), "absent");
}

// The feed's word, with no question to anybody.
TEST_F(SessionDecisionTest, WhoSignedOutIsOutAtTheNextRequest)
{
    know(token());
    revoke(Kind::session, "s1");
    auto const given = get("/page");
    ASSERT_TRUE(*given);
    EXPECT_EQ((*given)->outcome, Outcome::revoked);
    EXPECT_EQ((*given)->response.status, 401);
    EXPECT_EQ(error_of((*given)->response), "invalid_session");
    EXPECT_EQ((*get("/page"))->response.status, 401);
    EXPECT_EQ((*get("/open"))->outcome, Outcome::open);
    EXPECT_EQ(questions_.asked(), 1U);
}

// Likewise a key, or all tokens until now: the session may well go on.
TEST_F(SessionDecisionTest, ATokenThatWasRevokedAloneIsReplaced)
{
    know(token());
    revoke(Kind::token, last_token_id_);
    auto const given = get("/page");
    EXPECT_FALSE(*given);
    EXPECT_EQ(questions_.asked(), 2U);
    auto const fresh = token();
    questions_.answer(test::token(fresh));
    ASSERT_TRUE(*given);
    EXPECT_EQ((*given)->outcome, Outcome::allowed);
    EXPECT_EQ(header((*given)->response, "Authorization"), "Bearer " + fresh);

    revoke(Kind::token, last_token_id_);
    auto const over = get("/page");
    questions_.answer(test::refused());
    EXPECT_EQ((*over)->response.status, 401);
}

TEST_F(SessionDecisionTest, AnIssuerWhoseTokensDoNotHoldIsAskedOnce)
{
    auto const given = get("/page");
    questions_.answer(test::token(token("s1", {}, "others")));
    EXPECT_EQ(questions_.asked(), 2U);
    questions_.answer(test::token(token("s1", {}, "others")));
    ASSERT_TRUE(*given);
    EXPECT_EQ((*given)->outcome, Outcome::unavailable);
    EXPECT_EQ((*given)->response.status, 503) << "signing in again would not help";
    EXPECT_EQ(questions_.asked(), 2U);
}

// Nobody but the log says that the audience, for example, is the wrong one.
TEST_F(SessionDecisionTest, ThatTheTokensOfSessionsAreRefusedIsLoggedWhenItBeginsAndEnds)
{
    log::configure(log::Level::info, log::Format::text);
    auto const log_of = [&](char filling, std::string const& audience, int answers) {
        ::testing::internal::CaptureStderr();
        auto const given = get("/page", cookie(filling));
        for (int i = 0; i < answers; ++i) questions_.answer(test::token(token("s1", {}, audience)));
        EXPECT_TRUE(*given);
        return ::testing::internal::GetCapturedStderr();
    };
    EXPECT_THAT(log_of('A', "notes", 1), IsEmpty());
    EXPECT_THAT(log_of('B', "others", 2), AllOf(HasSubstr("tokens that the issuer gives for sessions are refused"),
                                                HasSubstr("why=audience_mismatch"), Not(HasSubstr("eyJ"))));
    EXPECT_THAT(log_of('B', "others", 2), IsEmpty()) << "once";
    EXPECT_THAT(log_of('A', "notes", 0), IsEmpty()) << "one of before says nothing of what the issuer gives now";
    EXPECT_THAT(log_of('C', "others", 2), IsEmpty());
    EXPECT_THAT(log_of('B', "notes", 1), HasSubstr("hold again"));
    EXPECT_THAT(log_of('C', "others", 2), HasSubstr("are refused"));
    log::configure(log::Level::warning, log::Format::text);
}

TEST_F(SessionDecisionTest, WhileTheIssuerCannotBeAskedWhatIsKnownGoesOn)
{
    know(token());
    EXPECT_EQ((*get("/page"))->response.status, 200);
    auto const given = get("/page", cookie('B'));
    questions_.answer({});
    ASSERT_TRUE(*given);
    EXPECT_EQ((*given)->outcome, Outcome::unavailable);
    EXPECT_EQ((*given)->response.status, 503);
    EXPECT_EQ(header((*given)->response, "Retry-After"), "1");
    EXPECT_EQ(error_of((*given)->response), "unavailable");
    auto const open = get("/open", cookie('B'));
    questions_.answer({});
    EXPECT_EQ((*open)->response.status, 200);
}

TEST_F(SessionDecisionTest, RolesAreAskedFor)
{
    know(token("s1", {"viewer"}));
    know(token("s2", {"admin"}), cookie('B'));
    EXPECT_EQ((*get("/admin"))->outcome, Outcome::forbidden);
    EXPECT_EQ((*get("/admin"))->response.status, 403);
    EXPECT_EQ((*get("/admin", cookie('B')))->response.status, 200);
}

// CHECKS D4
TEST_F(SessionDecisionTest, TheCookieDoesNotSpeakForWhatAnotherPageSends)
{
    know(token());
    auto const post = [&](std::string_view target, std::string_view site) {
        return ask("POST", target, with_cookie(cookie(), {{"Sec-Fetch-Site", std::string{site}}}));
    };
    EXPECT_EQ((*post("/page", "same-origin"))->response.status, 200);
    for (auto const* site : {"cross-site", "same-site", "x"}) {
        auto const given = post("/page", site);
        EXPECT_EQ((*given)->outcome, Outcome::forbidden);
        EXPECT_EQ((*given)->response.status, 403);
        EXPECT_EQ(error_of((*given)->response), "origin_not_allowed");
        auto const open = post("/open", site);
        EXPECT_EQ((*open)->response.status, 200) << "as from nobody";
        EXPECT_EQ(header((*open)->response, "X-Signet-User"), "");
        EXPECT_EQ(header((*open)->response, "Authorization"), "");
    }
}

TEST_F(SessionDecisionTest, WhatIsNotClearIsNotAskedAbout)
{
    EXPECT_EQ((*get("/page/../x"))->outcome, Outcome::unclear);
    EXPECT_EQ(questions_.asked(), 0U);
}

}  // namespace
}  // namespace signet::gateway
