#include <gtest/gtest.h>

#include <array>
#include <latch>
#include <set>

#include "http/errors.hpp"
#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;

constexpr std::string_view kLogin = R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})";

// CHECKS E11, E14
TEST(Dispatch, RefusesAtOnceWhenTheHashingQueueIsFull)
{
    testing::Site site({.hashing_queue = 0});
    auto const    response = site.ask(post("/api/v1/login").json(kLogin));
    EXPECT_EQ(refused(response), (Refused{503, "busy"}));
    EXPECT_EQ(header(response, "Retry-After"), "1");
    EXPECT_EQ(refused(site.ask(post("/api/v1/signup").json(kLogin))), (Refused{503, "busy"}));
}

// CHECKS E11: nothing else waits behind sign-ins.
TEST(Dispatch, AnswersEverythingElseWhileHashingIsSaturated)
{
    testing::Site site;
    site.world.add_user();
    auto const session = site.sign_in();

    std::latch release{1};
    std::latch busy{1};
    ASSERT_TRUE(site.hashing_pool.submit([&](WorkerPool::Turn) {
        busy.count_down();
        release.wait();
    }));
    busy.wait();
    EXPECT_EQ(site.ask(get("/.well-known/jwks.json")).status, 200);
    EXPECT_EQ(site.ask(get("/api/v1/me").bearer(session.access)).status, 200);
    EXPECT_EQ(site.ask(post("/api/v1/refresh").json("{\"refresh_token\":\"" + session.refresh + "\"}")).status, 200);
    release.count_down();
}

// CHECKS E11: a bounded wait.
TEST(Dispatch, RefusesWhatHasWaitedTooLong)
{
    testing::Site site;
    WorkerPool    impatient{{.name = "late", .threads = 1, .queue = 8, .longest_wait = std::chrono::milliseconds{-1}}};
    Api const     api{.ports         = site.world.ports,
                      .authenticator = site.authenticator,
                      .settings      = site.settings,
                      .storage_pool  = impatient,
                      .hashing_pool  = impatient,
                      .metrics       = site.metrics,
                      .ready         = site.api.ready};
    auto const    handler = dispatch(routes(), api);
    std::promise<Response> answered;
    handler(std::make_shared<Request const>(post("/api/v1/login").json(kLogin)),
            [&](Response response) { answered.set_value(std::move(response)); });
    auto const response = answered.get_future().get();
    EXPECT_EQ(refused(response), (Refused{503, "busy"}));
    EXPECT_EQ(header(response, "Retry-After"), "1");
}

// CHECKS E18
TEST(Dispatch, AnswersAnExceptionWithAnIdAndNothingElse)
{
    static constexpr auto kBroken = std::to_array<Route>({
        {Method::get, "/now", Work::inline_, Access::open, Pages::allowed, Body::none,
         [](Call const&) -> Response { throw std::runtime_error("marker"); }},
        {Method::get, "/later", Work::storage, Access::open, Pages::allowed, Body::none,
         [](Call const&) -> Response { throw std::runtime_error("marker"); }},
    });
    testing::Site         site({.table = kBroken});
    for (auto const* path : {"/now", "/later"}) {
        auto const response = site.ask(get(path));
        EXPECT_EQ(refused(response), (Refused{500, "internal"}));
        EXPECT_EQ(response.body.find("marker"), std::string::npos);
        EXPECT_NE(header(response, "X-Request-Id"), "");
    }
}

// CHECKS E18: not even the answer "busy" may end the process.
TEST(Dispatch, LetsGoOfARequestWhoseAnswerThrowsOnAWorkerThread)
{
    // A form that waited too long is shown again, and this path has no page.
    static constexpr auto kBroken = std::to_array<Route>({
        {Method::post, "/no-such-page", Work::hashing, Access::open, Pages::any, Body::form,
         [](Call const&) -> Response { return {}; }},
    });
    testing::Site         site;
    WorkerPool impatient{{.name = "late", .threads = 1, .queue = 8, .longest_wait = std::chrono::milliseconds{-1}}};
    Api const  api{.ports         = site.world.ports,
                   .authenticator = site.authenticator,
                   .settings      = site.settings,
                   .storage_pool  = impatient,
                   .hashing_pool  = impatient,
                   .metrics       = site.metrics,
                   .ready         = site.api.ready};
    auto       answered = std::make_shared<std::promise<Response>>();
    auto       answer   = answered->get_future();
    dispatch(kBroken, api)(
        std::make_shared<Request const>(post("/no-such-page").form("")),
        [held = std::exchange(answered, nullptr)](Response response) { held->set_value(std::move(response)); });
    EXPECT_THROW((void)answer.get(), std::future_error);
}

TEST(Dispatch, GivesEveryRequestItsOwnId)
{
    testing::Site         site;
    std::set<std::string> ids;
    for (int i = 0; i < 100; ++i)
        ids.insert(header(site.ask(get("/healthz").with("X-Request-Id", "mine")), "X-Request-Id"));
    EXPECT_EQ(ids.size(), 100U);
    EXPECT_FALSE(ids.contains("mine"));
}

// CHECKS E35
TEST(Dispatch, CountsByRowAndNeverByWhatAStrangerSends)
{
    testing::Site site;
    (void)site.ask(get("/healthz"));
    (void)site.ask(get("/marker-path?marker-query"));
    (void)site.ask(testing::Ask{Method::put, "/healthz"});
    (void)site.ask(testing::Ask{Method::delete_, "/api/v1/sessions/marker-id"});
    auto const text = site.metrics.text();
    EXPECT_NE(text.find(R"(signet_http_requests_total{method="GET",route="/healthz",status="200"} 1)"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find(R"(signet_http_requests_total{method="any",route="unmatched",status="404"} 1)"),
              std::string::npos);
    EXPECT_NE(text.find(R"(route="/api/v1/sessions/{id}",status="401")"), std::string::npos);
    EXPECT_NE(text.find("signet_http_request_seconds"), std::string::npos);
    EXPECT_EQ(text.find("marker"), std::string::npos);
}

// CHECKS E35
TEST(Dispatch, ShowsMetricsOnTheAdminTableAlone)
{
    testing::Site admin({.table = admin_routes()});
    auto const    response = admin.ask(get("/metrics").with("Host", "localhost:8444"));
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(header(response, "Content-Type").starts_with("text/plain; version=0.0.4"));
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "");
    EXPECT_EQ(refused(admin.ask(post("/api/v1/login").json(kLogin))), (Refused{404, "not_found"}));
    EXPECT_EQ(refused(testing::Site{}.ask(get("/metrics"))), (Refused{404, "not_found"}));
}

// DNS rebinding: the name in the address bar is the stranger's, the address behind it ours.
TEST(Dispatch, ShowsMetricsToWhoCallsThisMachineByItsOwnName)
{
    testing::Site admin({.table = admin_routes()});
    for (auto const* host : {"localhost", "LOCALHOST:8444", "127.0.0.1:8444", "127.8.9.1", "[::1]:8444", "[::1]"})
        EXPECT_EQ(admin.ask(get("/metrics").with("Host", host)).status, 200) << host;
    for (auto const* host : {"evil.example.net", "evil.example.net:8444", "localhost.evil.net", "192.0.2.1:8444",
                             "[2001:db8::1]:8444", "127.0.0.1.nip.io", "0.0.0.0:8444", ""})
        EXPECT_EQ(refused(admin.ask(get("/metrics").with("Host", host))), (Refused{403, "origin_not_allowed"})) << host;
    EXPECT_EQ(refused(admin.ask(get("/healthz"))), (Refused{403, "origin_not_allowed"}));
}

TEST(Dispatch, TellsAliveFromReady)
{
    testing::Site site;
    EXPECT_EQ(site.ask(get("/healthz")).status, 200);
    EXPECT_EQ(site.ask(get("/readyz")).status, 200);
    site.ready = false;
    EXPECT_EQ(site.ask(get("/healthz")).status, 200);
    auto const response = site.ask(get("/readyz"));
    EXPECT_EQ(refused(response), (Refused{503, "unavailable"}));
    EXPECT_EQ(response.body.find("made not ready"), std::string::npos);
}

}  // namespace
}  // namespace signet::http
