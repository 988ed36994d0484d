#include "gateway/sign_in.hpp"

#include <gtest/gtest.h>

namespace signet::gateway {
namespace {

using http::Header;
using http::Request;

constexpr std::string_view kPage = "https://id.example.com/login";

Request with(std::vector<Header> headers)
{
    Request request;
    request.headers = std::move(headers);
    return request;
}

bool is_opened(std::string_view method, std::vector<Header> headers)
{
    return is_navigation({.method = method, .path = "/", .raw_path = "/", .query = ""}, with(std::move(headers)));
}

std::string address(std::vector<Header> headers, std::string_view page = kPage)
{
    Asked const asked{.method = "GET", .path = "/a b", .raw_path = "/a%20b", .query = "day=1&x"};
    return sign_in_address(page, asked, with(std::move(headers)));
}

TEST(SignIn, IsForSomebodyWhoOpensThePage)
{
    EXPECT_TRUE(is_opened("GET", {{"Sec-Fetch-Mode", "navigate"}}));
    EXPECT_TRUE(is_opened("GET", {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}}));
}

// A script would follow the redirect and take the sign-in page for its answer.
TEST(SignIn, IsNotForProgramsAndScripts)
{
    EXPECT_FALSE(is_opened("GET", {}));
    EXPECT_FALSE(is_opened("GET", {{"Accept", "*/*"}}));
    EXPECT_FALSE(is_opened("GET", {{"Accept", "application/json"}}));
    EXPECT_FALSE(is_opened("GET", {{"Sec-Fetch-Mode", "cors"}, {"Accept", "text/html"}}));
    EXPECT_FALSE(is_opened("GET", {{"Sec-Fetch-Mode", "no-cors"}, {"Accept", "text/html"}}));
    EXPECT_FALSE(is_opened("POST", {{"Sec-Fetch-Mode", "navigate"}})) << "what was sent would be lost";
    EXPECT_FALSE(is_opened("HEAD", {{"Accept", "text/html"}}));
}

TEST(SignIn, LeadsBackToWhatWasAsked)
{
    EXPECT_EQ(address({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "app.example.com:8443"}}),
              "https://id.example.com/login?return_to=https%3A%2F%2Fapp.example.com%3A8443%2Fa%2520b%3Fday%3D1%26x");
    EXPECT_EQ(
        address({{"X-Forwarded-Proto", "https"}, {"Host", "app.example.com"}}, "https://id.example.com/login?lang=de"),
        "https://id.example.com/login?lang=de&return_to=https%3A%2F%2Fapp.example.com%2Fa%2520b%3Fday%3D1%26x");
}

TEST(SignIn, LeadsBackToTheFrontPageWhereTheAddressIsLong)
{
    std::vector<Header> const headers{{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", "app.example.com"}};
    auto const                address_of = [&](std::string_view query) {
        Asked const asked{.method = "GET", .path = "/a", .raw_path = "/a", .query = query};
        return sign_in_address(kPage, asked, with(headers));
    };
    std::string const before = std::string{kPage} + "?return_to=";
    std::string const page   = "https%3A%2F%2Fapp.example.com%2Fa%3F";
    std::string const fits(2048 - page.size(), 'x');
    EXPECT_EQ(address_of(fits), before + page + fits);
    for (auto const& query : {fits + "x", std::string(1000, '&'), std::string(100'000, 'x')})
        EXPECT_EQ(address_of(query), before + "https%3A%2F%2Fapp.example.com%2F");
    EXPECT_EQ(address({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", std::string(2048, 'a')}}), kPage);
}

TEST(SignIn, LeadsNowhereBackWhereTheProxyDoesNotSayFromWhere)
{
    EXPECT_EQ(address({}), kPage);
    EXPECT_EQ(address({{"X-Forwarded-Host", "app.example.com"}}), kPage);
    EXPECT_EQ(address({{"X-Forwarded-Proto", "https"}}), kPage);
    EXPECT_EQ(address({{"X-Forwarded-Proto", "javascript"}, {"X-Forwarded-Host", "app.example.com"}}), kPage);
    for (auto const* host : {"a/b", "a@b", "a?b", "a b", "", "a\\b", "a#b", "a, b"})
        EXPECT_EQ(address({{"X-Forwarded-Proto", "https"}, {"X-Forwarded-Host", host}}), kPage) << host;
    EXPECT_EQ(address({{"X-Forwarded-Proto", "https"},
                       {"X-Forwarded-Host", "app.example.com"},
                       {"X-Forwarded-Host", "evil.example"}}),
              kPage);
}

}  // namespace
}  // namespace signet::gateway
