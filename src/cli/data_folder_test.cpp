#include "cli/data_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/temporary_folder.hpp"

namespace signet::cli {
namespace {

namespace fs = std::filesystem;
using fs::perms;
using ::testing::HasSubstr;
using testing::mode_of;
using testing::TemporaryFolder;

class DataFolderTest : public ::testing::Test {
protected:
    fs::path    data() const { return place_.path() / "data"; }
    std::string trouble(KeySources const& sources = {})
    {
        auto const folder = DataFolder::open(data());
        if (!folder) return folder.error();
        auto const key = folder->master_key(sources, random_);
        return key ? "" : key.error();
    }
    // As after a first start.
    void begin()
    {
        ASSERT_EQ(trouble(), "");
        std::ofstream(data() / "signet.db") << "a database";
    }

    TemporaryFolder place_;
    SystemRandom    random_;
};

TEST_F(DataFolderTest, IsMadeForItsOwnerAlone)
{
    auto const folder = DataFolder::open(data());
    ASSERT_TRUE(folder) << folder.error();
    EXPECT_EQ(mode_of(data()), perms::owner_all);
    EXPECT_TRUE(folder->is_fresh());
}

TEST_F(DataFolderTest, ClosesAnEmptyFolderToOthers)
{
    fs::create_directory(data());
    fs::permissions(data(), perms{0755});
    ASSERT_TRUE(DataFolder::open(data()));
    EXPECT_EQ(mode_of(data()), perms::owner_all);
}

TEST_F(DataFolderTest, ClosesItsOwnFolderToOthersAgain)
{
    begin();
    fs::permissions(data(), perms{0777});
    ASSERT_TRUE(DataFolder::open(data()));
    EXPECT_EQ(mode_of(data()), perms::owner_all);
}

TEST_F(DataFolderTest, RefusesAFolderOfOthersThatTheyMayWriteTo)
{
    fs::create_directory(data());
    std::ofstream(data() / "something") << "else";
    fs::permissions(data(), perms{0777});
    auto const folder = DataFolder::open(data());
    ASSERT_FALSE(folder);
    EXPECT_THAT(folder.error(), HasSubstr("Other users may write"));
    EXPECT_EQ(mode_of(data()), perms::all);  // not ours to change
}

TEST_F(DataFolderTest, RefusesAFileInItsPlace)
{
    std::ofstream(data()) << "a file";
    EXPECT_THAT(trouble(), HasSubstr("is not a folder"));
}

// DESIGN 8
TEST_F(DataFolderTest, MakesTheMasterKeyAtTheFirstStart)
{
    ASSERT_EQ(trouble(), "");
    EXPECT_EQ(mode_of(data() / "master.key"), perms::owner_read | perms::owner_write);
    EXPECT_EQ(read_text(data() / "master.key").size(), 65U);
}

TEST_F(DataFolderTest, KeepsTheMasterKeyItHas)
{
    begin();
    auto const before = read_text(data() / "master.key");
    ASSERT_EQ(trouble(), "");
    EXPECT_EQ(read_text(data() / "master.key"), before);
}

TEST_F(DataFolderTest, MakesTheMasterKeyWhereItIsConfigured)
{
    auto const elsewhere = (place_.path() / "elsewhere.key").string();
    ASSERT_EQ(trouble({.configured = elsewhere, .credentials = {}}), "");
    EXPECT_TRUE(fs::exists(elsewhere));
    EXPECT_FALSE(fs::exists(data() / "master.key"));
}

// CHECKS E28
TEST_F(DataFolderTest, NeverMakesANewMasterKeyForADatabaseThatLostItsOwn)
{
    begin();
    fs::remove(data() / "master.key");
    EXPECT_THAT(trouble(), HasSubstr("Put the key back"));
    EXPECT_FALSE(fs::exists(data() / "master.key"));
}

TEST_F(DataFolderTest, NeverMakesAConfiguredMasterKeyForADatabaseThatHasAnother)
{
    begin();
    auto const elsewhere = (place_.path() / "elsewhere.key").string();
    EXPECT_THAT(trouble({.configured = elsewhere, .credentials = {}}), HasSubstr("Put the key back"));
    EXPECT_FALSE(fs::exists(elsewhere));
}

TEST_F(DataFolderTest, RefusesAMasterKeyThatOthersCanRead)
{
    begin();
    for (auto const mode : {0640, 0604, 0644, 0620}) {
        fs::permissions(data() / "master.key", static_cast<perms>(mode));
        EXPECT_THAT(trouble(), HasSubstr("chmod 600")) << mode;
    }
}

TEST_F(DataFolderTest, RefusesAFileThatHoldsNoMasterKey)
{
    begin();
    for (auto const* content : {"", "secret\n", "zzzzzzzz"}) {
        std::ofstream(data() / "master.key") << content;
        EXPECT_THAT(trouble(), HasSubstr("does not hold a master key")) << content;
    }
}

TEST_F(DataFolderTest, TakesTheMasterKeyFromSystemd)
{
    auto const credentials = place_.path() / "credentials";
    fs::create_directory(credentials);
    std::ofstream(credentials / "master.key") << core::MasterKey::generate_file_content(random_).reveal();
    fs::permissions(credentials / "master.key", perms{0440});
    EXPECT_EQ(trouble({.configured = {}, .credentials = credentials}), "");
    EXPECT_FALSE(fs::exists(data() / "master.key"));
}

// The file that is configured may be for root alone, and handed to the service by systemd.
TEST_F(DataFolderTest, TakesTheMasterKeyFromSystemdEvenIfOneIsConfigured)
{
    auto const credentials = place_.path() / "credentials";
    fs::create_directory(credentials);
    std::ofstream(credentials / "master.key") << core::MasterKey::generate_file_content(random_).reveal();
    auto const elsewhere = place_.write("elsewhere.key", "no key at all");
    fs::permissions(elsewhere, perms::none);
    EXPECT_EQ(trouble({.configured = elsewhere, .credentials = credentials}), "");
}

TEST_F(DataFolderTest, UsesItsOwnMasterKeyWhenSystemdGivesOtherCredentials)
{
    EXPECT_EQ(trouble({.configured = {}, .credentials = place_.path()}), "");
    EXPECT_TRUE(fs::exists(data() / "master.key"));
}

TEST_F(DataFolderTest, CreatesAPrivateFileOnlyOnce)
{
    auto const path  = place_.path() / "file";
    auto const first = create_private_file(path, "one");
    ASSERT_TRUE(first) << first.error();
    EXPECT_TRUE(*first);
    auto const second = create_private_file(path, "two");
    ASSERT_TRUE(second) << second.error();
    EXPECT_FALSE(*second);
    EXPECT_EQ(read_text(path), "one");
    EXPECT_EQ(mode_of(path), perms::owner_read | perms::owner_write);
    EXPECT_EQ(std::distance(fs::directory_iterator(place_.path()), {}), 1);  // nothing unfinished is left
}

TEST_F(DataFolderTest, SaysWhyAPrivateFileCannotBeWritten)
{
    auto const made = create_private_file(place_.path() / "absent" / "file", "text");
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error(), HasSubstr("No such file"));
}

}  // namespace
}  // namespace signet::cli
