// Answers that go on, over sockets.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>
#include <vector>

#include "http/server_fixture.hpp"

namespace signet::http {
namespace {

using namespace std::chrono_literals;

Piece piece(std::string text)
{
    return std::make_shared<std::string const>(std::move(text));
}

TEST(ServerStreaming, SendsPiecesAsTheyComeAndEndsTheConnection)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/stream"));
    auto const head = client.read_until("\r\n\r\n");
    EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\n")) << head;
    EXPECT_NE(head.find("connection: close\r\n"), std::string::npos);
    EXPECT_EQ(head.find("content-length"), std::string::npos);
    EXPECT_EQ(head.find("transfer-encoding"), std::string::npos);

    auto const stream = server.stream(0);
    stream->push(piece("one\n"));
    EXPECT_EQ(client.read_until("\n"), "one\n");
    stream->push(piece("two\n"));
    EXPECT_EQ(client.read_until("\n"), "two\n");
    stream->push(piece("three\n"));
    stream->finish();
    EXPECT_EQ(client.read_all(), "three\n");
    server.wait_for_ended_streams(1);
}

TEST(ServerStreaming, SendsThroughTlsToo)
{
    TestCertificate const certificate;
    TestServer            server{{.listen           = {.host = "127.0.0.1"},
                                  .certificate_file = certificate.certificate_file(),
                                  .private_key_file = certificate.private_key_file()}};
    RawClient             client{server.port()};
    ASSERT_TRUE(client.start_tls());
    client.send(get("/stream"));
    static_cast<void>(client.read_until("\r\n\r\n"));
    auto const        stream = server.stream(0);
    std::string const large(100'000, 'x');
    stream->push(piece(large + "\n"));
    EXPECT_EQ(client.read_until("\n").size(), large.size() + 1);
    stream->finish();
    EXPECT_TRUE(client.is_closed());
}

TEST(ServerStreaming, NoticesThatItsClientHasGone)
{
    TestServer server;
    {
        RawClient client{server.port()};
        client.send(get("/stream"));
        static_cast<void>(client.read_until("\r\n\r\n"));
    }
    server.wait_for_ended_streams(1);
    server.stream(0)->push(piece("to nobody"));
}

// CHECKS E2: what stands behind it is never a request.
TEST(ServerStreaming, EndsWhenItsClientSaysMore)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/stream"));
    static_cast<void>(client.read_until("\r\n\r\n"));
    client.send(get("/hidden"));
    EXPECT_EQ(client.read_all().find("HTTP"), std::string::npos);
    server.wait_for_ended_streams(1);
    EXPECT_EQ(server.hidden(), 0);
}

TEST(ServerStreaming, NeverReachesWhatWasSentWithItsRequest)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/stream") + get("/hidden"));
    static_cast<void>(client.read_until("\r\n\r\n"));
    server.stream(0)->finish();
    EXPECT_EQ(client.read_all(), "");
    EXPECT_EQ(server.hidden(), 0);
}

// CHECKS E6: who does not read is dropped, and slows nobody.
TEST(ServerStreaming, BreaksOffWhoReadsTooSlowly)
{
    TestServer server;
    RawClient  slow{server.port()};
    int const  least = RawClient::kSmallestBuffer;
    ::setsockopt(slow.socket(), SOL_SOCKET, SO_RCVBUF, &least, sizeof least);
    slow.send(get("/stream"));
    auto const unread = server.stream(0);
    RawClient  quick{server.port()};
    quick.send(get("/stream"));
    static_cast<void>(quick.read_until("\r\n\r\n"));
    auto const read = server.stream(1);

    auto const line  = piece(std::string(10'000, 'x') + "\n");
    int        count = 0;
    for (; count < 10'000 && !unread->is_broken(); ++count) {
        unread->push(line);
        read->push(line);
        EXPECT_EQ(quick.read_until("\n"), *line);
    }
    EXPECT_TRUE(unread->is_broken());
    server.wait_for_ended_streams(1);
    EXPECT_FALSE(read->is_broken());
    // At once, and not only when the time for one write is over: what the kernel had taken is all that comes.
    auto const since = std::chrono::steady_clock::now();
    EXPECT_LT(slow.read_all().size(), static_cast<std::size_t>(count) * line->size());
    EXPECT_LT(std::chrono::steady_clock::now() - since, Limits{}.write_deadline / 2);
}

TEST(ServerStreaming, EndsStreamsAtOnceWhenItDrains)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send(get("/stream"));
    static_cast<void>(client.read_until("\r\n\r\n"));
    server.stream(0)->push(piece("last\n"));
    EXPECT_EQ(client.read_until("\n"), "last\n");
    std::jthread const reader{[&] { EXPECT_TRUE(client.is_closed()); }};
    EXPECT_TRUE(server.server().drain(10s));
}

TEST(ServerStreaming, AnswersAHeadWithoutAStream)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send("HEAD /stream HTTP/1.1\r\nHost: localhost\r\n\r\n");
    auto const answer = client.read_answer(true);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.find("content-length"), std::nullopt);  // as to a GET
    server.wait_for_ended_streams(1);
    EXPECT_TRUE(client.is_closed());
}

TEST(ServerStreaming, EndsAStreamWhoseClientLeftBeforeTheAnswer)
{
    TestServer server;
    auto       stream = std::make_shared<Stream>(1, [] {});
    {
        RawClient client{server.port()};
        client.send(get("/held"));
        server.wait_for_held(1);
    }
    Response response;
    response.stream = std::make_shared<StreamHold>(stream);
    server.release_held(response);
    response = {};
    server.end_server();
    EXPECT_TRUE(stream->is_broken());
}

TEST(ServerStreaming, ServesManyAtOnceFromOtherThreads)
{
    constexpr std::size_t                   kClients = 200;
    constexpr int                           kPieces  = 100;
    TestServer                              server;
    std::vector<std::unique_ptr<RawClient>> clients;
    for (std::size_t i = 0; i < kClients; ++i) {
        clients.push_back(std::make_unique<RawClient>(server.port()));
        clients.back()->send(get("/stream"));
        static_cast<void>(clients.back()->read_until("\r\n\r\n"));
    }
    std::vector<std::shared_ptr<Stream>> streams;
    for (std::size_t i = 0; i < kClients; ++i) streams.push_back(server.stream(i));

    std::string all;
    for (int i = 0; i < kPieces; ++i) all += std::to_string(i) + "\n";
    auto const publish = [&] {
        for (int i = 0; i < kPieces; ++i) {
            auto const text = piece(std::to_string(i) + "\n");
            for (auto const& stream : streams) stream->push(text);
        }
        for (auto const& stream : streams) stream->finish();
    };
    std::jthread const publisher{publish};
    for (auto const& client : clients) EXPECT_EQ(client->read_all(), all);
    server.wait_for_ended_streams(kClients);
}

}  // namespace
}  // namespace signet::http
