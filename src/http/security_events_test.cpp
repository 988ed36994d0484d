#include <gtest/gtest.h>

#include "http/testing/site.hpp"
#include "jose/key_set.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::header;
using testing::text_of;

// OpenID Shared Signals Framework 1.0 7.1
TEST(SecurityEvents, AreConfiguredByWhatIsTrueAndNothingElse)
{
    testing::Site site;
    auto const    response = site.ask(get("/.well-known/ssf-configuration").from_stranger());
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Content-Type"), "application/json");
    EXPECT_EQ(text_of(response, "issuer"), testing::kIssuer);
    EXPECT_EQ(text_of(response, "spec_version"), "1_0");
    EXPECT_EQ(text_of(response, "jwks_uri"), std::string{testing::kIssuer} + "/ssf/jwks.json");
    EXPECT_EQ(text_of(response, "default_subjects"), "ALL");
    EXPECT_NE(response.body.find(R"("delivery_methods_supported":["urn:ietf:rfc:8935"])"), std::string::npos);
    EXPECT_NE(response.body.find(R"("critical_subject_members":["user","session"])"), std::string::npos);
    EXPECT_EQ(response.body.find("_endpoint"), std::string::npos) << "there is none";
}

// CHECKS E29
TEST(SecurityEvents, HaveAKeySetOfTheirOwnWhichIsEmptyAtFirst)
{
    testing::Site site;
    auto const    none = site.ask(get("/ssf/jwks.json").from_stranger());
    EXPECT_EQ(none.status, 200);
    EXPECT_EQ(header(none, "Content-Type"), "application/jwk-set+json");
    EXPECT_EQ(none.body, R"({"keys":[]})");

    ASSERT_TRUE(site.world.event_keyring.provide());
    auto const one  = site.ask(get("/ssf/jwks.json").from_stranger());
    auto const keys = jose::KeySet::parse(one.body);
    ASSERT_TRUE(keys);
    EXPECT_EQ(keys->size(), 1U);
    EXPECT_NE(keys->find(site.world.event_keyring.current()->signing->kid()), nullptr);
    EXPECT_EQ(keys->find(site.world.keyring.current()->signing->kid()), nullptr);
    EXPECT_EQ(one.body.find("\"d\""), std::string::npos);
    EXPECT_EQ(site.ask(get("/.well-known/jwks.json")).body.find(site.world.event_keyring.current()->signing->kid()),
              std::string::npos);
    EXPECT_EQ(site.ask(get("/ssf/jwks.json").with("If-None-Match", header(one, "ETag"))).status, 304);
}

}  // namespace
}  // namespace signet::http
