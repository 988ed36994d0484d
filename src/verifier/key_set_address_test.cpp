#include "verifier/key_set_address.hpp"

#include <gtest/gtest.h>

namespace {

using signet::key_set_address;

TEST(KeySetAddress, StandsUnderTheIssuer)
{
    EXPECT_EQ(key_set_address("https://id.example.com", false)->url, "https://id.example.com/.well-known/jwks.json");
    EXPECT_EQ(key_set_address("https://id.example.com:8443/", false)->url,
              "https://id.example.com:8443/.well-known/jwks.json");
    EXPECT_EQ(key_set_address("https://example.com/id", false)->url, "https://example.com/id/.well-known/jwks.json");
}

TEST(KeySetAddress, AllowsPlainHttpOnLoopbackWhenAsked)
{
    for (auto const* issuer : {"http://localhost:8443", "http://127.0.0.1:80", "http://127.9.9.9", "http://[::1]:8443"})
        EXPECT_TRUE(key_set_address(issuer, true)->plain_http) << issuer;
}

// CHECKS A40
TEST(KeySetAddress, RefusesPlainHttpOtherwise)
{
    for (auto const* issuer : {"http://localhost:8443", "http://127.0.0.1", "HTTP://localhost"})
        EXPECT_EQ(key_set_address(issuer, false).error(), "the issuer is not an https URL") << issuer;
    for (auto const* issuer : {"http://example.com", "http://127.example.com", "http://localhost.example.com",
                               "http://128.0.0.1", "http://[::2]", "http://0.0.0.0"})
        EXPECT_EQ(key_set_address(issuer, true).error(), "plain http is for a loopback host only") << issuer;
}

TEST(KeySetAddress, RefusesWhatIsNoIssuer)
{
    for (auto const* issuer : {"", "id.example.com", "file:///etc/passwd", "ftp://id.example.com", "https://",
                               "https://me:pw@id.example.com", "https://id.example.com?x=1",
                               "https://id.example.com/#x", "https://id.example.com /", "https://id.example.com\n"})
        EXPECT_FALSE(key_set_address(issuer, true)) << issuer;
    EXPECT_FALSE(key_set_address(std::string("https://a.example\0.com", 22), true));
}

TEST(KeySetUrl, IsTakenAsItIsUnderTheSameRules)
{
    EXPECT_EQ(signet::key_set_url("https://id.example.com/keys.json")->url, "https://id.example.com/keys.json");
    EXPECT_TRUE(signet::key_set_url("http://127.0.0.1:8080/keys.json")->plain_http);
    for (auto const* url : {"", "keys.json", "file:///etc/passwd", "http://id.example.com/keys.json",
                            "https://user@id.example.com/keys.json", "https://id.example.com/keys.json#x"})
        EXPECT_FALSE(signet::key_set_url(url)) << url;
}

}  // namespace
