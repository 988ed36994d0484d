// CHECKS C11, E7: version 2 of the PROXY protocol.
#include "http/proxy_header.hpp"

#include <gtest/gtest.h>

namespace signet::http {
namespace {

using namespace std::string_literals;

std::string header(int command, int family, std::string const& block)
{
    return "\r\n\r\n\0\r\nQUIT\n"s + static_cast<char>(command) + static_cast<char>(family) +
           static_cast<char>(block.size() >> 8) + static_cast<char>(block.size()) + block;
}

std::string const kFour  = "\xC0\x00\x02\x01\x0A\x00\x00\x01\x12\x34\x20\xFB"s;
std::string const kSix   = "\x20\x01\x0D\xB8"s + std::string(11, '\0') + "\x01" + std::string(16, '\0') + "\0\1\0\2"s;
std::string const kMixed = std::string(10, '\0') + "\xFF\xFF\xC0\x00\x02\x01"s + std::string(16, '\0') + "\0\1\0\2"s;

TEST(ProxyHeader, NamesTheClient)
{
    struct Case {
        std::string bytes;
        std::string client;
    };
    for (auto const& [bytes, client] : std::vector<Case>{
             {header(0x21, 0x11, kFour), "192.0.2.1"},
             {header(0x21, 0x21, kSix), "2001:db8::1"},
             {header(0x21, 0x21, kMixed), "192.0.2.1"},
             {header(0x21, 0x11, kFour + "\x03\x00\x04\xDE\xAD\xBE\xEF"s), "192.0.2.1"},
             {header(0x21, 0x11, kFour + "\x04\x00\x00\x01\x00\x02h2"s), "192.0.2.1"},
             {header(0x21, 0x21, kSix + "\x20\x00\x05\x01\x00\x00\x00\x00"s), "2001:db8::1"},
             {header(0x20, 0x00, ""), ""},
             {header(0x20, 0x11, kFour), ""},
             {header(0x20, 0xFF, "anything"), ""},
             {header(0x21, 0x00, ""), ""},
             {header(0x21, 0x00, "additions"), ""},
             {header(0x21, 0x31, std::string(216, 'a')), ""},
         }) {
        auto const read = read_proxy_header(bytes);
        ASSERT_TRUE(read) << testing::PrintToString(bytes);
        EXPECT_EQ(read->missing, 0U);
        EXPECT_EQ(read->client, client);
    }
}

// Byte by byte: so many are asked for as surely belong to it, never one of TLS behind it.
TEST(ProxyHeader, AsksForNoByteOfWhatFollows)
{
    auto const whole = header(0x21, 0x21, kSix + "\x04\x00\x01x"s);
    for (std::size_t have = 0; have < whole.size(); ++have) {
        auto const read = read_proxy_header(whole.substr(0, have));
        ASSERT_TRUE(read) << have;
        EXPECT_EQ(read->missing, (have < 16 ? 16 : whole.size()) - have);
    }
}

TEST(ProxyHeader, RefusesAnythingElseAtItsFirstWrongByte)
{
    for (auto const& bytes :
         {"G"s, "PROXY TCP4 192.0.2.1 10.0.0.1 4660 8443\r\n"s, "\x16\x03\x01"s, "\r\nX"s, "\r\n\r\n\0\r\nQUIT\r"s})
        EXPECT_EQ(read_proxy_header(bytes).error(), ProxyFault::other_protocol) << bytes;
}

TEST(ProxyHeader, RefusesWhatIsMalformed)
{
    for (auto const& bytes :
         {header(0x11, 0x11, kFour),                          // version 1
          header(0x31, 0x11, kFour),                          // version 3
          header(0x22, 0x11, kFour),                          // an unknown command
          header(0x21, 0x12, kFour),                          // datagrams
          header(0x21, 0x10, kFour),                          // IPv4, transport unspecified
          header(0x21, 0x41, kFour),                          // an unknown family
          header(0x21, 0x11, kFour.substr(1)),                // too short
          header(0x21, 0x21, kFour), header(0x21, 0x11, ""),  //
          header(0x21, 0x11, kFour + "\x04"),                 // half an addition
          header(0x21, 0x11, kFour + "\x04\x00\x02x"s)})      // an addition that is longer than the rest
        EXPECT_EQ(read_proxy_header(bytes).error(), ProxyFault::malformed) << testing::PrintToString(bytes);
}

TEST(ProxyHeader, IsBounded)
{
    auto const block = [](std::size_t size) {
        auto const rest = size - kFour.size() - 3;
        return kFour + "\x04"s + static_cast<char>(rest >> 8) + static_cast<char>(rest) + std::string(rest, 'a');
    };
    EXPECT_TRUE(read_proxy_header(header(0x21, 0x11, block(kLongestProxyHeader - 16))));
    auto const longer = header(0x21, 0x11, block(kLongestProxyHeader - 15));
    EXPECT_EQ(read_proxy_header(longer.substr(0, 16)).error(), ProxyFault::too_long) << "before its memory is spent";
}

}  // namespace
}  // namespace signet::http
