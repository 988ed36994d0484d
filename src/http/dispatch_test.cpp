#include <gmock/gmock.h>

#include <array>
#include <latch>
#include <mutex>
#include <set>

#include "http/errors.hpp"
#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::get;
using ::testing::HasSubstr;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;
using testing::text_of;

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

// Holds the one thread of a pool of the site, and fills places in its queue.
class Held {
public:
    explicit Held(WorkerPool& pool) : pool_(pool)
    {
        EXPECT_TRUE(pool_.submit([busy = busy_, release = release_](WorkerPool::Turn) {
            busy->count_down();
            release->wait();
        }));
        busy_->wait();
    }
    ~Held() { release_->count_down(); }
    Held(Held const&)            = delete;
    Held& operator=(Held const&) = delete;

    void fill_alone(int places)
    {
        for (int i = 0; i < places; ++i) EXPECT_TRUE(pool_.submit([](WorkerPool::Turn) {}, "203.0.113.5"));
    }

    // Each from a source of its own, so that none can be displaced.
    void fill(int places)
    {
        for (int i = 0; i < places; ++i)
            EXPECT_TRUE(pool_.submit([](WorkerPool::Turn) {}, "198.51.100." + std::to_string(sources_++)));
    }

private:
    WorkerPool&                 pool_;
    int                         sources_ = 0;
    // The thread may look at them a moment longer than this lives.
    std::shared_ptr<std::latch> busy_    = std::make_shared<std::latch>(1);
    std::shared_ptr<std::latch> release_ = std::make_shared<std::latch>(1);
};

// CHECKS E14: sign-ins are shed first, then refreshes, the key set and the probes never.
TEST(Dispatch, ShedsSignInsThenRefreshesAndNeverTheKeySet)
{
    testing::Site site({.storage_queue = 8});
    site.world.add_user();
    auto const session = site.sign_in();
    auto const refresh = post("/api/v1/refresh").json("{\"refresh_token\":\"" + session.refresh + "\"}");
    auto const status  = [&](auto&& request) { return site.ask(request).status; };
    // Those that will wait are answered when the pool is let go.
    auto       waits   = [&](Request const& request) {
        auto answer = std::make_shared<std::promise<Response>>();
        site.handler(std::make_shared<Request const>(request),
                             [answer](Response r) { answer->set_value(std::move(r)); });
        return answer->get_future();
    };
    EXPECT_EQ(text_of(site.ask(get("/readyz")), "status"), "ready");
    std::future<Response> late_refresh;
    std::future<Response> probe;
    {
        Held storage{site.storage_pool};
        storage.fill(4);
        EXPECT_EQ(status(post("/api/v1/login").json(kLogin)), 200) << "half of the queue is no crowd";
        storage.fill(1);
        EXPECT_EQ(refused(site.ask(post("/api/v1/login").json(kLogin))), (Refused{503, "busy"}));
        EXPECT_EQ(refused(site.ask(post("/api/v1/signup").json(kLogin))), (Refused{503, "busy"}));
        EXPECT_THAT(site.metrics.text(), HasSubstr(R"(signet_shed_total{pool="storage",reason="crowded"} 2)"));
        EXPECT_EQ(status(get("/.well-known/jwks.json")), 200);

        late_refresh = waits(refresh);
        storage.fill(2);
        auto const full = site.ask(refresh);
        EXPECT_EQ(refused(full), (Refused{503, "busy"}));
        EXPECT_NE(header(full, "Retry-After"), "");
        EXPECT_EQ(status(get("/.well-known/jwks.json")), 200);
        EXPECT_EQ(status(get("/healthz")), 200);
        EXPECT_EQ(status(get("/api/v1/me").bearer(session.access)), 200);
        probe = waits(get("/readyz"));
    }
    EXPECT_EQ(late_refresh.get().status, 200);
    auto const state = probe.get();
    EXPECT_EQ(state.status, 200) << "a full queue has a place for the probe";
    EXPECT_EQ(text_of(state, "status"), "degraded");
}

// CHECKS E11, E14: however much one address asks of the database, others sign in.
TEST(Dispatch, TakesNoSingleAddressForACrowd)
{
    testing::Site site({.storage_queue = 8});
    site.world.add_user();
    Held storage{site.storage_pool};
    storage.fill_alone(8);
    EXPECT_EQ(site.ask(post("/api/v1/login").json(kLogin)).status, 200);
}

// CHECKS E11: an address with a thousand sign-ins waiting keeps nobody else out; a /64 is one address.
TEST(Dispatch, TakesSignInsInTurnsByAddress)
{
    testing::Site site({.hashing_queue = 8});
    site.world.add_user();
    std::mutex               mutex;
    std::vector<std::string> order;
    std::latch               answered{12};
    auto const               send = [&](std::string const& from) {
        auto request = post("/api/v1/login").json(kLogin);
        request.peer = {from};
        site.handler(std::make_shared<Request const>(request), [&, from](Response response) {
            std::lock_guard const lock(mutex);
            order.push_back(from + " " + std::to_string(response.status));
            answered.count_down();
        });
    };
    {
        Held hashing{site.hashing_pool};
        for (int i = 1; i <= 9; ++i) send("2001:db8::" + std::to_string(i));
        EXPECT_EQ(order, std::vector<std::string>{"2001:db8::9 503"}) << "the ninth finds the queue full";
        send("192.0.2.1");
        EXPECT_EQ(order.back(), "2001:db8::8 503") << "who waits alone displaces one of the eight";
        send("2001:db8:0:1::1");
        EXPECT_EQ(order.back(), "2001:db8::7 503");
        send("2001:db8::1");
        EXPECT_EQ(order.back(), "2001:db8::1 503");
    }
    answered.wait();
    EXPECT_EQ(order[4], "2001:db8::1 200");
    EXPECT_EQ(order[5], "192.0.2.1 200");
    EXPECT_EQ(order[6], "2001:db8:0:1::1 200");
    EXPECT_EQ(order[7], "2001:db8::2 200");
}

// CHECKS C9, C35: a thousand addresses fill the queue, and the owner's device still gets in.
TEST(Dispatch, LetsADeviceThatSignedInBeforePastACrowdOfStrangers)
{
    testing::Site site({.hashing_queue = 4});
    site.world.add_user();
    auto const before = site.ask(post("/api/v1/login").json(kLogin).from_own_page());
    auto const device = testing::cookie_value(before, "__Host-signet_device");
    ASSERT_NE(device, "");
    std::future<Response> own;
    std::future<Response> forged;
    auto const            send = [&](Request const& request) {
        auto answer = std::make_shared<std::promise<Response>>();
        site.handler(std::make_shared<Request const>(request),
                                [answer](Response r) { answer->set_value(std::move(r)); });
        return answer->get_future();
    };
    {
        Held hashing{site.hashing_pool};
        hashing.fill(4);
        EXPECT_EQ(refused(site.ask(post("/api/v1/login").json(kLogin))), (Refused{503, "busy"}));
        forged = send(post("/api/v1/login").json(kLogin).cookie("__Host-signet_device", device + "x"));
        own    = send(post("/api/v1/login").json(kLogin).cookie("__Host-signet_device", device));
    }
    EXPECT_EQ(refused(forged.get()), (Refused{503, "busy"}));
    EXPECT_EQ(own.get().status, 200);
}

// CHECKS C9, E11: nor do a thousand devices of one stranger's own account.
TEST(Dispatch, LetsADeviceInPastACrowdOfDevicesFromOneAddress)
{
    testing::Site site({.hashing_queue = 4});
    site.world.add_user();
    auto const device = [&] {
        return testing::cookie_value(site.ask(post("/api/v1/login").json(kLogin).from_own_page()),
                                     "__Host-signet_device");
    };
    auto const send = [&](std::string const& from, std::string const& cookie) {
        auto answer  = std::make_shared<std::promise<Response>>();
        auto request = post("/api/v1/login").json(kLogin).cookie("__Host-signet_device", cookie);
        request.peer = {from};
        site.handler(std::make_shared<Request const>(request),
                     [answer](Response r) { answer->set_value(std::move(r)); });
        return answer->get_future();
    };
    std::vector<std::string> devices;
    for (int i = 0; i < 9; ++i) devices.push_back(device());
    auto const            owners = device();
    std::future<Response> own;
    {
        Held                               hashing{site.hashing_pool};
        std::vector<std::future<Response>> crowd;
        for (auto const& each : devices) crowd.push_back(send("198.51.100.9", each));
        EXPECT_EQ(crowd.back().get().status, 503) << "both queues are full";
        own = send("192.0.2.1", owners);
    }
    EXPECT_EQ(own.get().status, 200);
}

// CHECKS E14: no retry storms.
TEST(Dispatch, SpreadsThoseItTellsToComeBack)
{
    testing::Site         site({.hashing_queue = 0});
    std::set<std::string> seconds;
    for (int i = 0; i < 6; ++i) seconds.insert(header(site.ask(post("/api/v1/login").json(kLogin)), "Retry-After"));
    EXPECT_EQ(seconds, (std::set<std::string>{"1", "2", "3"}));
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
                      .verifiers     = site.verifiers,
                      .revocations   = site.revocations,
                      .snapshots     = site.snapshots,
                      .feed_signer   = site.feed_signer,
                      .feed_keys     = site.world.feed_keyring,
                      .event_keys    = site.world.event_keyring,
                      .status_lists  = site.status_lists,
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
                   .verifiers     = site.verifiers,
                   .revocations   = site.revocations,
                   .snapshots     = site.snapshots,
                   .feed_signer   = site.feed_signer,
                   .feed_keys     = site.world.feed_keyring,
                   .event_keys    = site.world.event_keyring,
                   .status_lists  = site.status_lists,
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
    EXPECT_NE(response.body.find(R"("reason":"disk_full")"), std::string::npos) << response.body;
}

Response sign_out(Call const&)
{
    Response response;
    response.status     = 204;
    response.revoked_to = 3;
    return response;
}

constexpr auto kSignsOut = std::to_array<Route>({
    {Method::post, "/out", Work::storage, Access::open, Pages::any, Body::none, sign_out},
});

// DESIGN 7: it answers after publication, and says how far that got.
TEST(Dispatch, AnswersASignOutOnceItIsPublished)
{
    testing::Site          site({.table = kSignsOut});
    std::promise<Response> answered;
    auto                   answer = answered.get_future();
    site.handler(std::make_shared<Request const>(post("/out")),
                 [&](Response response) { answered.set_value(std::move(response)); });
    // The endpoint has run, and its thread is free again.
    std::promise<void> free;
    ASSERT_TRUE(site.storage_pool.submit([&](WorkerPool::Turn) { free.set_value(); }));
    free.get_future().wait();

    auto const event = std::make_shared<std::string const>("event");
    site.revocations.publish({.log = 1, .sequence = 2, .hash = {}}, event, RevocationFeed::Clock::now());
    EXPECT_EQ(answer.wait_for(std::chrono::seconds{0}), std::future_status::timeout);
    site.revocations.publish({.log = 1, .sequence = 3, .hash = {}}, event, RevocationFeed::Clock::now());
    auto const response = answer.get();
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(header(response, "Signet-Propagated"), "0/0");
    EXPECT_NE(header(response, "X-Request-Id"), "");
    EXPECT_THAT(header(response, "Access-Control-Expose-Headers"), HasSubstr("Signet-Propagated"));
}

}  // namespace
}  // namespace signet::http
