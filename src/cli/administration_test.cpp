#include "cli/administration.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "cli/testing/temporary_folder.hpp"

namespace signet::cli {
namespace {

using testing::TemporaryFolder;

TEST(Administration, TakesTheDefaultsOnlyWhereThereIsNoSystemFile)
{
    TemporaryFolder const folder;
    auto const            file = (folder.path() / "signet.toml").string();
    EXPECT_EQ(find_config_file("", false, file), std::nullopt);
    EXPECT_EQ(find_config_file("other.toml", false, file), "other.toml");

    // There, but out of reach: as /etc/signet is for a user who may not enter it.
    std::filesystem::create_symlink("signet.toml", file);
    EXPECT_EQ(find_config_file("", false, file), file);
    EXPECT_EQ(find_config_file("", true, file), std::nullopt);
    auto const loaded = load_config({.file = file, .environment = {}, .flags = {}});
    ASSERT_FALSE(loaded);
    EXPECT_NE(loaded.error().front().find("cannot be read"), std::string::npos);
}

TEST(Administration, RefusesAFolderAsConfiguration)
{
    TemporaryFolder const folder;
    auto const            loaded = load_config({.file = folder.path().string(), .environment = {}, .flags = {}});
    ASSERT_FALSE(loaded);
    EXPECT_NE(loaded.error().front().find("is a folder"), std::string::npos);
}

}  // namespace
}  // namespace signet::cli
