#include "cli/dev_setup.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/temporary_folder.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;
using std::filesystem::perms;

constexpr TimePoint kNow{std::chrono::sys_days{std::chrono::year{2027} / 1 / 15}};

class DevSetupTest : public ::testing::Test {
protected:
    std::string certificate_after(TimePoint now, std::string const& host = "localhost")
    {
        auto const provided = provide_certificate(folder_, host, now);
        EXPECT_TRUE(provided) << provided.error();
        return read_text(folder_.certificate());
    }

    testing::TemporaryFolder place_;
    DataFolder               folder_ = DataFolder::open(place_.path() / "data").value();
};

TEST_F(DevSetupTest, KeepsACertificateThatIsGood)
{
    auto const first = certificate_after(kNow);
    EXPECT_NE(first, "");
    EXPECT_EQ(certificate_after(kNow + 100 * 24h), first);
    EXPECT_EQ(testing::mode_of(folder_.private_key()), perms::owner_read | perms::owner_write);
}

TEST_F(DevSetupTest, RenewsACertificateThatEnds)
{
    auto const first = certificate_after(kNow);
    EXPECT_NE(certificate_after(kNow + 396 * 24h), first);
}

TEST_F(DevSetupTest, RenewsACertificateForAnotherHost)
{
    auto const first = certificate_after(kNow);
    EXPECT_NE(certificate_after(kNow, "signet.test"), first);
}

TEST_F(DevSetupTest, RenewsACertificateThatLostItsKey)
{
    auto const first = certificate_after(kNow);
    std::filesystem::remove(folder_.private_key());
    EXPECT_NE(certificate_after(kNow), first);
    EXPECT_TRUE(std::filesystem::exists(folder_.private_key()));
}

TEST_F(DevSetupTest, KeepsTheFirstUserForItsOwnerAlone)
{
    ASSERT_TRUE(keep_first_user(folder_, {.email = "demo@example.com", .password = "one"}));
    ASSERT_TRUE(keep_first_user(folder_, {.email = "demo@example.com", .password = "two"}));
    auto const file = folder_.path() / "demo-user.txt";
    EXPECT_EQ(read_text(file), "User      demo@example.com\nPassword  two\n");
    EXPECT_EQ(testing::mode_of(file), perms::owner_read | perms::owner_write);
}

}  // namespace
}  // namespace signet::cli
