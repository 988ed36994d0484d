// CHECKS C11, E7: RFC 7239 read strictly.
#include "http/forwarded_header.hpp"

#include <gtest/gtest.h>

#include "http/forwarded.hpp"

namespace signet::http {
namespace {

using Clients = std::vector<std::string>;

TEST(ForwardedHeader, NamesTheClientOfEachElement)
{
    struct Case {
        std::string_view line;
        Clients          clients;
    };
    for (auto const& [line, clients] : std::vector<Case>{
             {"for=192.0.2.43", {"192.0.2.43"}},
             {"For=\"[2001:DB8:cafe::17]:4711\"", {"2001:db8:cafe::17"}},
             {"for=192.0.2.60;proto=http;by=203.0.113.43", {"192.0.2.60"}},
             {"for=192.0.2.43, for=198.51.100.17", {"192.0.2.43", "198.51.100.17"}},
             {"for=192.0.2.43 \t,\tfor=\"198.51.100.17:8080\"", {"192.0.2.43", "198.51.100.17"}},
             {"for=\"[::ffff:192.0.2.1]\"", {"192.0.2.1"}},
             {"for=\"192.0.2.1:_port\"", {"192.0.2.1"}},
             {"for=\"1\\92.0.2.1\"", {"192.0.2.1"}},
             {"for=_hidden, for=_SEVKISEK", {"", ""}},
             {"for=unknown", {""}},
             {"for=\"Unknown:80\"", {""}},
             {"proto=https", {""}},
             {"secret=\"a, for=6.6.6.6; \\\"b\";for=192.0.2.1", {"192.0.2.1"}},
             {";for=192.0.2.1;;", {"192.0.2.1"}},
         })
        EXPECT_EQ(parse_forwarded(line), clients) << line;
}

TEST(ForwardedHeader, TakesNoLineThatBreaksTheGrammar)
{
    for (auto const* line : {"",
                             " ",
                             ",",
                             ";",
                             "for",
                             "for=",
                             "for=\"\"",
                             "for =192.0.2.1",
                             "for= 192.0.2.1",
                             "for=192.0.2.1,",
                             ",for=192.0.2.1",
                             "for=192.0.2.1 for=192.0.2.2",
                             "for=192.0.2.1; proto=http",
                             "for=192.0.2.1;for=192.0.2.2",
                             "for=192.0.2.1:80",
                             "for=2001:db8::1",
                             "for=\"2001:db8::1\"",
                             "for=[2001:db8::1]",
                             "for=\"[2001:db8::1\"",
                             "for=\"[2001:db8::1]x\"",
                             "for=\"[192.0.2.1]\"",
                             "for=\"[fe80::1%eth0]\"",
                             "for=\"192.0.2.1:\"",
                             "for=\"192.0.2.1:123456\"",
                             "for=\"192.0.2.1:-1\"",
                             "for=\"192.0.2.1",
                             "for=\"192.0.2.1\\",
                             "for=\"192.0.2.1\"x",
                             "for=_",
                             "for=\"_a b\"",
                             "for=proxy.example",
                             "for=192.0.2.256",
                             "=192.0.2.1",
                             "192.0.2.1"})
        EXPECT_EQ(parse_forwarded(line), std::nullopt) << line;
}

Request with(std::vector<Header> headers)
{
    Request request;
    request.headers = std::move(headers);
    return request;
}

std::string client(std::vector<Header> headers)
{
    static TrustedProxies const proxies{{"10.0.0.0/8", "fd00::/8"}};
    return proxies.client("10.0.0.1", with(std::move(headers)), ForwardedHeader::forwarded);
}

TEST(ForwardedHeader, IsReadFromTheRightToTheFirstThatIsNoProxy)
{
    EXPECT_EQ(client({{"Forwarded", "for=6.6.6.6, for=192.0.2.1, for=\"[fd00::2]\""}}), "192.0.2.1");
    EXPECT_EQ(client({{"Forwarded", "for=6.6.6.6"}, {"forwarded", "for=192.0.2.1,for=10.0.0.2"}}), "192.0.2.1");
    EXPECT_EQ(client({{"Forwarded", "for=10.0.0.9"}}), "10.0.0.9");
    EXPECT_EQ(client({{"Forwarded", "nonsense"}, {"Forwarded", "for=192.0.2.1"}}), "192.0.2.1") << "the client's word";
}

// CHECKS C11: whoever garbles it is counted as the proxy, not as nobody.
TEST(ForwardedHeader, LeavesItAtThePeerWhenItDoesNotSay)
{
    for (auto const* line : {"for=unknown", "for=_secret", "proto=https", "for=unknown, for=10.0.0.2", "nonsense",
                             "for=\"open, for=192.0.2.1"})
        EXPECT_EQ(client({{"Forwarded", line}}), "10.0.0.1") << line;
    EXPECT_EQ(client({}), "10.0.0.1");
}

// A proxy sets one of the two and hands on what its client wrote into the other.
TEST(ForwardedHeader, IsBelievedOnlyWhereItIsTheOneThatWasNamed)
{
    EXPECT_EQ(client({{"X-Forwarded-For", "6.6.6.6"}, {"Forwarded", "for=192.0.2.1"}}), "192.0.2.1");
    EXPECT_EQ(client({{"X-Forwarded-For", "6.6.6.6"}}), "10.0.0.1");
    TrustedProxies const proxies{{"10.0.0.0/8"}};
    auto const           both = with({{"X-Forwarded-For", "192.0.2.1"}, {"Forwarded", "for=6.6.6.6"}});
    EXPECT_EQ(proxies.client("10.0.0.1", both), "192.0.2.1");
    EXPECT_EQ(proxies.client("192.0.2.9", both, ForwardedHeader::forwarded), "192.0.2.9") << "no proxy";
}

}  // namespace
}  // namespace signet::http
