#include "http/request_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace signet::http {
namespace {

using State = RequestReader::State;

State feed(RequestReader& reader, std::string_view text)
{
    while (!text.empty()) {
        auto const room  = reader.room();
        auto const piece = text.substr(0, room.size());
        std::ranges::copy(piece, room.begin());
        reader.received(piece.size());
        text.remove_prefix(piece.size());
        reader.advance();
    }
    return reader.state();
}

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\nX-One: 1\r\n\r\n";

TEST(RequestReader, IsIdleUntilTheFirstByteAndAfterTheLast)
{
    Limits const  limits;
    RequestReader reader{limits};
    EXPECT_TRUE(reader.idle());
    EXPECT_EQ(feed(reader, "G"), State::head);
    EXPECT_FALSE(reader.idle());
    EXPECT_EQ(feed(reader, kGet.substr(1)), State::complete);
    reader.next();
    EXPECT_TRUE(reader.idle());
}

TEST(RequestReader, KeepsThePipelinedBytesForTheNext)
{
    Limits const  limits;
    RequestReader reader{limits};
    EXPECT_EQ(
        feed(reader, "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nokGET /c HTTP/1.1\r\nHost: x\r\n\r\n"),
        State::complete);
    EXPECT_EQ(reader.request()->body, "ok");
    reader.next();
    EXPECT_EQ(reader.advance(), State::complete);
    EXPECT_EQ(reader.request()->path, "/c");
    EXPECT_EQ(reader.request()->body, "");
}

TEST(RequestReader, UsesTheMemoryOfARequestAgainOnlyWhenNobodyHoldsIt)
{
    Limits const  limits;
    RequestReader reader{limits};
    feed(reader, kGet);
    auto const* const first = reader.request().get();
    reader.next();
    feed(reader, "GET /longer HTTP/1.1\r\nHost: y\r\n\r\n");
    EXPECT_EQ(reader.request().get(), first);
    EXPECT_EQ(reader.request()->path, "/longer");
    EXPECT_EQ(reader.request()->headers.size(), 1U);

    auto const held = reader.request();
    reader.next();
    feed(reader, kGet);
    EXPECT_NE(reader.request(), held);
    EXPECT_EQ(held->path, "/longer");
    EXPECT_EQ(reader.request()->headers.size(), 2U);
}

TEST(RequestReader, ForgetsTheQueryAndBodyOfTheLastRequest)
{
    Limits const  limits;
    RequestReader reader{limits};
    feed(reader, "POST /a?secret HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nsecret");
    reader.next();
    feed(reader, kGet);
    EXPECT_EQ(reader.request()->query, "");
    EXPECT_EQ(reader.request()->body, "");
    EXPECT_EQ(reader.request()->method, Method::get);
}

TEST(RequestReader, GivesBackTheMemoryOfALargeRequest)
{
    std::string many = "GET /a HTTP/1.1\r\nHost: x\r\n";
    for (int i = 0; i < 60; ++i) many += "X: y\r\n";
    std::string const large_body =
        "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + std::string(60'000, 'x');
    std::string const long_value = "GET /a HTTP/1.1\r\nHost: x\r\nX: " + std::string(12'000, 'x') + "\r\n\r\n";
    for (auto const& large : {large_body, many + "\r\n", long_value}) {
        Limits const  limits;
        RequestReader reader{limits};
        EXPECT_EQ(feed(reader, large), State::complete);
        reader.next();
        EXPECT_EQ(feed(reader, kGet), State::complete);
        auto const& request = *reader.request();
        EXPECT_LE(request.body.capacity(), 4096U);
        EXPECT_LE(request.headers.capacity(), 32U);
        for (auto const& header : request.headers) EXPECT_LE(header.value.capacity(), 4096U);
    }
}

// CHECKS E4
TEST(RequestReader, RefusesByTheAnnouncedLengthBeforeAnyBodyComes)
{
    Limits limits;
    limits.body_bytes = 10;
    RequestReader reader{limits};
    EXPECT_EQ(feed(reader, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n"), State::refused);
    EXPECT_EQ(reader.refusal(), kPayloadTooLarge);
    EXPECT_FALSE(reader.keep_alive());

    RequestReader fits{limits};
    EXPECT_EQ(feed(fits, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789"), State::complete);
}

TEST(RequestReader, TakesNoBodyForAHeadRequest)
{
    Limits const  limits;
    RequestReader reader{limits};
    feed(reader, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcHEAD / HTTP/1.1\r\n");
    EXPECT_EQ(reader.refusal(), kBadRequest);
    EXPECT_FALSE(reader.head_only());

    RequestReader asked{limits};
    feed(asked, "HEAD / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n");
    EXPECT_EQ(asked.refusal(), kBadRequest);
    EXPECT_TRUE(asked.head_only());
}

TEST(RequestReader, StaysRefused)
{
    Limits const  limits;
    RequestReader reader{limits};
    EXPECT_EQ(feed(reader, "nonsense\r\n\r\n"), State::refused);
    EXPECT_EQ(feed(reader, kGet), State::refused);
    EXPECT_EQ(reader.refusal(), kBadRequest);
}

TEST(RequestReader, KnowsWhoWantsToStay)
{
    Limits const limits;
    for (auto const& [text, stays] : std::vector<std::pair<std::string, bool>>{
             {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", true},
             {"GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n", true},
             {"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false},
             {"GET / HTTP/1.1\r\nHost: x\r\nConnection: x, CLOSE\r\n\r\n", false},
             {"GET / HTTP/1.0\r\n\r\n", false},
             {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", false}}) {
        RequestReader reader{limits};
        EXPECT_EQ(feed(reader, text), State::complete) << text;
        EXPECT_EQ(reader.keep_alive(), stays) << text;
    }
}

TEST(RequestReader, SaysOnceThatABodyWaitsToBeAskedFor)
{
    Limits const  limits;
    RequestReader reader{limits};
    feed(reader, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-Continue\r\n\r\n");
    EXPECT_TRUE(reader.consume_expectation());
    EXPECT_FALSE(reader.consume_expectation());

    RequestReader eager{limits};
    feed(eager, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\no");
    EXPECT_FALSE(eager.consume_expectation());
    RequestReader old{limits};
    feed(old, "POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_FALSE(old.consume_expectation());
}

}  // namespace
}  // namespace signet::http
