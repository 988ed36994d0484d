#include "http/pages.hpp"

#include <gtest/gtest.h>

#include "http/cookies.hpp"
#include "http/testing/site.hpp"
#include "web/assets.hpp"

namespace signet::http {
namespace {

using testing::cookie_value;
using testing::get;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;
using testing::set_cookie;

constexpr std::string_view kRightForm = "email=ann%40example.com&password=blue-giraffe-on-stilts";

std::string_view html(Response const& response)
{
    return response.body;
}
bool has(Response const& response, std::string_view part)
{
    return html(response).find(part) != std::string_view::npos;
}

// The nonce of the answer's policy.
std::string nonce(Response const& response)
{
    auto const policy = header(response, "Content-Security-Policy");
    auto const start  = policy.find("'nonce-") + 7;
    return policy.substr(start, policy.find('\'', start) - start);
}

web::Asset const& some_asset(bool compressed)
{
    for (auto const& asset : web::assets())
        if (asset.path.starts_with("/assets/") && asset.gzip.empty() != compressed) return asset;
    throw std::logic_error("the build has no such asset");
}

// CHECKS D7
TEST(Pages, RunUnderANonceOfTheirOwn)
{
    testing::Site site;
    for (auto const* path : {"/login", "/signup", "/account"}) {
        auto const response = site.ask(get(path));
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(header(response, "Content-Type"), "text/html; charset=utf-8");
        EXPECT_TRUE(has(response, "nonce=\"" + nonce(response) + "\"")) << path;
        EXPECT_FALSE(has(response, "{{")) << path;
        EXPECT_NE(nonce(response), nonce(site.ask(get(path))));
        EXPECT_EQ(header(response, "Cache-Control"), "no-store");
        EXPECT_EQ(header(response, "Cross-Origin-Opener-Policy"), "same-origin");
        EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "");
    }
}

TEST(Pages, CarryTheBrandEscaped)
{
    auto settings      = testing::usual_settings();
    settings.brand     = "<b>Ann's \"Notes\"</b>";
    settings.brand_css = ":root{--signet-accent:red}";
    testing::Site site({.api = settings});
    auto const    response = site.ask(get("/login"));
    EXPECT_TRUE(has(response, "&lt;b&gt;Ann&#39;s &quot;Notes&quot;&lt;/b&gt;"));
    EXPECT_FALSE(has(response, "<b>Ann"));
    EXPECT_TRUE(has(response, "/assets/branding.css"));
    EXPECT_EQ(site.ask(get("/assets/branding.css")).body, settings.brand_css);
}

TEST(Pages, ShowTheSitesLogo)
{
    auto settings       = testing::usual_settings();
    settings.brand_css  = ":root{--signet-accent:red}";
    settings.brand_logo = Picture{.content_type = "image/png", .bytes = "a picture"};
    testing::Site site({.api = settings});
    EXPECT_TRUE(has(site.ask(get("/login")), "/assets/branding.css"));
    EXPECT_EQ(site.ask(get("/assets/branding.css")).body,
              ":root{--signet-logo:url(/assets/logo)}\n" + settings.brand_css);
    auto const logo = site.ask(get("/assets/logo"));
    EXPECT_EQ(logo.body, "a picture");
    EXPECT_EQ(header(logo, "Content-Type"), "image/png");
    EXPECT_EQ(header(logo, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(site.ask(get("/assets/logo").with("If-None-Match", header(logo, "ETag"))).status, 304);
}

TEST(Pages, HaveNoBrandSheetUnlessOneIsConfigured)
{
    testing::Site site;
    EXPECT_FALSE(has(site.ask(get("/login")), "branding.css"));
    EXPECT_EQ(refused(site.ask(get("/assets/branding.css"))), (Refused{404, "not_found"}));
    EXPECT_EQ(refused(site.ask(get("/assets/logo"))), (Refused{404, "not_found"}));
}

// CHECKS D10, D16
TEST(Pages, KeepOnlyAReturnThatIsAllowed)
{
    testing::Site site;
    EXPECT_TRUE(
        has(site.ask(get("/login?return_to=https%3A%2F%2Fnotes.example.com%2Fa")), "https://notes.example.com/a"));
    for (auto const* query :
         {"return_to=%2F%2Fevil.net", "return_to=https%3A%2F%2Fevil.net", "return_to=%22%3E%3Cscript%3Eevil",
          "return_to=javascript%3Aevil()", "return_to=%2F%5Cevil.net", "error=evil", "email=evil"})
        EXPECT_FALSE(has(site.ask(get("/login?" + std::string{query})), "evil")) << query;
}

TEST(Pages, HintWhetherTheRequestHasASession)
{
    testing::Site site;
    EXPECT_TRUE(has(site.ask(get("/login")), "content=\"no\""));
    EXPECT_TRUE(has(site.ask(get("/login").cookie(kRefreshCookie, "srt_x")), "content=\"maybe\""));
    EXPECT_TRUE(has(site.ask(get("/login").with("Sec-Fetch-Site", "cross-site")), "content=\"maybe\""));
}

TEST(Pages, LeadFromTheRootToTheAccount)
{
    testing::Site site;
    auto const    response = site.ask(get("/"));
    EXPECT_EQ(response.status, 303);
    EXPECT_EQ(header(response, "Location"), "/account");
}

TEST(Pages, SayHowLongAPasswordMustBe)
{
    auto settings                 = core::testing::cheap_settings();
    settings.passwords.min_length = 12;
    testing::Site site({.core = settings});
    for (auto const* path : {"/signup", "/account"})
        EXPECT_TRUE(has(site.ask(get(path)), "At least 12 characters.")) << path;
}

TEST(Pages, ServeTheirFilesForEver)
{
    testing::Site site;
    auto const&   file  = some_asset(true);
    auto const    plain = site.ask(get(file.path));
    EXPECT_EQ(plain.status, 200);
    EXPECT_EQ(plain.static_body, file.body);
    EXPECT_EQ(header(plain, "Content-Type"), file.content_type);
    EXPECT_EQ(header(plain, "Content-Encoding"), "");
    EXPECT_EQ(header(plain, "Vary"), "Accept-Encoding");
    EXPECT_EQ(header(plain, "Cache-Control"), "public, max-age=31536000, immutable");

    auto const gzip = site.ask(get(file.path).with("Accept-Encoding", "gzip, br"));
    EXPECT_EQ(gzip.static_body, file.gzip);
    EXPECT_EQ(header(gzip, "Content-Encoding"), "gzip");
    EXPECT_NE(header(gzip, "ETag"), header(plain, "ETag"));
    EXPECT_EQ(site.ask(get(file.path).with("If-None-Match", header(plain, "ETag"))).status, 304);
}

TEST(Pages, ServeNothingElseAsAFile)
{
    testing::Site site;
    for (auto const* path :
         {"/assets/", "/assets", "/assets/nothing.js", "/assets/login", "/assets/..", "/login.html", "/index.html"})
        EXPECT_EQ(refused(site.ask(get(path))), (Refused{404, "not_found"})) << path;
}

// CHECKS D22
TEST(Forms, SignInWithoutScripts)
{
    testing::Site site;
    site.world.add_user();
    auto const response = site.ask(post("/login").from_own_page().form(kRightForm));
    EXPECT_EQ(response.status, 303);
    EXPECT_EQ(header(response, "Location"), "/account");
    EXPECT_TRUE(cookie_value(response, kRefreshCookie).starts_with("srt_"));
    EXPECT_NE(set_cookie(response, kDeviceCookie), "");
    EXPECT_EQ(response.body, "");
}

// CHECKS B57
TEST(Forms, EndTheSessionWhoseCookieTheyOverwrite)
{
    testing::Site site;
    site.world.add_user();
    auto const by_form = [&](std::string_view path, std::string_view form, std::string_view cookie) {
        return cookie_value(site.ask(post(path).from_own_page().cookie(kRefreshCookie, cookie).form(form)),
                            kRefreshCookie);
    };
    auto const is_over = [&](std::string_view cookie) {
        return site.ask(post("/api/v1/refresh").from_own_page().cookie(kRefreshCookie, cookie)).status == 401;
    };
    auto const first  = by_form("/login", kRightForm, "none");
    auto const second = by_form("/login", kRightForm, first);
    EXPECT_TRUE(is_over(first));
    EXPECT_FALSE(is_over(second));

    auto const third = by_form("/signup", "email=bob%40example.com&password=blue-giraffe-on-stilts", second);
    EXPECT_NE(third, "");
    EXPECT_TRUE(is_over(second));
    EXPECT_FALSE(is_over(third));
}

TEST(Forms, GoOnToWhereThePersonWanted)
{
    testing::Site site;
    site.world.add_user();
    auto const to = [&](std::string_view path, std::string_view more) {
        return header(site.ask(post(path).from_own_page().form(std::string{kRightForm} + std::string{more})),
                      "Location");
    };
    EXPECT_EQ(to("/login", "&return_to=%2Fnotes%3Fa%3D1"), "/notes?a=1");
    EXPECT_EQ(to("/login", "&return_to=https%3A%2F%2Fnotes.example.com%2F"), "https://notes.example.com/");
    EXPECT_EQ(to("/login?return_to=%2Fnotes", ""), "/notes");
    // CHECKS D16
    EXPECT_EQ(to("/login", "&return_to=%2F%2Fevil.net"), "/account");
    EXPECT_EQ(to("/login", "&return_to=https%3A%2F%2Fevil.net"), "/account");
    EXPECT_EQ(to("/login", "&return_to=%2Fa%0D%0ASet-Cookie%3Ax"), "/account");
}

// CHECKS D10
TEST(Forms, ShowThePageAgainWithTheReason)
{
    testing::Site site;
    site.world.add_user();
    auto const wrong = site.ask(
        post("/login").from_own_page().form("email=ann%40example.com&password=wrong-marker&return_to=%2Fnotes"));
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(header(wrong, "Content-Type"), "text/html; charset=utf-8");
    EXPECT_EQ(set_cookie(wrong, kRefreshCookie), "");
    EXPECT_TRUE(has(wrong, "That e-mail and password don&#39;t match."));
    EXPECT_TRUE(has(wrong, "ann@example.com"));
    EXPECT_TRUE(has(wrong, "/notes"));
    EXPECT_FALSE(has(wrong, "wrong-marker"));

    auto const odd = site.ask(post("/login").from_own_page().form(
        "email=%22%3E%3Cscript%3Ex%3C%2Fscript%3E%7B%7Bnonce%7D%7D&password=wrong-marker"));
    EXPECT_EQ(odd.status, 400);
    EXPECT_TRUE(has(odd, "&quot;&gt;&lt;script&gt;x"));
    EXPECT_FALSE(has(odd, "<script>x"));
    // What a person typed is never taken for a placeholder.
    EXPECT_TRUE(has(odd, "{{nonce}}"));
}

TEST(Forms, TellTooManyTriesAndABusyServer)
{
    testing::Site site;
    site.world.add_user();
    Response last;
    for (int i = 0; i < 7; ++i)
        last = site.ask(post("/login").from_own_page().form("email=ann%40example.com&password=wrong"));
    EXPECT_EQ(last.status, 429);
    EXPECT_NE(header(last, "Retry-After"), "");
    EXPECT_TRUE(has(last, "Too many attempts."));

    testing::Site full({.hashing_queue = 0});
    auto const    busy = full.ask(post("/login").from_own_page().form(kRightForm));
    EXPECT_EQ(busy.status, 503);
    EXPECT_EQ(header(busy, "Retry-After"), "1");
    EXPECT_TRUE(has(busy, "The server is busy."));
}

// CHECKS D4: login CSRF
TEST(Forms, ComeFromThisServersPagesAlone)
{
    testing::Site site;
    site.world.add_user();
    EXPECT_EQ(refused(site.ask(post("/login").form(kRightForm))), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site.ask(post("/login").from_stranger().form(kRightForm))), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site.ask(post("/login").from_notes().form(kRightForm))), (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(refused(site.ask(post("/login").with("Origin", "null").form(kRightForm))),
              (Refused{403, "origin_not_allowed"}));
    EXPECT_EQ(site.ask(post("/login").with("Origin", testing::kIssuer).form(kRightForm)).status, 303);
}

TEST(Forms, SignUpAndInWithoutScripts)
{
    testing::Site site;
    auto const    response =
        site.ask(post("/signup").from_own_page().form("email=bo%40example.com&name=Bo&password=seven+green+ladders"));
    EXPECT_EQ(response.status, 303);
    EXPECT_TRUE(cookie_value(response, kRefreshCookie).starts_with("srt_"));

    auto const taken =
        site.ask(post("/signup").from_own_page().form("email=bo%40example.com&name=Bo&password=seven+green+ladders"));
    EXPECT_EQ(taken.status, 409);
    EXPECT_TRUE(has(taken, "There already is an account"));
    auto const weak = site.ask(post("/signup").from_own_page().form("email=cy%40example.com&password=short"));
    EXPECT_EQ(weak.status, 400);
    EXPECT_TRUE(has(weak, "The password is too short."));
}

TEST(Forms, SignNobodyUpWhereThatIsClosed)
{
    testing::Site site({.api = {.issuer = std::string{testing::kIssuer}, .signup = false}});
    EXPECT_EQ(
        refused(site.ask(post("/signup").from_own_page().form("email=bo%40example.com&password=seven+green+ladders"))),
        (Refused{403, "signup_closed"}));
    EXPECT_TRUE(has(site.ask(get("/login")), "content=\"closed\""));
}

}  // namespace
}  // namespace signet::http
