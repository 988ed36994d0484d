// What RFC 9112 leaves open and what senders get wrong: CHECKS E1, E2, E7, E8.
#include <gtest/gtest.h>

#include "http/server_fixture.hpp"

namespace signet::http {
namespace {

using namespace std::string_literals;

struct Case {
    std::string what;
    std::string bytes;
    int         status;
};

// A request line and Host; the rest is the case's.
std::string with(std::string const& rest)
{
    return "POST /hidden HTTP/1.1\r\nHost: localhost\r\n" + rest;
}

// Every one of these must be refused, its connection ended, and what follows it never be taken for a request.
std::vector<Case> const& refused()
{
    static std::vector<Case> const cases = {
        {"Content-Length before Transfer-Encoding",
         with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
        {"Transfer-Encoding before Content-Length",
         with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"), 400},
        {"Content-Length 0 with Transfer-Encoding",
         with("Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400},
        {"two different lengths", with("Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), 400},
        {"the same length twice", with("Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"), 400},
        {"a list of equal lengths", with("Content-Length: 3, 3\r\n\r\nabc"), 400},
        {"a signed length", with("Content-Length: +3\r\n\r\nabc"), 400},
        {"a negative length", with("Content-Length: -3\r\n\r\nabc"), 400},
        {"a hexadecimal length", with("Content-Length: 0x3\r\n\r\nabc"), 400},
        {"a length with a fraction", with("Content-Length: 3.0\r\n\r\nabc"), 400},
        {"a length with a space inside", with("Content-Length: 3 3\r\n\r\nabc"), 400},
        {"a length beyond 64 bits", with("Content-Length: 18446744073709551619\r\n\r\nabc"), 400},
        {"an empty length", with("Content-Length:\r\n\r\n"), 400},
        {"a length of other digits", with("Content-Length: \xD9\xA3\r\n\r\nabc"), 400},
        {"another coding", with("Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"), 400},
        {"identity", with("Transfer-Encoding: identity\r\n\r\n"), 400},
        {"chunked not last", with("Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"), 400},
        {"chunked twice", with("Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"), 400},
        {"chunked in two headers", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
         400},
        {"chunked and identity in two headers",
         with("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"), 400},
        {"a word that begins with chunked", with("Transfer-Encoding: chunkedx\r\n\r\n0\r\n\r\n"), 400},
        {"a word that ends with chunked", with("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 400},
        {"chunked with a parameter", with("Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"), 400},
        {"chunked in quotes", with("Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n"), 400},
        {"chunked after a vertical tab", with("Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n"), 400},
        {"an empty coding", with("Transfer-Encoding:\r\n\r\n"), 400},
        {"a coding that is not spoken here", with("Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"), 501},
        {"a space before the colon", with("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"), 400},
        {"a tab before the colon", with("Content-Length\t: 3\r\n\r\nabc"), 400},
        {"a space before a name", with(" Content-Length: 3\r\n\r\nabc"), 400},
        {"a folded line", with("X-One: a\r\n b\r\n\r\n"), 400},
        {"a folded coding", with("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"), 400},
        {"a line without a colon", with("Nonsense\r\n\r\n"), 400},
        {"an empty name", with(": x\r\n\r\n"), 400},
        {"a name with a bracket", with("X(One): x\r\n\r\n"), 400},
        {"a name beyond ASCII", with("X-\xC3\xA9: x\r\n\r\n"), 400},
        {"a bare LF after a header", with("X-One: a\nX-Two: b\r\n\r\n"), 400},
        {"bare LFs alone", "GET /hidden HTTP/1.1\nHost: localhost\n\n", 400},
        {"a bare LF at the end", with("X-One: a\r\n\n"), 400},
        {"a bare CR in a value", with("X-One: a\rb\r\n\r\n"), 400},
        {"a bare CR as a line end", with("X-One: a\rX-Two: b\r\n\r\n"), 400},
        {"CR CR LF", with("X-One: a\r\r\n\r\n"), 400},
        {"a NUL in a value", with("X-One: a\0b\r\n\r\n"s), 400},
        {"a NUL in a name", with("X\0One: a\r\n\r\n"s), 400},
        {"an escape in a value", with("X-One: a\x1b[2J\r\n\r\n"), 400},
        {"a DEL in a value", with("X-One: a\x7f\r\n\r\n"), 400},
        {"no Host", "GET /hidden HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", "GET /hidden HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400},
        {"an empty Host", "GET /hidden HTTP/1.1\r\nHost:\r\n\r\n", 400},
        {"a Host with a path", "GET /hidden HTTP/1.1\r\nHost: localhost/x\r\n\r\n", 400},
        {"a Host with a user", "GET /hidden HTTP/1.1\r\nHost: a@localhost\r\n\r\n", 400},
        {"a list of Hosts", "GET /hidden HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
        {"a Host with a bad port", "GET /hidden HTTP/1.1\r\nHost: localhost:80x\r\n\r\n", 400},
        {"chunks in HTTP/1.0", "POST /hidden HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"a chunk size with a sign", with("Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n"), 400},
        {"a chunk size with 0x", with("Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n"), 400},
        {"a chunk longer than its size", with("Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n"), 400},
        {"a chunk size ended by a bare LF", with("Transfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n"), 400},
        {"a line end hidden in an extension", with("Transfer-Encoding: chunked\r\n\r\n3;a=\"\n\"\r\nabc\r\n0\r\n\r\n"),
         400},
        {"an unknown method", "BREW /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 501},
        {"a method in lower case", "get /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 501},
        {"a method that is no token", "G@T /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"TRACE", "TRACE /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
        {"CONNECT", "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
        {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"HTTP/1.2", "GET /hidden HTTP/1.2\r\nHost: localhost\r\n\r\n", 505},
        {"HTTP/0.9", "GET /hidden\r\n\r\n", 400},
        {"a version in lower case", "GET /hidden http/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a version without a point", "GET /hidden HTTP/11\r\nHost: localhost\r\n\r\n", 400},
        {"two spaces in the request line", "GET  /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a space after the version", "GET /hidden HTTP/1.1 \r\nHost: localhost\r\n\r\n", 400},
        {"a tab in the request line", "GET\t/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a space in the target", "GET /hid den HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a NUL in the target", "GET /hidden\0x HTTP/1.1\r\nHost: localhost\r\n\r\n"s, 400},
        {"a target beyond ASCII", "GET /hidden\xC3\xA9 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a fragment in the target", "GET /hidden#x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a backslash in the target", "GET /hidden\\x HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a percent without digits", "GET /hidden%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a percent at the end", "GET /hidden%2 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a target without a slash", "GET hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"an asterisk for GET", "GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"an absolute target of another scheme", "GET ftp://localhost/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"an absolute target without a host", "GET http:///hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"an absolute target with a user", "GET http://a@localhost/hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
        {"a TLS hello in the clear", "\x16\x03\x01\x00\x05hello\r\n\r\n"s, 400},
        {"two empty lines first", "\r\n\r\nGET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n", 400},
    };
    return cases;
}

TEST(ServerFraming, RefusesWhatParsersDisagreeAbout)
{
    TestServer server;
    for (auto const& [what, bytes, status] : refused()) {
        RawClient client{server.port()};
        client.send(bytes);
        auto const reply = client.read_answer();
        EXPECT_EQ(reply.status, status) << what;
        EXPECT_EQ(reply.find("connection"), "close") << what;
        EXPECT_TRUE(reply.body.contains(R"({"error":")")) << what;
        EXPECT_TRUE(client.is_closed()) << what;
    }
    EXPECT_EQ(server.hidden(), 0);
}

// CHECKS E2: the second request lies where a confused parser would begin to read it.
TEST(ServerFraming, NeverRunsARequestHiddenBehindARefusedOne)
{
    TestServer server;
    for (auto const& [what, bytes, status] : refused()) {
        RawClient client{server.port()};
        client.send(bytes + get("/hidden") + get("/hidden"));
        auto const all = client.read_all();
        EXPECT_EQ(all.find("HTTP/1.1 ", 1), std::string::npos) << what << ": answered more than once";
    }
    EXPECT_EQ(server.handled(), 0);
}

TEST(ServerFraming, RefusesTheSameWhenItComesByteByByte)
{
    TestServer server;
    for (auto const& [what, bytes, status] : refused()) {
        if (bytes.size() > 90) continue;
        RawClient client{server.port()};
        for (char const byte : bytes)
            if (!client.send({&byte, 1})) break;
        EXPECT_EQ(client.read_answer().status, status) << what;
    }
    EXPECT_EQ(server.handled(), 0);
}

TEST(ServerFraming, TakesARequestByteByByte)
{
    TestServer        server;
    RawClient         client{server.port()};
    std::string const chunked =
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: z\r\n\r\n";
    for (auto const& bytes : {post("/echo", "hello"), chunked, get("/echo")})
        for (char const byte : bytes) ASSERT_TRUE(client.send({&byte, 1}));
    EXPECT_EQ(client.read_answer().body, "hello");
    EXPECT_EQ(client.read_answer().body, "abcde");
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST(ServerFraming, AnswersPipelinedRequestsInOrder)
{
    TestServer server;
    RawClient  client{server.port()};
    // /later and /echo would overtake each other if they were handled at once.
    client.send(post("/later", "1") + post("/echo", "2") + post("/later", "3") + post("/echo", "4"));
    for (auto const* body : {"1", "2", "3", "4"}) EXPECT_EQ(client.read_answer().body, body);
}

TEST(ServerFraming, KeepsItsStackWithManyPipelinedRequests)
{
    TestServer    server;
    RawClient     client{server.port()};
    constexpr int kRequests = 5000;
    std::string   all;
    for (int i = 0; i < kRequests; ++i) all += get("/echo");
    std::jthread const sender{[&] { client.send(all); }};
    for (int i = 0; i < kRequests; ++i) ASSERT_EQ(client.read_answer().status, 200);
}

TEST(ServerFraming, AnswersToHttp10AndEnds)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    auto const reply = client.read_answer();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.find("connection"), "close");
    EXPECT_TRUE(client.is_closed());
}

TEST(ServerFraming, IgnoresOneEmptyLineBeforeARequest)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send("\r\n" + post("/echo", "a") + "\r\n" + get("/echo"));
    EXPECT_EQ(client.read_answer().body, "a");
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST(ServerFraming, TakesEveryFormOfTarget)
{
    TestServer server;
    EXPECT_EQ(server.exchange(get("/a/b?c=d&show=?")).body, "/a/b|c=d&show=?");
    EXPECT_EQ(server.exchange(get("/a%20b?show")).body, "/a%20b|show");
    EXPECT_EQ(server.exchange(get("https://localhost:8443/a?show")).body, "/a|show");
    EXPECT_EQ(server.exchange(get("HTTP://localhost?show")).body, "/|show");
    EXPECT_EQ(server.exchange("OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 200);
}

// RFC 9112 3.2.2
TEST(ServerFraming, TakesTheHostOfAnAbsoluteTarget)
{
    TestServer server;
    EXPECT_EQ(server.exchange("GET http://real.example/headers HTTP/1.1\r\nHost: other.example\r\n\r\n").body,
              "Host=real.example;");
}

// CHECKS E7
TEST(ServerFraming, DropsHeadersThatOnlyResembleOthers)
{
    TestServer server;
    auto const reply = server.exchange(get(
        "/headers", "X_Forwarded_For: 9.9.9.9\r\nContent_Length: 5\r\nTransfer_Encoding: chunked\r\nX-Fine: 1\r\n"));
    EXPECT_EQ(reply.body, "Host=localhost;X-Fine=1;");
}

// CHECKS E7: what Connection names stays.
TEST(ServerFraming, StripsNothingAtAClientsWord)
{
    TestServer server;
    auto const reply = server.exchange(get("/headers", "Connection: X-Keep\r\nX-Keep: 1\r\n"));
    EXPECT_TRUE(reply.body.contains("X-Keep=1;"));
}

TEST(ServerFraming, AnswersAHeadWithoutABody)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send("HEAD /static HTTP/1.1\r\nHost: localhost\r\n\r\n" + get("/echo"));
    auto const reply = client.read_answer(true);
    EXPECT_EQ(reply.find("content-length"), "100000");
    EXPECT_EQ(client.read_answer().status, 200);
}

TEST(ServerFraming, SendsNoBodyEvenWithARefusedHead)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send("HEAD / HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(client.read_all().ends_with("\r\n\r\n"));
}

TEST(ServerFraming, ReadsTheBodyOfAGet)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send("GET /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc" + get("/echo"));
    EXPECT_EQ(client.read_answer().body, "abc");
    EXPECT_EQ(client.read_answer().body, "");
}

TEST(ServerFraming, AsksForABodyThatWaitsToBeAskedFor)
{
    TestServer server;
    RawClient  client{server.port()};
    client.send("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(client.read_answer().status, 100);
    client.send("abc");
    EXPECT_EQ(client.read_answer().body, "abc");
}

TEST(ServerFraming, DoesNotAskForABodyThatIsTooLarge)
{
    TestServer server;
    auto const reply = server.exchange(
        "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10000000\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(reply.status, 413);
}

}  // namespace
}  // namespace signet::http
