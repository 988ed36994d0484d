#include "gateway/identity_headers.hpp"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace signet::gateway {
namespace {

std::map<std::string, std::string> headers_of(Identity const& identity)
{
    http::Response response;
    add_identity(response, identity);
    std::map<std::string, std::string> found;
    for (auto const& header : response.headers)
        EXPECT_TRUE(found.emplace(header.name, header.value).second) << header.name << " is there twice";
    return found;
}

TEST(IdentityHeaders, SayWhoAsks)
{
    std::vector<std::string> const roles{"admin", "viewer"};
    std::vector<std::string> const scopes{"notes:read"};
    auto const                     headers = headers_of({.user      = "0199c5a1",
                                                         .session   = "0199c5a2",
                                                         .email     = "ann@example.com",
                                                         .name      = "Ann",
                                                         .roles     = roles,
                                                         .scopes    = scopes,
                                                         .client_id = "web"});
    EXPECT_EQ(headers.at("X-Signet-User"), "0199c5a1");
    EXPECT_EQ(headers.at("X-Signet-Session"), "0199c5a2");
    EXPECT_EQ(headers.at("X-Signet-Email"), "ann@example.com");
    EXPECT_EQ(headers.at("X-Signet-Name"), "Ann");
    EXPECT_EQ(headers.at("X-Signet-Roles"), "admin viewer");
    EXPECT_EQ(headers.at("X-Signet-Scopes"), "notes:read");
    EXPECT_EQ(headers.at("X-Signet-Client"), "web");
    EXPECT_EQ(headers.size(), kIdentityHeaders.size());
}

TEST(IdentityHeaders, AreAllThereForNobody)
{
    auto const headers = headers_of({});
    ASSERT_EQ(headers.size(), kIdentityHeaders.size());
    for (auto const name : kIdentityHeaders) EXPECT_EQ(headers.at(std::string{name}), "") << name;
}

TEST(IdentityHeaders, HoldVisibleAsciiAlone)
{
    EXPECT_EQ(header_text("Ann \u00dc"), "Ann%20%C3%9C");
    EXPECT_EQ(header_text("100%"), "100%25");
    EXPECT_EQ(header_text("a\r\nX-Signet-Roles: admin"), "a%0D%0AX-Signet-Roles:%20admin");
    EXPECT_EQ(header_text(std::string_view{"a\0\x7f\t", 4}), "a%00%7F%09");
    EXPECT_EQ(header_text("!\"#$&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~"), "!\"#$&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~");
    for (int byte = 0; byte < 256; ++byte)
        for (char const c : header_text(std::string(1, static_cast<char>(byte)))) EXPECT_TRUE(c > 0x20 && c < 0x7F);
}

// A role with a space in it is one role.
TEST(IdentityHeaders, KeepTheItemsOfAListApart)
{
    std::vector<std::string> const roles{"viewer admin", "b,c"};
    EXPECT_EQ(headers_of({.roles = roles}).at("X-Signet-Roles"), "viewer%20admin b,c");
}

}  // namespace
}  // namespace signet::gateway
