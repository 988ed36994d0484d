#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace signet::utf8 {
namespace {

std::u32string all(std::string_view text)
{
    std::u32string out;
    while (!text.empty()) out += take(text);
    return out;
}

TEST(Utf8, TakesCodePointsOfEveryLength)
{
    EXPECT_EQ(all("a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80"), U"a\u00fc\u20ac\U0001F600");
}

TEST(Utf8, GivesAReplacementForEachInvalidByte)
{
    EXPECT_EQ(all("\x80"), U"\uFFFD");
    EXPECT_EQ(all("\xC3"), U"\uFFFD");                                // cut short
    EXPECT_EQ(all("\xC3\x28"), U"\uFFFD(");                           // no continuation
    EXPECT_EQ(all("\xC0\xAF"), U"\uFFFD\uFFFD");                      // overlong
    EXPECT_EQ(all("\xE0\x80\xAF"), U"\uFFFD\uFFFD\uFFFD");            // overlong
    EXPECT_EQ(all("\xED\xA0\x80"), U"\uFFFD\uFFFD\uFFFD");            // a surrogate
    EXPECT_EQ(all("\xF5\x80\x80\x80"), U"\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond U+10FFFF
}

TEST(Utf8, IsValidWhereEveryCodePointIs)
{
    for (auto const* text : {"", "a", "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80", "\xEF\xBF\xBD"})
        EXPECT_TRUE(is_valid(text)) << text;
    for (auto const* text : {"\x80", "a\xC3", "\xC0\xAF", "\xED\xA0\x80", "\xEF\xBF\xBD\xFF"})
        EXPECT_FALSE(is_valid(text)) << text;
}

TEST(Utf8, WritesWhatItTakes)
{
    std::string out;
    for (char32_t const code : {U'a', U'\u00fc', U'\u07ff', U'\u0800', U'\uffff', U'\U00010000', U'\U0010FFFF'}) {
        out.clear();
        append(out, code);
        std::string_view text = out;
        EXPECT_EQ(take(text), code);
        EXPECT_TRUE(text.empty());
    }
}

}  // namespace
}  // namespace signet::utf8
