#include "http/router.hpp"

#include <gtest/gtest.h>

#include <set>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::header;
using testing::Refused;
using testing::refused;

TEST(Router, FindsARowByMethodAndPath)
{
    auto const match = find_route(routes(), Method::post, "/api/v1/login");
    ASSERT_TRUE(match.route);
    EXPECT_EQ(match.route->path, "/api/v1/login");
    EXPECT_EQ(match.parameter, "");
}

TEST(Router, GivesTheParameter)
{
    auto const match = find_route(routes(), Method::delete_, "/api/v1/sessions/0199-ab");
    ASSERT_TRUE(match.route);
    EXPECT_EQ(match.parameter, "0199-ab");
}

// CHECKS E8
TEST(Router, DecodesNothingAndForgivesNothing)
{
    testing::Site site;
    for (auto const* path : {"",
                             "*",
                             "/nowhere",
                             "/api/v1/me/",
                             "//api/v1/me",
                             "/api//v1/me",
                             "/api/v1/./me",
                             "/api/v1/x/../me",
                             "/api/v1/me;x=1",
                             "/api%2fv1/me",
                             "/api/v1/%6de",
                             "/API/v1/me",
                             "/api/v1/me%00",
                             "/api/v1",
                             "/api/v1/sessions/",
                             "/api/v1/sessions/a/b",
                             "/api/v1/sessions/..",
                             "/api/v1/sessions/%2e%2e",
                             "/assets/../login",
                             "/assets/%2e%2e/login",
                             "/assets/.env",
                             "/metrics",
                             "/debug",
                             "/login/",
                             "/.well-known/",
                             "/favicon.ico"})
        EXPECT_EQ(refused(site.ask(testing::get(path))), (Refused{404, "not_found"})) << path;
    EXPECT_EQ(refused(site.ask(testing::get("/api/v1/sessions/" + std::string(200, 'a')))),
              (Refused{404, "not_found"}));
}

TEST(Router, NamesTheMethodsOfAPath)
{
    EXPECT_EQ(methods_of(routes(), "/api/v1/login"), "POST, OPTIONS");
    EXPECT_EQ(methods_of(routes(), "/login"), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(methods_of(routes(), "/api/v1/sessions/x"), "DELETE, OPTIONS");
}

// CHECKS E8
TEST(Router, RefusesEveryOtherMethodOfEveryRow)
{
    testing::Site site;
    for (auto const& row : routes()) {
        std::string path{row.path};
        if (auto const open = path.find('{'); open != std::string::npos) path.replace(open, std::string::npos, "x");
        auto const allowed = methods_of(routes(), path);
        for (auto const method :
             {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_}) {
            if (find_route(routes(), method, path).route) continue;
            auto const response = site.ask(testing::Ask{method, path});
            EXPECT_EQ(refused(response), (Refused{405, "method_not_allowed"})) << name(method) << " " << path;
            EXPECT_EQ(header(response, "Allow"), allowed);
        }
    }
}

// CHECKS E8
TEST(Router, IgnoresAMethodOverride)
{
    testing::Site site;
    auto const    response = site.ask(testing::get("/api/v1/logout?_method=POST")
                                          .with("X-HTTP-Method-Override", "POST")
                                          .with("X-HTTP-Method", "POST"));
    EXPECT_EQ(refused(response), (Refused{405, "method_not_allowed"}));
}

TEST(Router, AnswersOptionsWithTheMethods)
{
    testing::Site site;
    auto const    response = site.ask(testing::Ask{Method::options, "/api/v1/me"});
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(header(response, "Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "");
    EXPECT_EQ(refused(site.ask(testing::Ask{Method::options, "/nowhere"})), (Refused{404, "not_found"}));
}

// CHECKS E8
TEST(Router, AnswersHeadAsGet)
{
    testing::Site site;
    for (auto const* path : {"/.well-known/jwks.json", "/healthz", "/api/v1/me", "/nowhere", "/"}) {
        auto const head = site.ask(testing::Ask{Method::head, path});
        auto const get  = site.ask(testing::get(path));
        EXPECT_EQ(head.status, get.status) << path;
        EXPECT_EQ(head.body, get.body) << path;
        EXPECT_EQ(header(head, "Content-Type"), header(get, "Content-Type")) << path;
    }
}

TEST(Router, HasNoRowTwice)
{
    for (auto const table : {routes(), admin_routes()}) {
        std::set<std::pair<Method, std::string_view>> seen;
        for (auto const& row : table) EXPECT_TRUE(seen.emplace(row.method, row.path).second) << row.path;
    }
}

// CHECKS D5: no GET changes anything, so none needs a body or a check of its sender.
TEST(Router, HasNoGetWithABody)
{
    for (auto const& row : routes()) EXPECT_FALSE(row.method == Method::get && row.body != Body::none) << row.path;
}

TEST(Router, RunsNothingThatReadsStorageOnAnIoThread)
{
    testing::Site site;
    site.world.add_user();
    auto const token  = site.sign_in().access;
    auto const before = site.world.stores.memory().deeds;
    for (auto const& row : routes()) {
        if (row.work != Work::inline_) continue;
        std::string path{row.path};
        if (auto const open = path.find('{'); open != std::string::npos) path.replace(open, std::string::npos, "x");
        (void)site.ask(testing::Ask{row.method, path}.bearer(token));
    }
    EXPECT_EQ(site.world.stores.memory().deeds, before);
}

}  // namespace
}  // namespace signet::http
