#include "http/security_headers.hpp"

#include <gtest/gtest.h>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::header;
using testing::post;

// CHECKS D8
TEST(SecurityHeaders, StandOnEveryAnswer)
{
    testing::Site site;
    for (auto const& request :
         {get("/api/v1/me"), get("/nowhere"), post("/api/v1/login").json("{"), get("/.well-known/jwks.json"),
          get("/login"), get("/healthz"), testing::Ask{Method::put, "/api/v1/me"}}) {
        auto const response = site.ask(request);
        EXPECT_EQ(header(response, "X-Content-Type-Options"), "nosniff") << request.path;
        EXPECT_EQ(header(response, "X-Frame-Options"), "DENY");
        EXPECT_EQ(header(response, "Referrer-Policy"), "no-referrer");
        EXPECT_EQ(header(response, "Strict-Transport-Security"), "max-age=31536000; includeSubDomains");
        EXPECT_NE(header(response, "Content-Security-Policy").find("default-src 'none'"), std::string::npos);
        EXPECT_NE(header(response, "Content-Security-Policy").find("frame-ancestors 'none'"), std::string::npos);
        EXPECT_NE(header(response, "X-Request-Id"), "");
        EXPECT_NE(header(response, "Cross-Origin-Resource-Policy"), "");
        EXPECT_NE(header(response, "Cache-Control"), "");
    }
}

// CHECKS D8
TEST(SecurityHeaders, KeepSessionDataOutOfEveryCache)
{
    testing::Site site;
    site.world.add_user();
    auto const token = site.sign_in().access;
    for (auto const& request : {get("/api/v1/me").bearer(token), get("/api/v1/sessions").bearer(token), get("/account"),
                                get("/login"), post("/api/v1/refresh"), get("/nowhere")})
        EXPECT_EQ(header(site.ask(request), "Cache-Control"), "no-store") << request.path;
}

TEST(SecurityHeaders, PromiseHttpsOnlyUnderARealName)
{
    auto const strict = [](std::string issuer, bool secure = true) {
        return is_strict_transport({.issuer = std::move(issuer), .secure = secure});
    };
    EXPECT_TRUE(strict("https://id.example.com"));
    EXPECT_TRUE(strict("https://id.example.com:8443"));
    EXPECT_FALSE(strict("https://localhost:8443"));
    EXPECT_FALSE(strict("https://signet.localhost"));
    EXPECT_FALSE(strict("https://127.0.0.1:8443"));
    EXPECT_FALSE(strict("https://[::1]:8443"));
    EXPECT_FALSE(strict("http://id.example.com"));
    EXPECT_FALSE(strict("https://id.example.com", false));
}

// CHECKS D7
TEST(SecurityHeaders, LetAPageRunOnlyScriptsWithItsNonce)
{
    auto const policy = page_policy("abc", {});
    for (auto const* part : {"default-src 'none'", "script-src 'nonce-abc' 'strict-dynamic'", "style-src 'self'",
                             "img-src 'self'", "connect-src 'self'", "base-uri 'none'", "object-src 'none'",
                             "frame-ancestors 'none'", "require-trusted-types-for 'script'", "form-action 'self'"})
        EXPECT_NE(policy.find(part), std::string::npos) << part;
    EXPECT_EQ(policy.find("unsafe"), std::string::npos);
}

TEST(SecurityHeaders, LetAFormEndAtAnAllowedOrigin)
{
    std::string const origins[] = {"https://a.example", "https://b.example"};
    EXPECT_TRUE(page_policy("x", origins).ends_with("form-action 'self' https://a.example https://b.example"));
}

TEST(SecurityHeaders, NeverUseANonceTwice)
{
    core::testing::CountingRandom random;
    auto const                    first  = make_nonce(random);
    auto const                    second = make_nonce(random);
    EXPECT_NE(first, second);
    EXPECT_EQ(first.size(), 22U);
}

TEST(SecurityHeaders, WriteNoncesInBase64url)
{
    struct Fixed final : Random {
        void fill(std::span<std::uint8_t> out) override
        {
            for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(0xff - i);
        }
    } fixed;
    EXPECT_EQ(make_nonce(fixed), "__79_Pv6-fj39vX08_Lx8A");
}

}  // namespace
}  // namespace signet::http
