#include "verifier/fetch.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "verifier/key_server.hpp"

namespace {

using signet::FetchRequest;
using signet::KeyServer;

FetchRequest plain(KeyServer const& server, std::string etag = {})
{
    return {.from    = {.url = server.issuer() + "/.well-known/jwks.json", .plain_http = true},
            .ca_file = {},
            .etag    = std::move(etag)};
}

TEST(Fetch, BringsBodyAndCachingHeaders)
{
    KeyServer server;
    server.answer_ok("{}", "ETag: \"one\"\r\nCache-Control: max-age=300\r\n");

    auto const answer = signet::fetch(plain(server), {});

    ASSERT_TRUE(answer) << answer.error();
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "{}");
    EXPECT_EQ(answer->etag, "\"one\"");
    EXPECT_EQ(answer->cache_control, "max-age=300");
    EXPECT_TRUE(server.request(0).starts_with("GET /.well-known/jwks.json HTTP/1.1\r\n"));
    EXPECT_FALSE(server.request(0).contains("If-None-Match"));
}

TEST(Fetch, SendsTheEtagItWasGiven)
{
    KeyServer server;
    server.answer("HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");

    EXPECT_EQ(signet::fetch(plain(server, "\"one\""), {})->status, 304);
    EXPECT_TRUE(server.request(0).contains("If-None-Match: \"one\"\r\n"));
}

// CHECKS A40
TEST(Fetch, FollowsNoRedirect)
{
    KeyServer server;
    KeyServer elsewhere;
    elsewhere.answer_ok("{}");
    server.answer("HTTP/1.1 302 Found\r\nLocation: " + elsewhere.issuer() +
                  "/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    EXPECT_EQ(signet::fetch(plain(server), {})->status, 302);
    EXPECT_EQ(elsewhere.requests(), 0U);
}

// CHECKS A40
TEST(Fetch, RefusesAnAnswerOver64KiB)
{
    KeyServer         server;
    std::string const large(signet::kLargestAnswer + 1, ' ');

    server.answer_ok(large);
    EXPECT_EQ(signet::fetch(plain(server), {}).error(), "the answer is larger than 64 KiB");
    server.answer("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + large);  // a length that is not said
    EXPECT_EQ(signet::fetch(plain(server), {}).error(), "the answer is larger than 64 KiB");
    server.answer_ok(std::string(signet::kLargestAnswer, ' '));
    EXPECT_TRUE(signet::fetch(plain(server), {}));
}

// CHECKS A40
TEST(Fetch, SpeaksHttpsOnlyUnlessThePlainOneWasChosen)
{
    KeyServer server;
    server.answer_ok("{}");

    auto request            = plain(server);
    request.from.plain_http = false;
    EXPECT_FALSE(signet::fetch(request, {}));
    EXPECT_EQ(server.requests(), 0U);
}

TEST(Fetch, FailsWhereTlsIsExpectedAndPlainHttpIsSpoken)
{
    KeyServer server;
    server.answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

    FetchRequest const request{
        .from = {.url = "https" + server.issuer().substr(4) + "/", .plain_http = false}, .ca_file = {}, .etag = {}};
    EXPECT_FALSE(signet::fetch(request, {}));
}

// libcurl takes no text of more than 8 MB. Without it the system's CAs would do.
TEST(Fetch, AsksNobodyWhenTheCaFileCannotBeSet)
{
    KeyServer server;
    server.answer_ok("{}");
    auto request = plain(server);
    request.ca_file.resize(9'000'000, 'x');
    EXPECT_FALSE(signet::fetch(request, {}));
    EXPECT_EQ(server.requests(), 0U);
}

TEST(Fetch, SaysWhyNobodyAnswered)
{
    auto const gone = [] {
        KeyServer server;
        return plain(server);
    }();
    EXPECT_FALSE(signet::fetch(gone, {}).error().empty());
}

TEST(Fetch, GivesUpWhenItIsStopped)
{
    KeyServer        server;  // told nothing: it never answers
    std::stop_source stop;
    std::thread      stopper{[&] {
        (void)server.request(0);
        stop.request_stop();
    }};

    auto const answer = signet::fetch(plain(server), stop.get_token());
    stopper.join();
    ASSERT_FALSE(answer);
    EXPECT_NE(answer.error(), "no answer in time");
}

}  // namespace
