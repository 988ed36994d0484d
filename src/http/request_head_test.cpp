#include "http/request_head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace signet::http {
namespace {

using namespace std::string_literals;

std::expected<std::optional<std::size_t>, Refusal> scan(std::string_view text, Limits const& limits = {})
{
    return RequestHead{limits}.scan(text);
}

TEST(RequestHead, FindsItsEndWhereverTheBytesAreCut)
{
    auto const   head = "GET / HTTP/1.1\r\nHost: x\r\nX-Tab: a\tb\r\n\r\n"s;
    auto const   text = head + "more";
    Limits const limits;
    RequestHead  slow{limits};
    for (std::size_t size = 0; size < head.size(); ++size) {
        auto const end = slow.scan(text.substr(0, size));
        ASSERT_TRUE(end.has_value());
        EXPECT_EQ(*end, std::nullopt) << size;
    }
    EXPECT_EQ(slow.scan(text).value(), head.size());
    EXPECT_EQ(scan(text).value(), head.size());
    slow.reset();
    EXPECT_EQ(slow.scan(text).value(), head.size());
}

// CHECKS E1
TEST(RequestHead, RefusesBytesThatParsersDisagreeAbout)
{
    for (auto const& text :
         {"\n"s, "\r\n"s, "GET / HTTP/1.1\n"s, "GET /\r HTTP/1.1\r\n"s, "GET / HTTP/1.1\r\r\n"s,
          "GET /\0 HTTP/1.1\r\n"s, "GET / HTTP/1.1\r\n\n"s, "GET / HTTP/1.1\r\n\rX\r\n"s,
          "GET / HTTP/1.1\r\nA: \x01\r\n"s, "GET / HTTP/1.1\r\nA: \x7f\r\n"s, "GET / HTTP/1.1\r\n A: b\r\n"s,
          "GET / HTTP/1.1\r\nA: b\r\n\tc\r\n"s, "GET / HTTP/1.1\r\nA: b\n"s}) {
        auto const end = scan(text);
        ASSERT_FALSE(end.has_value()) << text;
        EXPECT_EQ(end.error(), kBadRequest) << text;
    }
}

// CHECKS E4: to the byte, and before the line has ended.
TEST(RequestHead, HoldsItsLimits)
{
    Limits limits;
    limits.request_line = 20;
    limits.header_bytes = 20;
    limits.header_count = 2;
    EXPECT_EQ(scan("GET /234 HTTP/1.1\r\n"s, limits).value(), std::nullopt);
    EXPECT_EQ(scan("GET /2345 HTTP/1.1\r\n"s, limits).value(), std::nullopt);
    EXPECT_EQ(scan("GET /23456 HTTP/1.1\r\n"s, limits).error(), kUriTooLong);
    EXPECT_EQ(scan(std::string(20, 'a'), limits).value(), std::nullopt);
    EXPECT_EQ(scan(std::string(21, 'a'), limits).error(), kUriTooLong);

    auto const line = "GET / HTTP/1.1\r\n"s;
    EXPECT_EQ(scan(line + "A: 345678901234567\r\n", limits).value(), std::nullopt);
    EXPECT_EQ(scan(line + "A: 3456789012345678\r\n", limits).error(), kHeaderTooLarge);
    EXPECT_EQ(scan(line + std::string(21, 'a'), limits).error(), kHeaderTooLarge);
    EXPECT_TRUE(scan(line + "A:\r\nB:\r\n\r\n", limits).value().has_value());
    EXPECT_EQ(scan(line + "A:\r\nB:\r\nC:\r\n", limits).error(), kHeaderTooLarge);
}

TEST(RequestHead, FindsAForbiddenByteWhereverItStands)
{
    for (std::size_t size = 1; size <= 19; ++size)
        for (std::size_t at = 0; at < size; ++at)
            for (int byte = 0; byte < 256; ++byte) {
                std::string line(size, '~');
                line[at]         = static_cast<char>(byte);
                bool const clean = byte == '\t' || (byte >= 0x20 && byte != 0x7F);
                ASSERT_EQ(is_clean_line(line), clean) << size << " " << at << " " << byte;
            }
}

TEST(RequestHead, RefusesALongLineAlikeInOnePieceAndInTwo)
{
    Limits limits;
    limits.request_line    = 20;
    std::string const text = "GET /" + std::string(30, 'a') + "\n";
    RequestHead       whole{limits};
    RequestHead       parts{limits};
    EXPECT_EQ(whole.scan(text).error(), kUriTooLong);
    EXPECT_EQ(parts.scan(text.substr(0, 25)).error(), kUriTooLong);
}

TEST(RequestHead, KnowsACleanTarget)
{
    for (auto const* text : {"/", "/a-b_c.d~e", "/a%20b%2F?c=d&e=(f)", "*", "http://[::1]:80/x;y@z!"})
        EXPECT_TRUE(is_clean_target(text)) << text;
    for (auto const* text : {"",   "/ ", "/\t",   "/#",        "/<",    "/>", "/\"", "/\\",  "/^",   "/`",    "/{",
                             "/|", "/}", "/\x80", "/\xC3\xA9", "/\x7f", "/%", "/%2", "/%zz", "/%2z", "/a%%20"})
        EXPECT_FALSE(is_clean_target(text)) << text;
}

TEST(RequestHead, KnowsACleanAuthority)
{
    for (auto const* text :
         {"localhost", "localhost:8443", "a.b-c.example", "127.0.0.1:1", "[::1]", "[::1]:8443", "x:"})
        EXPECT_TRUE(is_clean_authority(text)) << text;
    for (auto const* text : {"", ":80", "a b", "a,b", "a/b", "a@b", "a:b", "a:123456", "a:80:80", "[::1", "::1", "[]",
                             "[::1]x", "[::1]80", "[x]", "a?b", "a;b", "a\tb"})
        EXPECT_FALSE(is_clean_authority(text)) << text;
}

}  // namespace
}  // namespace signet::http
