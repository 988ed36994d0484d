// CHECKS C11, E5, E7: a listener behind proxies that announce their clients.
#include <gtest/gtest.h>

#include <thread>

#include "http/server_fixture.hpp"

namespace signet::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

std::string announce(std::string const& four_bytes, int command = 0x21)
{
    return "\r\n\r\n\0\r\nQUIT\n"s + static_cast<char>(command) + "\x11\x00\x0C"s + four_bytes + "\x7F\0\0\1\0\1\0\2"s;
}
std::string const kClient = "\xC0\x00\x02\x01"s;  // 192.0.2.1

ServerOptions behind_a_proxy(Limits const& limits = {})
{
    return {.listen          = {.host = "127.0.0.1", .tls = false},
            .limits          = limits,
            .trusted_proxies = {"127.0.0.1"},
            .proxy_protocol  = true};
}

bool counted(TestServer& server, std::string const& reason)
{
    return server.metrics().text().contains("reason=\"" + reason + "\"} 1");
}

TEST(ServerProxy, KnowsTheAnnouncedClient)
{
    TestServer server{behind_a_proxy()};
    RawClient  client{server.port()};
    client.send(announce(kClient) + get("/peer") + get("/peer", "X-Forwarded-For: 9.9.9.9\r\n"));
    EXPECT_EQ(client.read_answer().body, "192.0.2.1");
    EXPECT_EQ(client.read_answer().body, "192.0.2.1") << "the client is no proxy";
}

TEST(ServerProxy, ReadsAHeaderThatComesByteByByte)
{
    TestServer server{behind_a_proxy()};
    RawClient  client{server.port()};
    for (char const byte : announce(kClient)) {
        client.send({&byte, 1});
        std::this_thread::sleep_for(1ms);
    }
    client.send(get("/peer"));
    EXPECT_EQ(client.read_answer().body, "192.0.2.1");
}

TEST(ServerProxy, ReadsItBeforeTls)
{
    TestCertificate const certificate;
    auto                  options = behind_a_proxy();
    options.listen.tls            = true;
    options.certificate_file      = certificate.certificate_file();
    options.private_key_file      = certificate.private_key_file();
    TestServer server{options};
    RawClient  client{server.port()};
    client.send(announce(kClient));
    ASSERT_TRUE(client.start_tls());
    client.send(get("/peer"));
    EXPECT_EQ(client.read_answer().body, "192.0.2.1");
    RawClient bare{server.port()};
    EXPECT_FALSE(bare.start_tls());
    EXPECT_TRUE(counted(server, "proxy_header"));
}

// A health check of the proxy's own, and a chain: what is announced is a proxy itself, whose header is believed.
TEST(ServerProxy, TakesAProxyForItsOwnClientWhenItSaysSo)
{
    auto options = behind_a_proxy();
    options.trusted_proxies.push_back("192.0.2.1");
    TestServer server{options};
    RawClient  local{server.port()};
    local.send(announce("\x08\x08\x08\x08", 0x20) + get("/peer", "X-Forwarded-For: 9.9.9.9\r\n"));
    EXPECT_EQ(local.read_answer().body, "127.0.0.1") << "it passes bytes on: a header is its client's word";
    RawClient chain{server.port()};
    chain.send(announce(kClient) + get("/peer", "X-Forwarded-For: 9.9.9.9\r\n"));
    EXPECT_EQ(chain.read_answer().body, "9.9.9.9");
}

TEST(ServerProxy, EndsAConnectionOfAProxyThatAnnouncesNothing)
{
    for (auto const& bytes : {get("/hidden"), "PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\n"s + get("/hidden"),
                              announce(kClient).replace(12, 1, "\x31") + get("/hidden")}) {
        TestServer server{behind_a_proxy()};
        RawClient  client{server.port()};
        client.send(bytes);
        EXPECT_TRUE(client.is_closed());
        EXPECT_EQ(server.hidden(), 0);
        EXPECT_TRUE(counted(server, "proxy_header"));
    }
}

TEST(ServerProxy, EndsAConnectionThatIsSlowToAnnounce)
{
    TestServer server{behind_a_proxy({.header_deadline = 300ms})};
    RawClient  silent{server.port()};
    RawClient  half{server.port()};
    half.send(announce(kClient).substr(0, 20));
    EXPECT_TRUE(silent.is_closed());
    EXPECT_TRUE(half.is_closed());
}

// The header's deadline must not outlive it.
TEST(ServerProxy, GivesAnAnnouncedClientItsTime)
{
    TestServer server{behind_a_proxy({.header_deadline = 300ms})};
    RawClient  client{server.port()};
    client.send(announce(kClient));
    std::this_thread::sleep_for(1s);
    client.send(get("/peer"));
    EXPECT_EQ(client.read_answer().body, "192.0.2.1");
}

TEST(ServerProxy, ReadsNobodyElsesAnnouncement)
{
    auto options            = behind_a_proxy();
    options.trusted_proxies = {"10.0.0.1"};
    TestServer server{options};
    EXPECT_EQ(server.exchange(get("/peer")).body, "127.0.0.1");
    EXPECT_EQ(server.exchange(announce(kClient) + get("/hidden")).status, 400);
    EXPECT_EQ(server.hidden(), 0);
}

TEST(ServerProxy, ReadsNoneUnlessItIsConfigured)
{
    auto options           = behind_a_proxy();
    options.proxy_protocol = false;
    TestServer server{options};
    EXPECT_EQ(server.exchange(announce(kClient) + get("/hidden")).status, 400);
    EXPECT_EQ(server.exchange(get("/peer")).body, "127.0.0.1");
}

TEST(ServerProxy, CapsTheConnectionsOfAnAnnouncedClient)
{
    TestServer server{behind_a_proxy({.connections_per_address = 1})};
    RawClient  first{server.port()};
    first.send(announce(kClient) + get("/peer"));
    EXPECT_EQ(first.read_answer().body, "192.0.2.1");
    RawClient second{server.port()};
    second.send(announce(kClient) + get("/hidden"));
    EXPECT_TRUE(second.is_closed());
    EXPECT_EQ(server.hidden(), 0);
    EXPECT_TRUE(counted(server, "connections_per_address"));
    RawClient other{server.port()};
    other.send(announce("\xC0\x00\x02\x02"s) + get("/peer"));
    EXPECT_EQ(other.read_answer().body, "192.0.2.2");
}

TEST(ServerProxy, ReadsTheHeaderThatIsNamed)
{
    auto options             = behind_a_proxy();
    options.proxy_protocol   = false;
    options.forwarded_header = ForwardedHeader::forwarded;
    TestServer server{options};
    EXPECT_EQ(server.exchange(get("/peer", "X-Forwarded-For: 9.9.9.9\r\nForwarded: for=192.0.2.1\r\n")).body,
              "192.0.2.1");
}

}  // namespace
}  // namespace signet::http
