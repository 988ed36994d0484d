#include <gmock/gmock.h>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;
using testing::text_of;

class Introspection : public ::testing::Test {
protected:
    Introspection() { site_.world.add_user(); }

    Response introspect(std::string_view token)
    {
        return site_.ask(post("/introspect").bearer(credential_).form("token=" + std::string{token}));
    }
    Response revoke(std::string_view token, std::string_view more = {})
    {
        return site_.ask(post("/revoke").form("token=" + std::string{token} + std::string{more}));
    }

    testing::Site     site_;
    std::string const credential_ = site_.add_verifier("old-service");
};

constexpr std::string_view kInactive = R"({"active":false})";

// RFC 7662 2.2
TEST_F(Introspection, TellsTheClaimsOfAnActiveToken)
{
    auto const who      = site_.sign_in();
    auto const response = introspect(who.access);
    ASSERT_EQ(response.status, 200);
    EXPECT_EQ(header(response, "Cache-Control"), "no-store");
    auto const body = json::parse_object(response.body).value();
    EXPECT_EQ(body.find("active")->boolean(), true);
    EXPECT_EQ(body.find("token_type")->string(), "Bearer");
    EXPECT_EQ(body.find("iss")->string(), testing::kIssuer);
    EXPECT_EQ(body.find("sid")->string(), who.session);
    EXPECT_EQ(body.find("username")->string(), "ann@example.com");
    EXPECT_EQ(body.find("client_id")->string(), "signet");
    EXPECT_TRUE(body.find("exp")->integer());
    EXPECT_TRUE(body.find("jti")->string());
}

// CHECKS B46
TEST_F(Introspection, SaysNothingElseOfWhatIsNotActive)
{
    auto const who  = site_.sign_in();
    auto const over = site_.sign_in();
    EXPECT_EQ(site_.ask(post("/api/v1/logout").bearer(over.access)).status, 204);
    for (auto const& token :
         {std::string{"x"}, std::string{"a.b.c"}, who.access + "x", over.access, who.refresh, credential_})
        EXPECT_EQ(introspect(token).body, kInactive) << token;
    site_.world.clock.advance(std::chrono::hours{1});
    EXPECT_EQ(introspect(who.access).body, kInactive);
}

TEST_F(Introspection, IsForVerifiersAlone)
{
    auto const who = site_.sign_in();
    EXPECT_EQ(refused(site_.ask(post("/introspect").form("token=" + who.access))), (Refused{401, "missing_token"}));
    EXPECT_EQ(refused(site_.ask(post("/introspect").bearer(who.access).form("token=" + who.access))),
              (Refused{401, "unknown_verifier"}));
}

TEST_F(Introspection, NeedsAToken)
{
    EXPECT_EQ(refused(site_.ask(post("/introspect").bearer(credential_).form("token_type_hint=access_token"))),
              (Refused{400, "invalid_request"}));
    EXPECT_EQ(refused(site_.ask(post("/introspect").bearer(credential_).json(R"({"token":"x"})"))),
              (Refused{415, "unsupported_media_type"}));
}

// RFC 7009 2.1, CHECKS B47
TEST_F(Introspection, OfARevokedAccessTokenIsOverAndItsSessionGoesOn)
{
    auto const who      = site_.sign_in();
    auto const response = revoke(who.access);
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(header(response, "Signet-Propagated"), "0/0");
    EXPECT_EQ(introspect(who.access).body, kInactive);
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me").bearer(who.access))), (Refused{401, "invalid_token"}));
    auto const next = site_.ask(post("/api/v1/refresh").json("{\"refresh_token\":\"" + who.refresh + "\"}"));
    ASSERT_EQ(next.status, 200);
    EXPECT_EQ(site_.ask(get("/api/v1/me").bearer(text_of(next, "access_token"))).status, 200);
}

// CHECKS B47: all that was issued from it.
TEST_F(Introspection, OfTheTokensOfARevokedRefreshTokenIsOver)
{
    auto const who = site_.sign_in();
    EXPECT_EQ(revoke(who.refresh, "&token_type_hint=access_token").status, 200) << "a wrong hint changes nothing";
    EXPECT_EQ(introspect(who.access).body, kInactive);
    auto const next = site_.ask(post("/api/v1/refresh").json("{\"refresh_token\":\"" + who.refresh + "\"}"));
    EXPECT_EQ(refused(next), (Refused{401, "invalid_grant"}));
}

// RFC 7009 2.2
TEST_F(Introspection, IsNotNeededToKnowThatAnUnknownTokenIsRevoked)
{
    auto const who = site_.sign_in();
    for (auto const& token : {std::string{"x"}, std::string{"srt_x"}, who.access + "x", credential_}) {
        EXPECT_EQ(revoke(token).status, 200) << token;
        EXPECT_EQ(header(revoke(token), "Signet-Propagated"), "") << token;
    }
    EXPECT_EQ(site_.ask(get("/api/v1/me").bearer(who.access)).status, 200);
    EXPECT_EQ(refused(site_.ask(post("/revoke").form("x=y"))), (Refused{400, "invalid_request"}));
}

}  // namespace
}  // namespace signet::http
