#include "cli/self_signed_certificate.hpp"

#include <gtest/gtest.h>

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kNow{std::chrono::sys_days{std::chrono::year{2027} / 1 / 15}};

TEST(SelfSignedCertificate, IsForThisMachineByNameAndAddress)
{
    auto const made = make_self_signed_certificate("localhost", kNow);
    for (auto const* host : {"localhost", "127.0.0.1", "::1"})
        EXPECT_TRUE(is_certificate_usable(made.certificate, host, kNow)) << host;
    for (auto const* host : {"example.com", "127.0.0.2", "sub.localhost"})
        EXPECT_FALSE(is_certificate_usable(made.certificate, host, kNow)) << host;
    EXPECT_TRUE(made.private_key.starts_with("-----BEGIN PRIVATE KEY-----"));
}

TEST(SelfSignedCertificate, IsAlsoForTheHostThatIsListenedOn)
{
    EXPECT_TRUE(
        is_certificate_usable(make_self_signed_certificate("signet.test", kNow).certificate, "signet.test", kNow));
    EXPECT_TRUE(is_certificate_usable(make_self_signed_certificate("192.0.2.1", kNow).certificate, "192.0.2.1", kNow));
}

TEST(SelfSignedCertificate, IsNotUsableOutsideItsTime)
{
    auto const made = make_self_signed_certificate("localhost", kNow);
    EXPECT_FALSE(is_certificate_usable(made.certificate, "localhost", kNow - 2h));
    EXPECT_TRUE(is_certificate_usable(made.certificate, "localhost", kNow + 395 * 24h));
    EXPECT_FALSE(is_certificate_usable(made.certificate, "localhost", kNow + 396 * 24h));  // its last day: renewed
    EXPECT_FALSE(is_certificate_usable(made.certificate, "localhost", kNow + 800 * 24h));
}

TEST(SelfSignedCertificate, IsNeverTheSame)
{
    auto const one   = make_self_signed_certificate("localhost", kNow);
    auto const other = make_self_signed_certificate("localhost", kNow);
    EXPECT_NE(one.certificate, other.certificate);
    EXPECT_NE(one.private_key, other.private_key);
}

TEST(SelfSignedCertificate, IsNotUsableWhenItIsNoCertificate)
{
    auto const made = make_self_signed_certificate("localhost", kNow);
    auto       cut  = made.certificate.substr(0, made.certificate.size() / 2);
    for (auto const& text : {std::string{}, std::string{"not PEM"}, made.private_key, cut})
        EXPECT_FALSE(is_certificate_usable(text, "localhost", kNow));
}

}  // namespace
}  // namespace signet::cli
