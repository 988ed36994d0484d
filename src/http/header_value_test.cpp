#include "http/header_value.hpp"

#include <gtest/gtest.h>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::post;

bool is_json(std::string_view content_type)
{
    return has_media_type(post("/").with("Content-Type", content_type), "application/json");
}

TEST(HeaderValue, TakesJsonWithOrWithoutItsOnlyCharset)
{
    EXPECT_TRUE(is_json("application/json"));
    EXPECT_TRUE(is_json("Application/JSON"));
    EXPECT_TRUE(is_json("application/json; charset=utf-8"));
    EXPECT_TRUE(is_json("application/json;charset=\"UTF-8\""));
    EXPECT_TRUE(is_json(" application/json ; "));
}

// CHECKS D4: what a form of another site can send.
TEST(HeaderValue, TakesNothingElseForJson)
{
    for (auto const* type :
         {"", "text/plain", "text/plain; application/json", "application/x-www-form-urlencoded", "multipart/form-data",
          "application/json, text/plain", "application/jsonp", "application/json5", "json", "*/*",
          "application/json; charset=utf-16", "application/json; a=b"})
        EXPECT_FALSE(is_json(type)) << type;
    EXPECT_FALSE(has_media_type(post("/"), "application/json"));
    EXPECT_FALSE(has_media_type(post("/").with("Content-Type", "application/json").with("Content-Type", "text/plain"),
                                "application/json"));
}

TEST(HeaderValue, KnowsWhoTakesGzip)
{
    auto const accepts = [](std::string_view value) { return accepts_gzip(get("/").with("Accept-Encoding", value)); };
    EXPECT_TRUE(accepts("gzip"));
    EXPECT_TRUE(accepts("br, GZIP;q=0.5"));
    EXPECT_TRUE(accepts("*"));
    EXPECT_FALSE(accepts("br"));
    EXPECT_FALSE(accepts("gzip;q=0"));
    EXPECT_FALSE(accepts("gzip; q=0.000"));
    EXPECT_FALSE(accepts("xgzip"));
    EXPECT_FALSE(accepts(""));
    EXPECT_FALSE(accepts_gzip(get("/")));
}

TEST(HeaderValue, TrimsSpacesAndTabs)
{
    EXPECT_EQ(trim(" \ta b\t "), "a b");
    EXPECT_EQ(trim(" \t"), "");
    EXPECT_EQ(trim(""), "");
}

}  // namespace
}  // namespace signet::http
