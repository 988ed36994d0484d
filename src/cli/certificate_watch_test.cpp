#include "cli/certificate_watch.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

#include "cli/self_signed_certificate.hpp"
#include "cli/testing/temporary_folder.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{std::chrono::sys_days{std::chrono::year{2027} / 1 / 15}};

class Watch : public ::testing::Test {
protected:
    void put(TimePoint made)
    {
        auto const pair = make_self_signed_certificate("localhost", made);
        folder_.write("cert.pem", pair.certificate);
        folder_.write("key.pem", pair.private_key);
    }
    std::string file(char const* name) { return (folder_.path() / name).string(); }

    testing::TemporaryFolder folder_;
    int                      reloads_ = 0;
    bool                     refuses_ = false;
};

TEST_F(Watch, ReadsThePairWhenAFileIsAnotherAndOnlyThen)
{
    put(kNow);
    CertificateWatch watch{{file("cert.pem"), file("key.pem")}, [this] {
                               ++reloads_;
                               if (refuses_) throw std::runtime_error("half a pair");
                           }};
    EXPECT_EQ(watch.not_after(), kNow - 1h + 397 * 24h);
    EXPECT_TRUE(watch.follow());
    EXPECT_EQ(reloads_, 0);

    put(kNow + 24h);
    EXPECT_TRUE(watch.follow());
    EXPECT_TRUE(watch.follow());
    EXPECT_EQ(reloads_, 1);
    EXPECT_EQ(watch.not_after(), kNow + 23h + 397 * 24h);

    // Replaced by a file of the same size, and the same time.
    auto const time = std::filesystem::last_write_time(file("cert.pem"));
    std::filesystem::copy_file(file("cert.pem"), file("new.pem"));
    std::filesystem::last_write_time(file("new.pem"), time);
    std::filesystem::rename(file("new.pem"), file("cert.pem"));
    EXPECT_TRUE(watch.follow());
    EXPECT_EQ(reloads_, 2);
}

TEST_F(Watch, KeepsTheOldPairAndTriesAgainWhileTheNewOneIsHalfWritten)
{
    put(kNow);
    CertificateWatch watch{{file("cert.pem"), file("key.pem")}, [this] {
                               ++reloads_;
                               if (refuses_) throw std::runtime_error("half a pair");
                           }};
    auto const       end = watch.not_after();
    refuses_             = true;
    put(kNow + 24h);
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(watch.follow());
    EXPECT_EQ(reloads_, 3);
    EXPECT_EQ(watch.not_after(), end);
    refuses_ = false;
    EXPECT_TRUE(watch.follow());
    EXPECT_TRUE(watch.follow());
    EXPECT_EQ(reloads_, 4);
    EXPECT_NE(watch.not_after(), end);
    EXPECT_TRUE(watch.reload());
    EXPECT_EQ(reloads_, 5);
}

}  // namespace
}  // namespace signet::cli
