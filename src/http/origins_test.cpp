#include "http/origins.hpp"

#include <gtest/gtest.h>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::Ask;
using testing::get;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;

Sender sender_of(Ask const& request)
{
    return find_sender(request, testing::usual_settings());
}

// CHECKS D4
TEST(Origins, KnowTheirOwnPageByEitherHeader)
{
    EXPECT_EQ(sender_of(post("/").from_own_page()), Sender::own_page);
    EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "same-origin")), Sender::own_page);
    EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "none")), Sender::own_page);
    EXPECT_EQ(sender_of(post("/").with("Origin", "https://id.example.com")), Sender::own_page);
}

TEST(Origins, KnowAnAllowedPage)
{
    EXPECT_EQ(sender_of(post("/").from_notes()), Sender::allowed_page);
    EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "cross-site").with("Origin", testing::kNotes)),
              Sender::allowed_page);
    EXPECT_EQ(sender_of(post("/").with("Origin", testing::kNotes)), Sender::allowed_page);
}

TEST(Origins, TakeARequestWithoutEitherHeaderForNoBrowser)
{
    EXPECT_EQ(sender_of(post("/")), Sender::no_browser);
    EXPECT_EQ(sender_of(post("/").with("Referer", "https://id.example.com/login")), Sender::no_browser);
}

// CHECKS D4, D6
TEST(Origins, MatchByteForByte)
{
    for (auto const* origin :
         {"", "https://evil.example.net", "https://notes.example.com.evil.net", "https://notes.example.com:443",
          "https://notes.example.com/", "http://notes.example.com", "https://NOTES.example.com",
          "https://sub.notes.example.com", "https://notes.example.co", "https://x@notes.example.com",
          "https://id.example.com:8443", "*"}) {
        EXPECT_EQ(sender_of(post("/").with("Origin", origin)), Sender::foreign_page) << origin;
        EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "same-origin").with("Origin", origin)),
                  Sender::foreign_page)
            << origin;
        EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "none").with("Origin", origin)), Sender::foreign_page)
            << origin;
    }
}

// A form of our own page under Referrer-Policy: no-referrer carries "null"; so do opaque origins, which are never
// same-origin.
TEST(Origins, TakeNullForOursOnlyWhenTheBrowserSaysSameOrigin)
{
    EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "same-origin").with("Origin", "null")), Sender::own_page);
    EXPECT_EQ(sender_of(post("/").with("Origin", "null")), Sender::foreign_page);
    for (auto const* site : {"none", "same-site", "cross-site", "Same-Origin", ""})
        EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", site).with("Origin", "null")), Sender::foreign_page)
            << site;
}

TEST(Origins, RefuseASiblingSubdomain)
{
    EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "same-site").with("Origin", "https://blog.example.com")),
              Sender::foreign_page);
    EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "same-site")), Sender::foreign_page);
    EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "cross-site")), Sender::foreign_page);
}

TEST(Origins, RefuseWhatContradictsItself)
{
    EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "cross-site").with("Origin", testing::kIssuer)),
              Sender::foreign_page);
    EXPECT_EQ(sender_of(post("/").with("Origin", testing::kIssuer).with("Origin", testing::kIssuer)),
              Sender::foreign_page);
    EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "same-origin").with("Sec-Fetch-Site", "same-origin")),
              Sender::foreign_page);
    EXPECT_EQ(sender_of(post("/").with("Sec-Fetch-Site", "what-is-this")), Sender::foreign_page);
}

TEST(Origins, LetSafeMethodsThroughFromEverywhere)
{
    for (auto const pages : {Pages::any, Pages::allowed, Pages::same})
        for (auto const method : {Method::get, Method::head, Method::options})
            EXPECT_TRUE(may_send(method, pages, Sender::foreign_page));
}

TEST(Origins, KeepForeignPagesFromUnsafeMethods)
{
    for (auto const method : {Method::post, Method::put, Method::patch, Method::delete_}) {
        EXPECT_FALSE(may_send(method, Pages::allowed, Sender::foreign_page));
        EXPECT_FALSE(may_send(method, Pages::same, Sender::foreign_page));
        EXPECT_FALSE(may_send(method, Pages::same, Sender::allowed_page));
        EXPECT_FALSE(may_send(method, Pages::same, Sender::no_browser));
        EXPECT_TRUE(may_send(method, Pages::same, Sender::own_page));
        EXPECT_TRUE(may_send(method, Pages::allowed, Sender::allowed_page));
        EXPECT_TRUE(may_send(method, Pages::allowed, Sender::no_browser));
    }
}

// CHECKS D6, D11
TEST(Origins, LetAnAllowedPageReadAndNoOther)
{
    Response   allowed;
    auto const from_notes = get("/").from_notes();
    allow_reading(allowed, from_notes, Pages::allowed, sender_of(from_notes));
    EXPECT_EQ(header(allowed, "Access-Control-Allow-Origin"), testing::kNotes);
    EXPECT_EQ(header(allowed, "Access-Control-Allow-Credentials"), "true");
    EXPECT_NE(header(allowed, "Access-Control-Expose-Headers").find("WWW-Authenticate"), std::string::npos);
    EXPECT_EQ(header(allowed, "Vary"), "Origin");

    Response   foreign;
    auto const from_stranger = get("/").from_stranger();
    allow_reading(foreign, from_stranger, Pages::allowed, sender_of(from_stranger));
    EXPECT_EQ(header(foreign, "Access-Control-Allow-Origin"), "");
    EXPECT_EQ(header(foreign, "Access-Control-Allow-Credentials"), "");
    EXPECT_EQ(header(foreign, "Vary"), "Origin");

    Response same;
    allow_reading(same, from_notes, Pages::same, sender_of(from_notes));
    EXPECT_EQ(header(same, "Access-Control-Allow-Origin"), "");
}

// CHECKS D6
TEST(Origins, NameNoNullThatMayRead)
{
    Response   response;
    auto const form = get("/").with("Sec-Fetch-Site", "same-origin").with("Origin", "null");
    ASSERT_EQ(sender_of(form), Sender::own_page);
    allow_reading(response, form, Pages::allowed, sender_of(form));
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "");
    EXPECT_EQ(header(response, "Access-Control-Allow-Credentials"), "");
    EXPECT_EQ(header(response, "Vary"), "Origin");
}

TEST(Origins, NeverJoinTheStarWithCredentials)
{
    Response   open;
    auto const request = get("/").from_notes();
    allow_reading(open, request, Pages::any, sender_of(request));
    EXPECT_EQ(header(open, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(header(open, "Access-Control-Allow-Credentials"), "");
}

// CHECKS D16
TEST(Origins, SendPeopleBackToPathsAndAllowedOrigins)
{
    auto const settings = testing::usual_settings();
    for (auto const* fine :
         {"/", "/account", "/notes?x=1&y=%20#top", "https://notes.example.com", "https://notes.example.com/a?b",
          "https://notes.example.com?x", "https://id.example.com/account", "/a?next=//x"})
        EXPECT_EQ(safe_return_to(fine, settings, "/home"), fine);
}

TEST(Origins, NeverSendPeopleElsewhere)
{
    auto const settings = testing::usual_settings();
    for (auto const* bad : {"",
                            "//evil.net",
                            "/\\evil.net",
                            "\\/evil.net",
                            "https:evil.net",
                            "https:/evil.net",
                            "https://evil.net",
                            "evil.net",
                            "javascript:alert(1)",
                            "java\tscript:alert(1)",
                            "data:text/html,x",
                            "/a%0d%0aSet-Cookie:x",
                            "/a\r\nX: y",
                            "/%5cevil.net",
                            "/\tevil",
                            " /account",
                            "https://notes.example.com.evil.net",
                            "https://notes.example.com@evil.net",
                            "https://notes.example.com:8443/",
                            "https://user@notes.example.com/",
                            "http://notes.example.com/",
                            "/a//b",
                            "/..//evil.net",
                            "/%00",
                            "/%",
                            "https://notes.example.com\\@evil.net",
                            "HTTPS://notes.example.com",
                            "/\x7f",
                            "/\"x",
                            "?x",
                            "#x"})
        EXPECT_EQ(safe_return_to(bad, settings, "/home"), "/home") << bad;
    EXPECT_EQ(safe_return_to("/" + std::string(3000, 'a'), settings, "/home"), "/home");
}

TEST(Origins, TakeTheOriginOfAnIssuerWithAPath)
{
    EXPECT_EQ(origin_of("https://example.com:8443/auth?x"), "https://example.com:8443");
    EXPECT_EQ(origin_of("https://example.com"), "https://example.com");
    EXPECT_EQ(origin_of("example.com"), "");
}

// ---- preflight, through the whole table

TEST(Origins, AnswerThePreflightOfAnAllowedPage)
{
    testing::Site site;
    auto const    response =
        site.ask(Ask{Method::options, "/api/v1/login"}.from_notes().with("Access-Control-Request-Method", "POST"));
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), testing::kNotes);
    EXPECT_EQ(header(response, "Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(header(response, "Access-Control-Allow-Methods"), "POST, OPTIONS");
    EXPECT_EQ(header(response, "Access-Control-Allow-Headers"), "Authorization, Content-Type, traceparent");
    EXPECT_NE(header(response, "Access-Control-Max-Age"), "");
    EXPECT_EQ(header(response, "Vary"), "Origin");
}

TEST(Origins, RefuseThePreflightOfAnyOther)
{
    testing::Site site;
    for (auto const* origin : {"https://evil.example.net", "null", "https://notes.example.com.evil.net"}) {
        auto const response = site.ask(
            Ask{Method::options, "/api/v1/me"}.with("Origin", origin).with("Access-Control-Request-Method", "GET"));
        EXPECT_EQ(refused(response), (Refused{403, "origin_not_allowed"}));
        EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "");
        EXPECT_EQ(header(response, "Access-Control-Allow-Methods"), "");
    }
}

// CHECKS D6: no CORS on pages.
TEST(Origins, RefuseThePreflightForAPageEvenOfAnAllowedOrigin)
{
    testing::Site site;
    auto const    response =
        site.ask(Ask{Method::options, "/login"}.from_notes().with("Access-Control-Request-Method", "POST"));
    EXPECT_EQ(refused(response), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "");
}

TEST(Origins, AnswerThePreflightOfAnyPageForPublicDocuments)
{
    testing::Site site;
    auto const    response = site.ask(
        Ask{Method::options, "/.well-known/jwks.json"}.from_stranger().with("Access-Control-Request-Method", "GET"));
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(header(response, "Access-Control-Allow-Credentials"), "");
}

// CHECKS D4: a form of text/plain, a null origin, a sibling, a method override.
TEST(Origins, KeepAForeignPageFromEveryUnsafeRoute)
{
    testing::Site site;
    for (auto const& row : routes()) {
        if (row.method == Method::get) continue;
        std::string path{row.path};
        if (auto const open = path.find('{'); open != std::string::npos) path.replace(open, std::string::npos, "x");
        EXPECT_EQ(refused(site.ask(Ask{row.method, path}.from_stranger().json("{}"))),
                  (Refused{403, "origin_not_allowed"}));
        EXPECT_EQ(refused(site.ask(Ask{row.method, path}.with("Origin", "null").with("Content-Type", "text/plain"))),
                  (Refused{403, "origin_not_allowed"}));
    }
}

TEST(Origins, LetAnAllowedPageReadItsRefusalToo)
{
    testing::Site site;
    auto const    response = site.ask(get("/api/v1/me").from_notes());
    EXPECT_EQ(refused(response), (Refused{401, "missing_token"}));
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), testing::kNotes);
}

}  // namespace
}  // namespace signet::http
