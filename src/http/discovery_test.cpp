#include <gtest/gtest.h>

#include "http/caching.hpp"
#include "http/testing/site.hpp"
#include "jose/key_set.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::header;
using testing::Refused;
using testing::refused;
using testing::text_of;

testing::SiteOptions with_shared_secret()
{
    auto core             = core::testing::cheap_settings();
    core.tokens.algorithm = jose::Algorithm::hs256;
    return {.core = core};
}

// CHECKS B50
TEST(Jwks, PublishesTheKeysThatVerify)
{
    testing::Site site;
    auto const    response = site.ask(get("/.well-known/jwks.json").from_stranger());
    EXPECT_EQ(response.status, 200);
    auto const keys = jose::KeySet::parse(response.body);
    ASSERT_TRUE(keys);
    EXPECT_GE(keys->size(), 1U);
    EXPECT_NE(keys->find(site.world.keyring.current()->signing->kid()), nullptr);
    EXPECT_EQ(response.body.find("\"d\""), std::string::npos);
    EXPECT_EQ(header(response, "Cache-Control"), "public, max-age=300");
    EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "*");
    EXPECT_EQ(header(response, "Cross-Origin-Resource-Policy"), "cross-origin");
    EXPECT_EQ(header(response, "Set-Cookie"), "");
}

TEST(Jwks, SparesWhoHasACopy)
{
    testing::Site site;
    auto const    tag  = header(site.ask(get("/.well-known/jwks.json")), "ETag");
    auto const    same = site.ask(get("/.well-known/jwks.json").with("If-None-Match", "\"x\", W/" + tag));
    EXPECT_EQ(same.status, 304);
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(header(same, "ETag"), tag);
    EXPECT_EQ(site.ask(get("/.well-known/jwks.json").with("If-None-Match", "\"x\"")).status, 200);

    ASSERT_TRUE(site.world.keyring.rotate_now());
    EXPECT_EQ(site.ask(get("/.well-known/jwks.json").with("If-None-Match", tag)).status, 200);
}

TEST(Jwks, PublishesNothingOfASharedSecret)
{
    testing::Site site(with_shared_secret());
    EXPECT_EQ(refused(site.ask(get("/.well-known/jwks.json"))), (Refused{404, "not_found"}));
}

// CHECKS B48
TEST(Discovery, NamesWhatIsThereAndNothingElse)
{
    testing::Site site;
    for (auto const* path : {"/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"}) {
        auto const response = site.ask(get(path).from_stranger());
        EXPECT_EQ(response.status, 200);
        EXPECT_EQ(header(response, "Content-Type"), "application/json");
        EXPECT_EQ(text_of(response, "issuer"), testing::kIssuer);
        EXPECT_EQ(text_of(response, "jwks_uri"), std::string{testing::kIssuer} + "/.well-known/jwks.json");
        EXPECT_EQ(text_of(response, "revocation_endpoint"), std::string{testing::kIssuer} + "/revoke");
        EXPECT_EQ(text_of(response, "introspection_endpoint"), std::string{testing::kIssuer} + "/introspect");
        EXPECT_EQ(response.body.find("token_endpoint"), std::string::npos);
        EXPECT_EQ(response.body.find("authorization_endpoint"), std::string::npos);
        EXPECT_NE(response.body.find(R"("response_types_supported":[])"), std::string::npos);
        EXPECT_EQ(header(response, "Access-Control-Allow-Origin"), "*");
        EXPECT_NE(header(response, "ETag"), "");
    }
}

// CHECKS C15: links come from the configuration, never from the request.
TEST(Discovery, NeverBelievesTheHostHeader)
{
    testing::Site site;
    auto const    response = site.ask(get("/.well-known/openid-configuration")
                                          .with("Host", "evil.example.net")
                                          .with("X-Forwarded-Host", "evil.example.net")
                                          .with("Forwarded", "host=evil.example.net"));
    EXPECT_EQ(response.body.find("evil"), std::string::npos);
}

TEST(Discovery, NamesNoKeysOfASharedSecret)
{
    testing::Site site(with_shared_secret());
    EXPECT_EQ(site.ask(get("/.well-known/openid-configuration")).body.find("jwks_uri"), std::string::npos);
}

TEST(Caching, TellsTextsApart)
{
    EXPECT_EQ(entity_tag("a"), entity_tag("a"));
    EXPECT_NE(entity_tag("a"), entity_tag("b"));
    EXPECT_NE(entity_tag(""), entity_tag(std::string_view{"\0", 1}));
    EXPECT_TRUE(has_copy(get("/").with("If-None-Match", "*"), "\"a\""));
    EXPECT_FALSE(has_copy(get("/").with("If-None-Match", "a"), "\"a\""));
    EXPECT_FALSE(has_copy(get("/"), "\"a\""));
}

}  // namespace
}  // namespace signet::http
