// CHECKS E7: proxy headers count from listed peers alone.
#include "http/forwarded.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace signet::http {
namespace {

Request with(std::vector<std::string> const& forwarded_for)
{
    Request request;
    for (auto const& value : forwarded_for) request.headers.push_back({"X-Forwarded-For", value});
    return request;
}

TEST(Forwarded, ContainsAddressesAndNetworks)
{
    TrustedProxies const proxies{{"10.1.2.3", "192.168.0.0/16", "fd00::/8", "::1"}};
    for (auto const* in : {"10.1.2.3", "192.168.9.9", "fd12::1", "::1"}) EXPECT_TRUE(proxies.contain(in)) << in;
    for (auto const* out : {"10.1.2.4", "192.169.0.1", "fe00::1", "::2", "", "proxy.example", "10.1.2.3x"})
        EXPECT_FALSE(proxies.contain(out)) << out;
}

TEST(Forwarded, RefusesWhatIsNoAddress)
{
    for (auto const* text : {"", "proxy.example", "10.0.0.0/33", "10.0.0", "::1/129", "10.0.0.1:80", "10.0.0.0/"}) {
        EXPECT_THROW(TrustedProxies{{text}}, std::runtime_error) << text;
        EXPECT_FALSE(TrustedProxies::takes(text)) << text;
    }
}

TEST(Forwarded, BelievesNobodyElse)
{
    TrustedProxies const proxies{{"10.0.0.1"}};
    EXPECT_EQ(proxies.client("10.0.0.2", with({"1.2.3.4"})), "10.0.0.2");
    EXPECT_EQ(TrustedProxies{{}}.client("127.0.0.1", with({"1.2.3.4"})), "127.0.0.1");
}

TEST(Forwarded, TakesTheFirstFromTheRightThatIsNoProxy)
{
    TrustedProxies const proxies{{"10.0.0.0/8"}};
    EXPECT_EQ(proxies.client("10.0.0.1", with({"1.2.3.4"})), "1.2.3.4");
    EXPECT_EQ(proxies.client("10.0.0.1", with({"6.6.6.6, 1.2.3.4, 10.0.0.2"})), "1.2.3.4");
    EXPECT_EQ(proxies.client("10.0.0.1", with({"6.6.6.6", "1.2.3.4,10.0.0.2"})), "1.2.3.4");
    EXPECT_EQ(proxies.client("10.0.0.1", with({"1.2.3.4", "10.0.0.3", "10.0.0.2"})), "1.2.3.4");
    EXPECT_EQ(proxies.client("10.0.0.1", with({"::ffff:1.2.3.4"})), "1.2.3.4");
    EXPECT_EQ(proxies.client("10.0.0.1", with({"2001:DB8:0:0::1"})), "2001:db8::1");
    EXPECT_EQ(proxies.client("10.0.0.1", with({"10.0.0.9"})), "10.0.0.9");
}

TEST(Forwarded, StaysWithThePeerWhenTheHeaderIsNonsense)
{
    TrustedProxies const proxies{{"10.0.0.0/8"}};
    for (auto const* text :
         {"", " ", ",", "unknown", "1.2.3.4:80", "1.2.3.4, ", "1.2.3.4, x, 10.0.0.2", "1.2.3", "[::1]"})
        EXPECT_EQ(proxies.client("10.0.0.1", with({text})), "10.0.0.1") << text;
    EXPECT_EQ(proxies.client("10.0.0.1", {}), "10.0.0.1");
}

// What a client puts at the left is its own word.
TEST(Forwarded, DoesNotReadPastTheClient)
{
    TrustedProxies const proxies{{"10.0.0.0/8"}};
    EXPECT_EQ(proxies.client("10.0.0.1", with({"nonsense, 1.2.3.4"})), "1.2.3.4");
}

}  // namespace
}  // namespace signet::http
