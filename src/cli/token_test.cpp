#include "cli/token.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "cli/terminal_text.hpp"
#include "jose/base64url.hpp"

namespace signet::cli {
namespace {

std::string shown(std::string_view claims, bool json = false)
{
    using jose::base64url::encode;
    using namespace std::string_view_literals;
    testing::internal::CaptureStdout();
    EXPECT_EQ(decode_token({.token = encode(R"({"alg":"none"})"sv) + "." + encode(claims) + ".c2ln", .json = json}),
              kDone);
    return testing::internal::GetCapturedStdout();
}

TEST(DecodeToken, ShowsAClaimInALine)
{
    auto const text = shown(R"({"exp":1800000000,"https://example.com/roles":["a"],"name":"Ann Ü"})");
    EXPECT_TRUE(text.contains("\n  exp          1800000000   (2027-01-15 08:00:00 UTC)\n")) << text;
    EXPECT_TRUE(text.contains("\n  https://example.com/roles [\"a\"]\n")) << text;
    EXPECT_TRUE(text.contains("\n  name         \"Ann Ü\"\n")) << text;
}

// Who writes a token chooses its names and values.
TEST(DecodeToken, ShowsNothingThatATerminalObeys)
{
    std::string const hostile =
        "{\"\\u001b[2J\\u001b[1;1HVerified\":\"yes\",\"x\\nVerified: yes\":1,\"\":2,\"exp  1\":3,"
        "\"a\":\"\\u001b]0;x\\u0007\x7F\xC2\x9B\x32J\xE2\x80\xAE\",\"\xC2\x9B\":{\"\xC2\x9B\":\"\\r\"}}";
    for (bool const json : {false, true}) {
        auto const text = shown(hostile, json);
        EXPECT_EQ(text, text.substr(0, text.size() - 1).append("\n"));
        EXPECT_TRUE(std::ranges::none_of(text, [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == 0x7F; }));
        EXPECT_FALSE(text.contains("\xC2\x9B")) << text;
        EXPECT_FALSE(text.contains("\xE2\x80\xAE")) << text;
        EXPECT_FALSE(text.contains("\nVerified")) << text;
        EXPECT_FALSE(text.contains("\n  exp  1")) << text;
    }
}

TEST(TerminalText, KeepsWhatIsHarmless)
{
    EXPECT_EQ(for_terminal("Ann \xC3\x9C \xF0\x9F\x98\x80 {\"a\":[1]}"), "Ann \xC3\x9C \xF0\x9F\x98\x80 {\"a\":[1]}");
    EXPECT_EQ(for_terminal("\n\x1B\x7F\xC2\x80\xE2\x80\xA8\xE2\x81\xA6"), "\\u000a\\u001b\\u007f\\u0080\\u2028\\u2066");
    EXPECT_EQ(for_terminal("\xFF"), "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace signet::cli
