#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <future>

#include "http/engine.hpp"
#include "http/io_core.hpp"
#include "http/server_fixture.hpp"

namespace signet::http {
namespace {

using namespace std::chrono_literals;

TEST(ServerLifecycle, ClosesIdleConnectionsAtOnceWhenItDrains)
{
    TestServer server;
    RawClient  fresh{server.port()};
    RawClient  used{server.port()};
    used.send(get("/echo"));
    EXPECT_EQ(used.read_answer().status, 200);
    EXPECT_TRUE(server.server().drain(10s));
    EXPECT_TRUE(used.is_closed());
    EXPECT_EQ(server.server().connections(), 0U);
}

TEST(ServerLifecycle, LetsARunningRequestFinish)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/held"));
    server.wait_for_held(1);
    auto       drained = std::async(std::launch::async, [&] { return server.server().drain(10s); });
    // Once nobody is let in any more, draining has begun.
    auto const until   = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < until) {
        try {
            RawClient const late{server.port()};
        } catch (std::runtime_error const&) {
            break;
        }
    }
    server.release_held();
    auto const reply = client.read_answer();
    EXPECT_EQ(reply.body, "held");
    EXPECT_EQ(reply.find("connection"), "close");
    EXPECT_TRUE(client.is_closed());
    EXPECT_TRUE(drained.get());
}

TEST(ServerLifecycle, CutsOffWhatOutlastsItsPatience)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/held"));
    server.wait_for_held(1);
    EXPECT_FALSE(server.server().drain(50ms));
    EXPECT_TRUE(client.is_closed());
    server.release_held();
}

TEST(ServerLifecycle, TakesAnAnswerThatComesAfterItsEnd)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/held"));
    server.wait_for_held(1);
    server.end_server();
    server.release_held();
    EXPECT_TRUE(client.is_closed());
}

TEST(ServerLifecycle, DrainsTwiceAndBeforeItHasBegun)
{
    Metrics metrics;
    Server  never{{.listen = {.host = "127.0.0.1", .tls = false}}, {}, {}, metrics};
    EXPECT_TRUE(never.drain(1s));
    TestServer server;
    EXPECT_TRUE(server.server().drain(1s));
    EXPECT_TRUE(server.server().drain(1s));
}

// CHECKS E18
TEST(ServerLifecycle, OutlivesAnErrorPageThatThrows)
{
    Metrics    metrics;
    auto const broken = [](auto&&...) -> Response { throw std::runtime_error("no page"); };
    Server     server{{.listen = {.host = "127.0.0.1", .tls = false}}, {}, broken, metrics};
    server.start();
    for (int i = 0; i < 2; ++i) {
        RawClient client{server.port()};
        client.send("nonsense\r\n\r\n");
        EXPECT_TRUE(client.is_closed());
    }
}

TEST(ServerLifecycle, GoesOnAfterAnEventThatThrows)
{
    Metrics            metrics;
    Engine             engine{{.listen = {.host = "127.0.0.1", .tls = false}}, {}, {}, metrics};
    auto const         core = std::make_shared<IoCore>(engine);
    std::promise<void> reached;
    boost::asio::post(core->io(), [] { throw std::runtime_error("no memory"); });
    boost::asio::post(core->io(), [&] { reached.set_value(); });
    core->start();
    EXPECT_EQ(reached.get_future().wait_for(10s), std::future_status::ready);
    core->stop();
}

TEST(ServerLifecycle, LeavesMetricsThatCanStillBeRead)
{
    Metrics metrics;
    {
        Server const server{{.listen = {.host = "127.0.0.1", .tls = false}}, {}, {}, metrics};
    }
    EXPECT_TRUE(metrics.text().contains("signet_http_connections{listener=\"main\"} 0"));
}

}  // namespace
}  // namespace signet::http
