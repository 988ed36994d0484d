#include "jose/base64url.hpp"

#include <gtest/gtest.h>

namespace jose::base64url {
namespace {

TEST(Base64url, WritesTheExamplesOfTheStandard)
{
    // RFC 4648 10, without padding; RFC 7515 C.
    EXPECT_EQ(encode(std::string_view{""}), "");
    EXPECT_EQ(encode(std::string_view{"f"}), "Zg");
    EXPECT_EQ(encode(std::string_view{"fo"}), "Zm8");
    EXPECT_EQ(encode(std::string_view{"foo"}), "Zm9v");
    EXPECT_EQ(encode(std::string_view{"foob"}), "Zm9vYg");
    EXPECT_EQ(encode(std::string_view{"\x03\xec\xff\xe0\xc1", 5}), "A-z_4ME");
}

TEST(Base64url, ReadsBackEveryLengthAndByte)
{
    std::string bytes;
    for (int i = 0; i < 600; ++i) {
        EXPECT_EQ(decode(encode(bytes)), bytes);
        bytes += static_cast<char>(i * 7);
    }
}

// CHECKS A2
TEST(Base64url, RefusesEveryByteOutsideTheAlphabet)
{
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int byte = 0; byte < 256; ++byte) {
        auto const c       = static_cast<char>(byte);
        bool const belongs = kAlphabet.find(c) != kAlphabet.npos;
        for (std::size_t at = 0; at < 4; ++at) {
            std::string text = "AAAA";
            text[at]         = c;
            EXPECT_EQ(decode(text).has_value(), belongs) << byte << " at " << at;
            EXPECT_EQ(decode("AAAA" + text + "AAAA").has_value(), belongs) << byte << " at " << at;
        }
        EXPECT_FALSE(decode(std::string{"A"} + c) && !belongs) << byte;
        EXPECT_FALSE(decode(std::string{"AA"} + c) && !belongs) << byte;
    }
}

TEST(Base64url, RefusesPaddingAndWhiteSpace)
{
    for (auto const* text :
         {"Zg==", "Zm8=", "Zg=", "=", "Zm9v=", "Zm9v\n", " Zm9v", "Zm9v ", "Zm\n9v", "Zm9v\r\n", "Zm+v", "Zm/v"})
        EXPECT_FALSE(decode(text)) << text;
}

// CHECKS A3: two texts never decode to the same bytes.
TEST(Base64url, RefusesUnusedBitsThatAreSet)
{
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int                        two       = 0;
    int                        three     = 0;
    for (char const last : kAlphabet) {
        two += decode(std::string{"Z"} + last).has_value();
        three += decode(std::string{"Zm"} + last).has_value();
    }
    EXPECT_EQ(two, 4);
    EXPECT_EQ(three, 16);
    EXPECT_FALSE(decode("Zh"));
    EXPECT_FALSE(decode("Zm9"));
}

TEST(Base64url, RefusesALengthOfOneModuloFour)
{
    for (auto const* text : {"A", "AAAAA", "AAAAAAAAA"}) EXPECT_FALSE(decode(text)) << text;
}

// Long texts are decoded sixteen characters at a time: the same rules hold at every place of them.
TEST(Base64url, KnowsNoPlaceWhereAWrongCharacterPasses)
{
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t size = 0; size < 130; ++size) {
        std::string bytes;
        for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(size * 31 + i * 197);
        auto text = encode(bytes);
        ASSERT_EQ(decode(text), bytes) << size;
        for (auto& letter : text) {
            auto const good = letter;
            for (int wrong = 0; wrong < 256; ++wrong) {
                letter = static_cast<char>(wrong);
                if (kAlphabet.find(letter) == kAlphabet.npos) {
                    ASSERT_EQ(decode(text), std::nullopt) << size << ' ' << wrong;
                } else if (auto const other = decode(text)) {
                    ASSERT_EQ(encode(*other), text);
                }
            }
            letter = good;
        }
    }
}

}  // namespace
}  // namespace jose::base64url
