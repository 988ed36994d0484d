#include "http/server.hpp"

#include <gtest/gtest.h>

#include "http/server_fixture.hpp"

namespace signet::http {
namespace {

TEST(Server, AnswersWithDateAndLengthAndStays)
{
    TestServer server;
    RawClient  client{server.port()};
    for (int i = 0; i < 3; ++i) {
        client.send(post("/echo", "hello"));
        auto const reply = client.read_answer();
        EXPECT_EQ(reply.status, 200);
        EXPECT_EQ(reply.body, "hello");
        EXPECT_TRUE(reply.find("date").value_or("").ends_with(" GMT"));
        EXPECT_EQ(reply.find("connection"), std::nullopt);
        EXPECT_EQ(reply.find("server"), std::nullopt);  // CHECKS E36
    }
}

TEST(Server, EndsWhenTheClientOrTheHandlerWantsIt)
{
    TestServer server;
    for (auto const& request : {get("/echo", "Connection: close\r\n"), get("/end")}) {
        RawClient client{server.port()};
        client.send(request + get("/hidden"));
        EXPECT_EQ(client.read_answer().find("connection"), "close");
        EXPECT_TRUE(client.is_closed());
    }
    EXPECT_EQ(server.hidden(), 0);
}

TEST(Server, TakesTheAnswerFromAnotherThread)
{
    TestServer server;
    RawClient  client{server.port()};
    for (int i = 0; i < 20; ++i) {
        client.send(post("/later", std::to_string(i)));
        EXPECT_EQ(client.read_answer().body, std::to_string(i));
    }
}

TEST(Server, TakesTheFirstOfTwoAnswers)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(post("/twice", "first") + post("/echo", "next"));
    EXPECT_EQ(client.read_answer().body, "first");
    EXPECT_EQ(client.read_answer().body, "next");
}

TEST(Server, SendsLargeAnswersWhole)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/large") + get("/static"));
    EXPECT_EQ(client.read_answer().body, std::string(1'000'000, 'x'));
    EXPECT_EQ(client.read_answer().body, std::string(100'000, 's'));
}

TEST(Server, GivesNoBodyWhereThereIsNone)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/nothing") + get("/echo"));
    EXPECT_EQ(client.read_answer().status, 204);
    EXPECT_EQ(client.read_answer().status, 200);
}

// CHECKS E18
TEST(Server, TurnsAnExceptionIntoAnErrorThatSaysNothing)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/throw"));
    auto const reply = client.read_answer();
    EXPECT_EQ(reply.status, 500);
    EXPECT_EQ(reply.body, R"({"error":"internal"})");
    EXPECT_NE(reply.find("x-request-id").value_or(""), "");
    EXPECT_FALSE(reply.head.contains("secret"));
    client.send(get("/echo"));
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST(Server, AnswersForAHandlerThatForgot)
{
    TestServer server;
    EXPECT_EQ(server.exchange(get("/forget")).status, 500);
}

TEST(Server, NeverSendsALineThatAHandlerWasTrickedInto)
{
    TestServer server;
    auto const reply = server.exchange(get("/split"));
    EXPECT_EQ(reply.status, 500);
    EXPECT_FALSE(reply.head.contains("X-Injected"));
}

TEST(Server, SurvivesClientsThatGo)
{
    TestServer server;
    for (int i = 0; i < 20; ++i) {
        RawClient client{server.port()};
        client.send(get("/large") + get("/held") + "GET /half");
    }
    server.release_held();
    EXPECT_EQ(server.exchange(get("/echo")).status, 200);
}

TEST(Server, ListensOnBothFamiliesForLocalhost)
{
    TestServer server{{.listen = {.host = "localhost", .tls = false}}};
    for (auto const* host : {"127.0.0.1", "::1"}) {
        std::optional<RawClient> client;
        try {
            client.emplace(server.port(), host);
        } catch (std::runtime_error const&) {
            EXPECT_STREQ(host, "::1") << "only IPv6 may be missing here";
            continue;
        }
        client->send(get("/peer"));
        EXPECT_EQ(client->read_answer().body, host);
    }
}

TEST(Server, SaysWhyItCannotListen)
{
    TestServer server;
    Metrics    metrics;
    auto const problem = [&](Listener const& listener) -> std::string {
        try {
            Server const second{{.listen = listener}, {}, {}, metrics};
        } catch (std::runtime_error const& error) {
            return error.what();
        }
        return "";
    };
    auto const port = std::to_string(server.port());
    EXPECT_EQ(problem({.host = "127.0.0.1", .port = server.port(), .tls = false}),
              "cannot listen on 127.0.0.1:" + port + ": Address already in use (is another signet running?)");
    EXPECT_TRUE(problem({.host = "192.0.2.1", .port = 0, .tls = false}).starts_with("cannot listen on 192.0.2.1:0: "));
    EXPECT_TRUE(problem({.host = "no.such.host.invalid", .tls = false}).starts_with("cannot listen on no.such.host"));
}

// CHECKS E7
TEST(Server, BelievesADeclaredProxyAlone)
{
    TestServer plain;
    EXPECT_EQ(plain.exchange(get("/peer", "X-Forwarded-For: 9.9.9.9\r\n")).body, "127.0.0.1");
    TestServer behind{{.listen = {.host = "127.0.0.1", .tls = false}, .trusted_proxies = {"127.0.0.0/8"}}};
    EXPECT_EQ(behind.exchange(get("/peer", "X-Forwarded-For: 9.9.9.9\r\n")).body, "9.9.9.9");
    EXPECT_EQ(behind.exchange(get("/peer", "X_Forwarded_For: 9.9.9.9\r\n")).body, "127.0.0.1");
    EXPECT_EQ(behind.exchange(get("/peer", "X-Forwarded-For: what\r\n")).body, "127.0.0.1");
}

TEST(Server, CountsWhatItAcceptsAndRefuses)
{
    TestServer server;
    EXPECT_EQ(server.exchange("nonsense\r\n\r\n").status, 400);
    RawClient client{server.port()};
    client.send(get("/echo"));
    EXPECT_EQ(client.read_answer().status, 200);
    auto const text = server.metrics().text();
    EXPECT_TRUE(text.contains("signet_http_accepted_total{listener=\"main\"} 2")) << text;
    EXPECT_TRUE(text.contains("signet_http_refused_total{listener=\"main\",reason=\"bad_request\"} 1")) << text;
    EXPECT_TRUE(text.contains("signet_http_connections{listener=\"main\"}")) << text;
}

}  // namespace
}  // namespace signet::http
