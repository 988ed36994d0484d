#include "cli/logo.hpp"

#include <gtest/gtest.h>

#include "cli/testing/temporary_folder.hpp"

namespace signet::cli {
namespace {

using namespace std::string_literals;

constexpr std::size_t kLargest = 262'144;

std::string type_or_fault(std::string const& path)
{
    auto const logo = read_logo(path);
    return logo ? logo->content_type : logo.error();
}

TEST(Logo, IsKnownByItsFirstBytes)
{
    testing::TemporaryFolder folder;
    EXPECT_EQ(type_or_fault(folder.write("a.jpg", "\x89PNG\r\n\x1a\n and the rest"s)), "image/png");
    EXPECT_EQ(type_or_fault(folder.write("b.png", "\xff\xd8\xff\xe0 and the rest"s)), "image/jpeg");
    EXPECT_EQ(type_or_fault(folder.write("c", "RIFF\x24\0\0\0WEBPVP8 "s)), "image/webp");
    EXPECT_EQ(read_logo(folder.write("d", "\xff\xd8\xff\0\r\n\0"s))->bytes, "\xff\xd8\xff\0\r\n\0"s);
}

// CHECKS D10
TEST(Logo, IsNoDocumentThatCouldHoldAScript)
{
    testing::TemporaryFolder folder;
    for (auto const& text : {"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"s, "<!doctype html>"s, "GIF89a"s,
                             "RIFF\x24\0\0\0WAVE"s, "\x89PNG"s, " \x89PNG\r\n\x1a\n"s, ""s})
        EXPECT_EQ(type_or_fault(folder.write("logo.png", text)), "is not a PNG, JPEG, or WebP picture") << text;
}

TEST(Logo, IsAFileOfAtMost256KiB)
{
    testing::TemporaryFolder folder;
    auto const               png = "\x89PNG\r\n\x1a\n"s;
    EXPECT_EQ(type_or_fault(folder.write("a", png + std::string(kLargest - png.size(), 'x'))), "image/png");
    EXPECT_EQ(type_or_fault(folder.write("a", png + std::string(kLargest, 'x'))), "is larger than 256 KiB");
    EXPECT_EQ(type_or_fault(folder.path().string()), "is not a file that can be read");
    EXPECT_EQ(type_or_fault((folder.path() / "none").string()), "is not a file that can be read");
}

}  // namespace
}  // namespace signet::cli
