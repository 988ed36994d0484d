#include "verifier/transfer.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "verifier/key_server.hpp"

namespace signet {
namespace {

using namespace std::chrono_literals;

class TransferTest : public ::testing::Test {
protected:
    TransferRequest request() const
    {
        return {.to         = {.url = server.issuer() + "/x", .plain_http = true},
                .ca_file    = {},
                .credential = "svc_1",
                .accept     = "text/plain"};
    }

    std::function<bool(std::string_view)> keeper()
    {
        return [this](std::string_view bytes) {
            taken += bytes;
            return true;
        };
    }

    // How it ended.
    std::string finish(Transfer const& transfer)
    {
        while (!transfer.problem()) transfers.wait(1s);
        return *transfer.problem();
    }
    std::string run(TransferRequest wanted)
    {
        Transfer const transfer{transfers, std::move(wanted), keeper()};
        auto           problem = finish(transfer);
        status                 = transfer.status();
        return problem;
    }

    KeyServer   server;
    Transfers   transfers;
    std::string taken;
    long        status = 0;
};

TEST_F(TransferTest, GivesTheBytesOfAnAnswer)
{
    server.answer_ok("hello");
    EXPECT_EQ(run(request()), "");
    EXPECT_EQ(status, 200);
    EXPECT_EQ(taken, "hello");
    auto const head = server.request(0);
    EXPECT_TRUE(head.starts_with("GET /x HTTP/1.1\r\n")) << head;
    EXPECT_TRUE(head.contains("\r\nAuthorization: Bearer svc_1\r\n")) << head;
    EXPECT_TRUE(head.contains("\r\nAccept: text/plain\r\n")) << head;
}

TEST_F(TransferTest, PostsWhatItIsGiven)
{
    server.answer("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    auto posted = request();
    posted.body = R"({"seq":1})";
    EXPECT_EQ(run(posted), "");
    EXPECT_EQ(status, 204);
    auto const head = server.request(0);
    EXPECT_TRUE(head.starts_with("POST /x HTTP/1.1\r\n")) << head;
    EXPECT_TRUE(head.contains("\r\nContent-Type: application/json\r\n")) << head;
    EXPECT_TRUE(head.contains("\r\nContent-Length: 9\r\n")) << head;
}

TEST_F(TransferTest, GivesNoBytesOfARefusal)
{
    server.answer("HTTP/1.1 410 Gone\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
    EXPECT_EQ(run(request()), "");
    EXPECT_EQ(status, 410);
    EXPECT_EQ(taken, "");
}

TEST_F(TransferTest, GivesThemWhereAnyStatusWillDo)
{
    server.answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
    auto any       = request();
    any.any_status = true;
    EXPECT_EQ(run(any), "");
    EXPECT_EQ(status, 400);
    EXPECT_EQ(taken, "hello");
}

TEST_F(TransferTest, PostsAnyTypeAndSendsNoAuthorizationWithoutACredential)
{
    server.answer("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    auto posted         = request();
    posted.credential   = "";
    posted.body         = "a.b.c";
    posted.content_type = "application/secevent+jwt";
    EXPECT_EQ(run(posted), "");
    auto const head = server.request(0);
    EXPECT_TRUE(head.contains("\r\nContent-Type: application/secevent+jwt\r\n")) << head;
    EXPECT_FALSE(head.contains("Authorization")) << head;
}

// RFC 9110 10.2.3
TEST_F(TransferTest, SaysWhenToAskAgain)
{
    server.answer("HTTP/1.1 503 Later\r\nRetry-After: 17\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    Transfer const told{transfers, request(), keeper()};
    EXPECT_EQ(finish(told), "");
    EXPECT_EQ(told.retry_after(), 17s);
    server.answer("HTTP/1.1 503 Later\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    Transfer const untold{transfers, request(), keeper()};
    EXPECT_EQ(finish(untold), "");
    EXPECT_EQ(untold.retry_after(), 0s);
}

TEST_F(TransferTest, FollowsNoRedirect)
{
    KeyServer elsewhere;
    elsewhere.answer_ok("hello");
    server.answer("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.issuer() +
                  "/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(run(request()), "");
    EXPECT_EQ(status, 302);
    EXPECT_EQ(elsewhere.requests(), 0U) << "and nobody else gets the credential";
}

TEST_F(TransferTest, UnpacksWhatIsCompressed)
{
    // printf hello | gzip -n | xxd
    constexpr std::string_view kPacked{
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10"
        "\x36\x05\x00\x00\x00",
        25};
    server.answer_ok(std::string{kPacked}, "Content-Encoding: gzip\r\n");
    auto compressed       = request();
    compressed.compressed = true;
    EXPECT_EQ(run(compressed), "");
    EXPECT_EQ(taken, "hello");
    EXPECT_TRUE(server.request(0).contains("\r\nAccept-Encoding: gzip\r\n"));
}

TEST_F(TransferTest, EndsWhereItsTakerHasHadEnough)
{
    server.answer_ok("hello");
    Transfer const refused{transfers, request(), [](std::string_view) { return false; }};
    EXPECT_NE(finish(refused), "");
    Transfer const thrown{transfers, request(),
                          [](std::string_view) -> bool { throw std::runtime_error("too much of it"); }};
    EXPECT_EQ(finish(thrown), "too much of it");
}

TEST_F(TransferTest, EndsAfterTheTimeItMayTake)
{
    server.answer("");
    auto brief    = request();
    brief.longest = 50ms;
    EXPECT_EQ(run(brief), "no answer in time");
    EXPECT_EQ(status, 0);
}

TEST_F(TransferTest, SaysWhyThereIsNoAnswer)
{
    auto nowhere   = request();
    nowhere.to.url = "http://127.0.0.1:1/";
    EXPECT_TRUE(run(nowhere).contains("connect to 127.0.0.1 port 1"));
}

// The server takes what it is sent, and is in no hurry to answer.
TEST_F(TransferTest, KnowsWhenItsRequestLeftAtTheEarliest)
{
    server.answer("");
    auto const     before = std::chrono::steady_clock::now();
    Transfer const transfer{transfers, request(), keeper()};
    while (server.requests() == 0) transfers.wait(1ms);
    EXPECT_GE(transfer.sent(), before);
    EXPECT_LE(transfer.sent(), std::chrono::steady_clock::now());
}

TEST_F(TransferTest, RunsBesideOthers)
{
    server.answer("");
    Transfer const silent{transfers, request(), keeper()};
    (void)[&]
    {
        while (server.requests() == 0) transfers.wait(10ms);
    }
    ();
    server.answer_ok("hello");
    EXPECT_EQ(run(request()), "");
    EXPECT_EQ(taken, "hello");
    EXPECT_FALSE(silent.problem());
}

TEST_F(TransferTest, IsGivenUpWithItsObject)
{
    server.answer("");
    auto const transfer = std::make_unique<Transfer>(transfers, request(), keeper());
    while (server.requests() == 0) transfers.wait(10ms);
}

TEST_F(TransferTest, WaitsNoLongerThanItIsLet)
{
    std::jthread const waker{[&] {
        std::this_thread::sleep_for(50ms);
        transfers.wake();
    }};
    auto const         begin = std::chrono::steady_clock::now();
    transfers.wait(1h);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
    transfers.wake();
    transfers.wait(1h);  // at once: it was called before
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 30s);
    transfers.wait(1ms);
}

}  // namespace
}  // namespace signet
