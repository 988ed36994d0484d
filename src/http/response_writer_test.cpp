#include "http/response_writer.hpp"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

TEST(ResponseWriter, PutsFixedLinesAfterTheHeaders)
{
    ResponseWriter writer;
    Response       response;
    response.set("X-One", "1");
    response.fixed_lines.add("X-Two: 2\r\nX-Three: 3\r\n");
    response.fixed_lines.add("X-Four: 4\r\n");
    ASSERT_TRUE(writer.write(response, {}, ""));
    EXPECT_EQ(writer.unsent(),
              "HTTP/1.1 200 OK\r\nX-One: 1\r\nX-Two: 2\r\nX-Three: 3\r\nX-Four: 4\r\ncontent-length: 0\r\n\r\n");
}

using namespace std::string_literals;

constexpr std::string_view kDate = "date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

// All that is to be sent, taken in pieces of `step` bytes.
std::string drain(ResponseWriter& writer, std::size_t step = 1000)
{
    std::string all;
    while (!writer.unsent().empty()) {
        auto const piece = writer.unsent().substr(0, step);
        all += piece;
        writer.sent(piece.size());
    }
    return all;
}

std::string written(Response response, ResponseWriter::Ending ending = {})
{
    ResponseWriter writer;
    EXPECT_TRUE(writer.write(std::move(response), ending, kDate));
    return drain(writer);
}

Response answer(int status, std::string body)
{
    Response response;
    response.status = status;
    response.body   = std::move(body);
    return response;
}

TEST(ResponseWriter, WritesStatusHeadersAndBody)
{
    auto response = answer(201, "{}");
    response.add("Content-Type", "application/json").add("Set-Cookie", "a=b").add("Set-Cookie", "c=d");
    EXPECT_EQ(written(std::move(response)),
              "HTTP/1.1 201 Created\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: application/json\r\n"
              "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\ncontent-length: 2\r\n\r\n{}");
}

// CHECKS E36
TEST(ResponseWriter, SaysNothingOfWhatItIs)
{
    EXPECT_EQ(written(answer(200, "")).find("erver:"), std::string::npos);
}

TEST(ResponseWriter, KeepsTheLengthButNotTheBodyForAHead)
{
    auto const text = written(answer(200, "12345"), {.head_only = true});
    EXPECT_TRUE(text.contains("content-length: 5\r\n"));
    EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

// RFC 9110 8.6
TEST(ResponseWriter, GivesNoLengthWhereThereCanBeNoBody)
{
    for (int const status : {204, 304}) {
        auto const text = written(answer(status, "forgotten"));
        EXPECT_FALSE(text.contains("content-length")) << status;
        EXPECT_TRUE(text.ends_with("\r\n\r\n")) << status;
    }
}

TEST(ResponseWriter, SaysWhenTheConnectionEnds)
{
    EXPECT_TRUE(written(answer(200, ""), {.close = true}).contains("\r\nconnection: close\r\n"));
    EXPECT_FALSE(written(answer(200, "")).contains("connection"));
}

TEST(ResponseWriter, SendsLargeBodiesWholeInAnyPieces)
{
    static std::string const fixed(50'000, 'f');
    for (std::size_t const step : {1U, 4096U, 1'000'000U}) {
        ResponseWriter writer;
        ASSERT_TRUE(writer.write(answer(200, std::string(40'000, 'b')), {}, kDate));
        EXPECT_TRUE(drain(writer, step).ends_with("\r\n\r\n" + std::string(40'000, 'b')));
        Response response;
        response.static_body = fixed;
        ASSERT_TRUE(writer.write(std::move(response), {}, kDate));
        EXPECT_TRUE(drain(writer, step).ends_with("content-length: 50000\r\n\r\n" + fixed));
    }
}

TEST(ResponseWriter, RefusesAHeaderThatCouldBecomeAnother)
{
    for (auto const& value : {"a\r\nb: c"s, "a\nb"s, "a\r"s, "a\0b"s, "\x1b"s}) {
        ResponseWriter writer;
        EXPECT_FALSE(writer.write(answer(200, "").set("X-One", value), {}, kDate));
        EXPECT_TRUE(writer.unsent().empty());
    }
    for (auto const& header_name :
         {""s, "a b"s, "a:"s, "a\r\nb"s, "Content-Length"s, "DATE"s, "connection"s, "Transfer-Encoding"s}) {
        ResponseWriter writer;
        EXPECT_FALSE(writer.write(answer(200, "").set(header_name, "x"), {}, kDate)) << header_name;
    }
}

TEST(ResponseWriter, NamesEveryStatusThatIsUsed)
{
    EXPECT_EQ(reason_phrase(413), "Content Too Large");
    EXPECT_EQ(reason_phrase(505), "HTTP Version Not Supported");
    EXPECT_EQ(reason_phrase(421), "Misdirected Request");
    EXPECT_EQ(reason_phrase(299), "Status");
}

}  // namespace
}  // namespace signet::http
