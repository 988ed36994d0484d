#include "http/cookies.hpp"

#include <gtest/gtest.h>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::get;

std::optional<std::string_view> refresh_cookie(Request const& request)
{
    return find_cookie(request, kRefreshCookie);
}

TEST(Cookies, FindOneAmongOthers)
{
    auto const request = get("/").with("Cookie", "a=1; __Host-signet_refresh=srt_x; b=2");
    EXPECT_EQ(refresh_cookie(request), "srt_x");
    EXPECT_EQ(find_cookie(request, "b"), "2");
}

TEST(Cookies, FindOneInASecondHeader)
{
    auto const request = get("/").with("Cookie", "a=1").with("cookie", "__Host-signet_refresh=srt_x");
    EXPECT_EQ(refresh_cookie(request), "srt_x");
}

TEST(Cookies, KeepAnEqualsSignInTheValue)
{
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", "__Host-signet_refresh=a=b")), "a=b");
}

// CHECKS D1
TEST(Cookies, RejectBothOfOneName)
{
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", "__Host-signet_refresh=a; __Host-signet_refresh=b")),
              std::nullopt);
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", "__Host-signet_refresh=a; __Host-signet_refresh=a")),
              std::nullopt);
    EXPECT_EQ(
        refresh_cookie(get("/").with("Cookie", "__Host-signet_refresh=a").with("Cookie", "__Host-signet_refresh=b")),
        std::nullopt);
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", "__Host-signet_refresh=a;\t__Host-signet_refresh =")),
              std::nullopt);
}

TEST(Cookies, TakeNothingForAbsentEmptyOrOverlongOnes)
{
    EXPECT_EQ(refresh_cookie(get("/")), std::nullopt);
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", "")), std::nullopt);
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", ";;; ; =; a")), std::nullopt);
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", "__Host-signet_refresh=")), std::nullopt);
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", "__Host-signet_refresh")), std::nullopt);
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", "__host-signet_refresh=a")), std::nullopt);
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", "x__Host-signet_refresh=a")), std::nullopt);
    EXPECT_EQ(refresh_cookie(get("/").with("Cookie", "__Host-signet_refresh=" + std::string(4097, 'a'))), std::nullopt);
}

// CHECKS D1, D2
TEST(Cookies, AreForThisHostAloneAndUnseenByScripts)
{
    EXPECT_EQ(keep_cookie(kRefreshCookie, "srt_x", std::chrono::seconds{60}),
              "__Host-signet_refresh=srt_x; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=60");
    EXPECT_EQ(drop_cookie(kRefreshCookie),
              "__Host-signet_refresh=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
    EXPECT_EQ(keep_cookie(kSessionCookie, "sst_x", std::chrono::seconds{60}),
              "__Host-signet_session=sst_x; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
    EXPECT_EQ(drop_cookie(kSessionCookie), "__Host-signet_session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    EXPECT_TRUE(kDeviceCookie.starts_with("__Host-"));
}

TEST(Cookies, NeverGetANegativeLife)
{
    EXPECT_TRUE(keep_cookie("a", "b", std::chrono::seconds{-5}).ends_with("Max-Age=0"));
}

}  // namespace
}  // namespace signet::http
