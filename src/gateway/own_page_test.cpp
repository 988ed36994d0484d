#include "gateway/own_page.hpp"

#include <gtest/gtest.h>

namespace signet::gateway {
namespace {

using http::Header;

bool may(std::string_view method, std::vector<Header> headers)
{
    http::Request request;
    request.headers = std::move(headers);
    return may_rely_on_cookie({.method = method, .path = "/", .raw_path = "/", .query = ""}, request);
}

// The app, as its proxy says that it was called.
std::vector<Header> called(std::vector<Header> headers)
{
    headers.push_back({"X-Forwarded-Proto", "https"});
    headers.push_back({"X-Forwarded-Host", "app.example.com"});
    return headers;
}

TEST(OwnPage, WhatOnlyReadsMayBeAskedFromAnywhere)
{
    for (auto const* method : {"GET", "HEAD", "OPTIONS"}) {
        EXPECT_TRUE(may(method, {}));
        EXPECT_TRUE(may(method, {{"Sec-Fetch-Site", "cross-site"}}));
        EXPECT_TRUE(may(method, {{"Sec-Fetch-Site", "same-site"}, {"Origin", "https://other.example.com"}}));
    }
}

// CHECKS D4
TEST(OwnPage, WhatMayChangeSomethingComesFromThePageItself)
{
    for (auto const* method : {"POST", "PUT", "PATCH", "DELETE", "PROPFIND"}) {
        EXPECT_TRUE(may(method, {{"Sec-Fetch-Site", "same-origin"}}));
        EXPECT_TRUE(may(method, {{"Sec-Fetch-Site", "none"}}));
        EXPECT_FALSE(may(method, {{"Sec-Fetch-Site", "cross-site"}}));
        EXPECT_FALSE(may(method, {{"Sec-Fetch-Site", "same-site"}})) << "a neighbouring host is another origin";
        EXPECT_FALSE(may(method, {{"Sec-Fetch-Site", "same-origin"}, {"Sec-Fetch-Site", "same-origin"}}));
        EXPECT_FALSE(may(method, {})) << "silence is no proof";
    }
}

TEST(OwnPage, WithoutSecFetchSiteTheOriginDecides)
{
    EXPECT_TRUE(may("POST", called({{"Origin", "https://app.example.com"}})));
    EXPECT_FALSE(may("POST", called({{"Origin", "http://app.example.com"}})));
    EXPECT_FALSE(may("POST", called({{"Origin", "https://app.example.com.evil.net"}})));
    EXPECT_FALSE(may("POST", called({{"Origin", "https://other.example.com"}})));
    EXPECT_FALSE(may("POST", called({{"Origin", "null"}})));
    EXPECT_FALSE(may("POST", called({{"Origin", ""}})));
    EXPECT_FALSE(may("POST", called({{"Origin", "https://app.example.com"}, {"Origin", "https://evil.net"}})));
    EXPECT_FALSE(may("POST", {{"Origin", "https://app.example.com"}})) << "the proxy does not say who it is";
}

// It looks like GET, and then both sides write.
TEST(OwnPage, AWebSocketIsOpenedByThePageItself)
{
    EXPECT_FALSE(may("GET", called({{"Upgrade", "websocket"}, {"Origin", "https://other.example.com"}})));
    EXPECT_FALSE(may("GET", called({{"Sec-WebSocket-Key", "x"}, {"Origin", "https://other.example.com"}})));
    EXPECT_FALSE(may("GET", {{"Upgrade", "websocket"}, {"Sec-Fetch-Site", "same-site"}}));
    EXPECT_TRUE(may("GET", called({{"Upgrade", "websocket"}, {"Origin", "https://app.example.com"}})));
    EXPECT_TRUE(may("GET", {{"Upgrade", "websocket"}, {"Sec-Fetch-Site", "same-origin"}}));
}

}  // namespace
}  // namespace signet::gateway
