#include "cli/tar.hpp"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kNow = from_unix_milliseconds(1'800'000'000'000);

TEST(Tar, ReadsTheHeadersItWrites)
{
    for (std::uint64_t const size : {0UL, 1UL, 511UL, 512UL, (1UL << 33) - 1, 1UL << 33, 1UL << 45}) {
        auto const block = tar_header({"signet.db", size}, kNow);
        ASSERT_EQ(block.size(), kTarBlock);
        auto const entry = parse_tar_header(block);
        ASSERT_TRUE(entry) << size;
        EXPECT_EQ(entry->name, "signet.db");
        EXPECT_EQ(entry->size, size);
        EXPECT_EQ((size + tar_padding(size).size()) % kTarBlock, 0U);
        EXPECT_LT(tar_padding(size).size(), kTarBlock);
    }
}

TEST(Tar, RefusesAnyChangedByte)
{
    auto const block = tar_header({"signet.db", 1234}, kNow);
    for (std::size_t i = 0; i < block.size(); ++i) {
        auto changed = block;
        changed[i]   = static_cast<char>(changed[i] ^ 1);
        // The space after the checksum is all that nobody reads.
        EXPECT_EQ(parse_tar_header(changed).has_value(), i == 155) << i;
    }
    EXPECT_FALSE(parse_tar_header(tar_end().substr(kTarBlock)));
    EXPECT_FALSE(parse_tar_header(block.substr(1)));
}

}  // namespace
}  // namespace signet::cli
