#include "cli/doctor.hpp"

#include <gmock/gmock.h>

#include <array>

#include "cli/self_signed_certificate.hpp"
#include "cli/testing/temporary_folder.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr TimePoint     kNow{std::chrono::sys_days{std::chrono::year{2027} / 1 / 15}};
constexpr std::uint64_t kGiB = 1024UL * 1024 * 1024;

TEST(Doctor, SaysWhenTheDiskIsNearlyFull)
{
    EXPECT_EQ(check_disk({50 * kGiB, 100 * kGiB, 100'000}).health, Health::good);
    EXPECT_EQ(check_disk({kGiB / 2, 100 * kGiB, 100'000}).health, Health::warning);
    EXPECT_EQ(check_disk({kGiB / 20, 100 * kGiB, 100'000}).health, Health::problem);
    EXPECT_EQ(check_disk({50 * kGiB, 100 * kGiB, 5}).health, Health::warning);
}

TEST(Doctor, SaysWhenTheClockCannotBeRight)
{
    EXPECT_EQ(check_clock({kNow, true, kNow - 1h}).health, Health::good);
    EXPECT_EQ(check_clock({kNow, false, std::nullopt}).health, Health::warning);
    auto const behind = check_clock({kNow, true, kNow + 1h});
    EXPECT_EQ(behind.health, Health::problem);
    EXPECT_THAT(behind.said, HasSubstr("2027-01-15 01:00"));
}

TEST(Doctor, ComparesTheMemoryOfHashesWithWhatThereIs)
{
    EXPECT_EQ(check_memory(512, 4096).health, Health::good);
    EXPECT_EQ(check_memory(512, 1000).health, Health::warning);
    EXPECT_EQ(check_memory(512, 512).health, Health::problem);
}

TEST(Doctor, ComparesDescriptorsWithConnections)
{
    EXPECT_EQ(check_descriptors(1'048'576, 20'000).health, Health::good);
    auto const few = check_descriptors(1024, 20'000);
    EXPECT_EQ(few.health, Health::warning);
    EXPECT_THAT(few.advice, HasSubstr("20200"));
}

TEST(Doctor, LooksAtSchemaKeyAndRights)
{
    EXPECT_EQ(check_schema(6, 6).health, Health::good);
    EXPECT_EQ(check_schema(5, 6).health, Health::warning);
    EXPECT_EQ(check_schema(7, 6).health, Health::problem);
    EXPECT_EQ(check_key_age("signing key", 29 * 24h, 30 * 24h).health, Health::good);
    EXPECT_EQ(check_key_age("feed key", 32 * 24h, 30 * 24h).health, Health::warning);
    EXPECT_EQ(check_key_age("feed key", 32 * 24h, 30 * 24h).check, "feed key");
    EXPECT_EQ(check_rights("master key", {"k", 0100600, 7, 7}).health, Health::good);
    EXPECT_EQ(check_rights("master key", {"k", 0100640, 7, 7}).health, Health::problem);
    EXPECT_EQ(check_rights("master key", {"k", 0100600, 7, 8}).health, Health::problem);
    EXPECT_EQ(check_rights("master key", {"k", 0100600, 7, 0}).health, Health::good) << "root may read it";
}

TEST(Doctor, NamesTheReceiversThatFail)
{
    core::Receiver good;
    good.failed_at    = kNow;
    good.delivered_at = kNow + 1s;
    core::Receiver const untried;
    EXPECT_EQ(check_receivers(std::array{good, untried}).health, Health::good) << "it works again";

    core::Receiver bad;
    bad.name           = "bad";
    bad.delivered_at   = kNow;
    bad.failed_at      = kNow + 1s;
    bad.error          = "HTTP 500\n";
    bad.pending        = 7;
    auto const finding = check_receivers(std::array{good, bad, untried});
    EXPECT_EQ(finding.health, Health::warning);
    EXPECT_EQ(finding.said, "Of 3 receivers of security events, these fail: bad (7 pending: HTTP 500\\u000a).");
}

TEST(Doctor, LooksAtTheCertificateAndItsKey)
{
    testing::TemporaryFolder const folder;
    auto const                     file  = [&](char const* name) { return (folder.path() / name).string(); };
    auto const                     one   = make_self_signed_certificate("id.example.com", kNow);
    auto const                     other = make_self_signed_certificate("id.example.com", kNow);
    folder.write("cert.pem", one.certificate);
    folder.write("key.pem", one.private_key);
    folder.write("other.pem", other.private_key);

    auto const look = [&](char const* key, std::string const& host, TimePoint now) {
        return check_certificate(read_certificate({file("cert.pem"), file(key)}, host), host, now);
    };
    EXPECT_EQ(look("key.pem", "id.example.com", kNow).health, Health::good);
    EXPECT_EQ(look("key.pem", "127.0.0.1", kNow).health, Health::good);
    EXPECT_THAT(look("key.pem", "other.example.com", kNow).said, HasSubstr("does not name other.example.com"));
    EXPECT_EQ(look("key.pem", "id.example.com", kNow + 390 * 24h).health, Health::warning);
    EXPECT_THAT(look("key.pem", "id.example.com", kNow + 400 * 24h).said, HasSubstr("expired at"));
    EXPECT_THAT(look("key.pem", "id.example.com", kNow - 24h).said, HasSubstr("not valid before"));
    EXPECT_THAT(look("other.pem", "id.example.com", kNow).said, HasSubstr("does not belong"));
    EXPECT_THAT(look("missing.pem", "id.example.com", kNow).said, HasSubstr("missing.pem cannot be read"));
    folder.write("cert.pem", one.certificate.substr(0, 100));
    EXPECT_THAT(look("key.pem", "id.example.com", kNow).said, HasSubstr("cert.pem cannot be read"));
}

}  // namespace
}  // namespace signet::cli
