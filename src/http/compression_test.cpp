#include "http/compression.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace signet::http {
namespace {

class Compression : public ::testing::TestWithParam<Wrapper> {};

std::string lines(std::size_t count)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += std::to_string(i * i) + " session\n";
    return text;
}

TEST_P(Compression, GivesBackWhatItWasGiven)
{
    for (std::size_t const count : {0, 1, 100, 10'000, 300'000}) {
        auto const text   = lines(count);
        auto const packed = compress(text, GetParam());
        EXPECT_EQ(decompress(packed, GetParam()), text);
        EXPECT_LE(packed.size(), text.size() / 2 + 30);
    }
}

TEST_P(Compression, RefusesWhatItDidNotMake)
{
    auto const packed = compress(lines(1000), GetParam());
    auto       broken = packed;
    broken[broken.size() / 2] ^= 1;
    for (auto const& bytes : {std::string{}, std::string{"plain"}, packed.substr(0, packed.size() - 1), broken})
        EXPECT_THROW(static_cast<void>(decompress(bytes, GetParam())), std::runtime_error);
}

TEST_P(Compression, GivesNoMoreThanItMay)
{
    auto const text   = lines(100'000);
    auto const packed = compress(text, GetParam());
    EXPECT_EQ(decompress(packed, GetParam(), text.size()), text);
    for (std::size_t const most : {text.size() - 1, std::size_t{1}, std::size_t{0}})
        EXPECT_THROW(static_cast<void>(decompress(packed, GetParam(), most)), std::runtime_error) << most;
    EXPECT_EQ(decompress(compress("", GetParam()), GetParam(), 0), "");
}

TEST(CompressionWrapper, IsGzipOrZlib)
{
    EXPECT_TRUE(compress("x", Wrapper::gzip).starts_with("\x1f\x8b"));
    EXPECT_TRUE(compress("x", Wrapper::zlib).starts_with("\x78"));
}

INSTANTIATE_TEST_SUITE_P(Both, Compression, ::testing::Values(Wrapper::gzip, Wrapper::zlib));

}  // namespace
}  // namespace signet::http
