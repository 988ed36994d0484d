// Limits and deadlines: CHECKS E4, E5, E6. Deadlines are made short; to wait for one is to test it.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>
#include <vector>

#include "http/server_fixture.hpp"

namespace signet::http {
namespace {

using namespace std::chrono_literals;

ServerOptions with(Limits const& limits)
{
    return {.listen = {.host = "127.0.0.1", .tls = false}, .limits = limits};
}

TEST(ServerLimits, RefusesWhatIsTooLongAndEnds)
{
    TestServer server;
    struct Case {
        std::string bytes;
        int         status;
        std::string code;
    };
    std::string many;
    for (int i = 0; i < 101; ++i) many += "X-" + std::to_string(i) + ": x\r\n";
    for (auto const& [bytes, status, code] : std::vector<Case>{
             {get("/" + std::string(8 * 1024, 'a')), 414, "uri_too_long"},
             {"GET /" + std::string(100 * 1024, 'a'), 414, "uri_too_long"},
             {std::string(100 * 1024, 'A'), 414, "uri_too_long"},
             {get("/", "X-Long: " + std::string(100 * 1024, 'a') + "\r\n"), 431, "header_too_large"},
             {get("/", many), 431, "header_too_large"},
             {post("/echo", std::string(64 * 1024 + 1, 'a')), 413, "payload_too_large"},
             {"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10001\r\n", 413, "payload_too_large"}}) {
        RawClient client{server.port()};
        client.send(bytes + get("/hidden"));
        auto const reply = client.read_answer();
        EXPECT_EQ(reply.status, status);
        EXPECT_EQ(reply.body, R"({"error":")" + code + R"("})");
        EXPECT_TRUE(client.is_closed());
    }
    EXPECT_EQ(server.handled(), 0);
}

TEST(ServerLimits, TakesWhatIsJustShortEnough)
{
    TestServer  server;
    std::string many;
    for (int i = 0; i < 99; ++i) many += "X-" + std::to_string(i) + ": x\r\n";
    EXPECT_EQ(server.exchange(get("/" + std::string(8 * 1024 - 16, 'a'))).status, 200);
    EXPECT_EQ(server.exchange(get("/", many)).status, 200);
    EXPECT_EQ(server.exchange(post("/echo", std::string(64 * 1024, 'a'))).body.size(), 64U * 1024);
}

// The client sends all of it before it reads: the answer must still be there.
TEST(ServerLimits, LetsAClientWithTenMegabytesReadItsRefusal)
{
    TestServer  server;
    std::string large;
    large.resize(10'000'000, 'a');
    for (int i = 0; i < 3; ++i) {
        RawClient client{server.port()};
        EXPECT_TRUE(client.send(post("/echo", large)));
        EXPECT_EQ(client.read_answer().status, 413);
    }
    EXPECT_EQ(server.handled(), 0);
}

TEST(ServerLimits, EndsAConnectionThatStaysSilent)
{
    TestServer server{with({.idle_deadline = 300ms})};
    RawClient  fresh{server.port()};
    EXPECT_TRUE(fresh.is_closed());
    RawClient used{server.port()};
    used.send(get("/echo"));
    EXPECT_EQ(used.read_answer().status, 200);
    EXPECT_TRUE(used.is_closed());
}

TEST(ServerLimits, CutsOffAHeadThatTrickles)
{
    TestServer server{with({.header_deadline = 500ms})};
    RawClient  client{server.port()};
    client.send("GET / HT");
    auto const reply = client.read_answer();
    EXPECT_EQ(reply.status, 408);
    EXPECT_EQ(reply.find("connection"), "close");
    EXPECT_TRUE(client.is_closed());

    // A byte now and then does not earn more time.
    RawClient         slow{server.port()};
    auto const        began = std::chrono::steady_clock::now();
    std::string const head  = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
    while (slow.send(head.substr(0, 1))) {
        char byte = 0;
        if (::recv(slow.socket(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0) break;
        ASSERT_LT(std::chrono::steady_clock::now() - began, 10s);
        std::this_thread::yield();
    }
    EXPECT_EQ(server.handled(), 0);
}

TEST(ServerLimits, CutsOffABodyThatTrickles)
{
    TestServer server{with({.header_deadline = 300ms, .body_bytes_per_second = 1000})};
    for (auto const* framing : {"Content-Length: 60000\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
        RawClient client{server.port()};
        client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\n" + std::string{framing});
        EXPECT_EQ(client.read_answer().status, 408);
        EXPECT_TRUE(client.is_closed());
    }
}

// The deadline of the first request's head must not outlive it: the rest was here in time.
TEST(ServerLimits, LetsAPipelinedClientTakeLongerThanOneHeadMay)
{
    TestServer  server{with({.header_deadline = 300ms})};
    RawClient   client{server.port()};
    std::string many;
    for (int i = 0; i < 60; ++i) many += get("/slow");
    client.send(many.substr(0, 5));
    std::this_thread::sleep_for(50ms);
    client.send(many.substr(5));
    for (int i = 0; i < 60; ++i) ASSERT_EQ(client.read_answer().status, 200) << i;
}

TEST(ServerLimits, CutsOffAClientThatDoesNotRead)
{
    TestServer server{with({.write_deadline = 20ms})};
    RawClient  client{server.port()};
    int const  small = RawClient::kSmallestBuffer;
    ::setsockopt(client.socket(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    std::string many;
    for (int i = 0; i < 200; ++i) many += get("/large");
    client.send(many);
    // The connection is counted until the server lets go of it.
    auto const until = std::chrono::steady_clock::now() + 10s;
    while (server.server().connections() != 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
    EXPECT_EQ(server.server().connections(), 0U);
    EXPECT_LT(server.handled(), 200);
}

TEST(ServerLimits, DoesNotReadAheadOfAHandler)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/held"));
    server.wait_for_held(1);
    client.send(get("/echo"));
    EXPECT_EQ(server.exchange(get("/echo")).status, 200);
    EXPECT_EQ(server.handled(), 2);
    server.release_held();
    EXPECT_EQ(client.read_answer().body, "held");
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST(ServerLimits, RefusesConnectionsBeyondTheCap)
{
    TestServer server{with({.connections = 2})};
    RawClient  first{server.port()};
    RawClient  second{server.port()};
    for (auto* client : {&first, &second}) client->send(get("/held"));
    server.wait_for_held(2);
    RawClient third{server.port()};
    EXPECT_TRUE(third.is_closed());
    EXPECT_TRUE(server.metrics().text().contains("reason=\"connections\"} 1"));
    server.release_held();
    for (auto* client : {&first, &second}) EXPECT_EQ(client->read_answer().body, "held");
}

// CHECKS E5: those who keep connections open for nothing give way, the longest idle first, not those who come.
TEST(ServerLimits, MakesRoomAtTheCostOfWhoIsIdle)
{
    TestServer server{with({.connections = 3})};
    RawClient  silent{server.port()};  // has sent nothing at all
    RawClient  busy{server.port()};
    busy.send(get("/held"));
    server.wait_for_held(1);
    RawClient recent{server.port()};
    recent.send(get("/echo"));
    EXPECT_EQ(recent.read_answer().status, 200);

    RawClient fourth{server.port()};
    fourth.send(get("/echo"));
    EXPECT_EQ(fourth.read_answer().status, 200);
    EXPECT_TRUE(silent.is_closed());
    RawClient fifth{server.port()};
    fifth.send(get("/held"));
    server.wait_for_held(2);
    EXPECT_TRUE(recent.is_closed());
    // Its answer came before the server knew that it was sent: only then is it idle.
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    RawClient sixth{server.port()};
    sixth.send(get("/held"));
    server.wait_for_held(3);
    EXPECT_TRUE(fourth.is_closed());
    RawClient seventh{server.port()};
    EXPECT_TRUE(seventh.is_closed()) << "nobody is idle";
    EXPECT_TRUE(server.metrics().text().contains("signet_http_yielded_total{listener=\"main\"} 3"));
    server.release_held();
    for (auto* client : {&busy, &fifth, &sixth}) EXPECT_EQ(client->read_answer().body, "held");
}

TEST(ServerLimits, DoesNotCapLoopback)
{
    TestServer                              server{with({.connections_per_address = 1})};
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.port()));
        clients.back()->send(get("/echo"));
        EXPECT_EQ(clients.back()->read_answer().status, 200);
    }
}

}  // namespace
}  // namespace signet::http
