#include "http/guards.hpp"

#include <gtest/gtest.h>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;

class Guards : public ::testing::Test {
protected:
    Guards() { site_.world.add_user(); }
    testing::Site site_;
};

// CHECKS B45
TEST_F(Guards, TakeTheSchemeInAnyCase)
{
    auto const token = site_.sign_in().access;
    for (auto const* scheme : {"Bearer ", "bearer ", "BEARER ", "Bearer   "})
        EXPECT_EQ(site_.ask(get("/api/v1/me").with("Authorization", scheme + token)).status, 200) << scheme;
}

// CHECKS B45
TEST_F(Guards, ChallengeWithoutAnErrorWhenNoTokenCame)
{
    auto const response = site_.ask(get("/api/v1/me"));
    EXPECT_EQ(refused(response), (Refused{401, "missing_token"}));
    EXPECT_EQ(header(response, "WWW-Authenticate"), "Bearer realm=\"https://id.example.com\"");
}

TEST_F(Guards, TakeAnotherSchemeForNoToken)
{
    auto const token = site_.sign_in().access;
    for (auto const& value : {std::string{"Basic YTpi"}, "DPoP " + token, "Bearer" + token, token, std::string{""}}) {
        auto const response = site_.ask(get("/api/v1/me").with("Authorization", value));
        EXPECT_EQ(refused(response), (Refused{401, "missing_token"})) << value;
        EXPECT_EQ(header(response, "WWW-Authenticate").find("error"), std::string::npos);
    }
}

// CHECKS B45
TEST_F(Guards, ChallengeWithInvalidTokenWhenOneIsRefused)
{
    auto const token = site_.sign_in().access;
    for (auto const& bad : {std::string{"x"}, std::string{"a.b.c"}, token + "x", token + " " + token,
                            token.substr(0, 40), std::string{}}) {
        auto const response = site_.ask(get("/api/v1/me").bearer(bad));
        EXPECT_EQ(refused(response), (Refused{401, "invalid_token"})) << bad;
        EXPECT_EQ(header(response, "WWW-Authenticate"),
                  "Bearer realm=\"https://id.example.com\", error=\"invalid_token\"");
    }
}

TEST_F(Guards, RefuseAnExpiredToken)
{
    auto const token = site_.sign_in().access;
    site_.world.clock.advance(std::chrono::hours{1});
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me").bearer(token))), (Refused{401, "invalid_token"}));
}

// RFC 6750 3.1: nothing is known to be wrong with the token.
TEST_F(Guards, ChallengeNobodyWhenTheServerCannotTell)
{
    auto&               world = site_.world;
    core::Keyring const empty{world.stores.signing_keys(), world.master_key, world.settings, world.clock, world.random};
    core::Ports const   ports{.clock            = world.clock,
                              .random           = world.random,
                              .users            = world.stores.users(),
                              .sessions         = world.stores.sessions(),
                              .attempts         = world.stores.attempts(),
                              .audit            = world.stores.audit(),
                              .passwords        = world.passwords,
                              .keyring          = empty,
                              .token_secret     = world.token_secret,
                              .revocation_log   = world.stores.revocations(),
                              .revocations      = world.revocations,
                              .verifiers        = world.stores.verifiers(),
                              .receivers        = world.stores.receivers(),
                              .refresh_refusals = world.refresh_refusals,
                              .sign_ins         = world.sign_ins,
                              .settings         = world.settings};
    core::Authenticator const cannot_tell{ports};
    Api const                 api{.ports         = ports,
                                  .authenticator = cannot_tell,
                                  .settings      = site_.settings,
                                  .storage_pool  = site_.storage_pool,
                                  .hashing_pool  = site_.hashing_pool,
                                  .metrics       = site_.metrics,
                                  .verifiers     = site_.verifiers,
                                  .revocations   = site_.revocations,
                                  .snapshots     = site_.snapshots,
                                  .feed_signer   = site_.feed_signer,
                                  .feed_keys     = site_.world.feed_keyring,
                                  .event_keys    = site_.world.event_keyring,
                                  .status_lists  = site_.status_lists,
                                  .ready         = site_.api.ready};

    auto const caller = authenticate(get("/api/v1/me").bearer(site_.sign_in().access), api);
    ASSERT_FALSE(caller);
    EXPECT_EQ(refused(caller.error()), (Refused{503, "unavailable"}));
    EXPECT_EQ(header(caller.error(), "WWW-Authenticate"), "");
}

// CHECKS B45
TEST_F(Guards, IgnoreATokenInTheQuery)
{
    auto const token = site_.sign_in().access;
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me?access_token=" + token))), (Refused{401, "missing_token"}));
}

// CHECKS B45
TEST_F(Guards, RefuseATokenInTwoPlaces)
{
    auto const token    = site_.sign_in().access;
    auto const response = site_.ask(get("/api/v1/me").bearer(token).bearer(token));
    EXPECT_EQ(refused(response), (Refused{400, "invalid_request"}));
    EXPECT_NE(header(response, "WWW-Authenticate").find("error=\"invalid_request\""), std::string::npos);
}

TEST_F(Guards, TakeNoRefreshTokenForAnAccessToken)
{
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me").bearer(site_.sign_in().refresh))), (Refused{401, "invalid_token"}));
}

// CHECKS D4
TEST_F(Guards, TakeNothingButJsonWhereJsonIsDue)
{
    std::string_view const body = R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})";
    for (auto const* type : {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
        auto request = post("/api/v1/login").with("Content-Type", type);
        request.body = body;
        EXPECT_EQ(refused(site_.ask(request)), (Refused{415, "unsupported_media_type"})) << type;
    }
    auto untyped = post("/api/v1/login");
    untyped.body = body;
    EXPECT_EQ(refused(site_.ask(untyped)), (Refused{415, "unsupported_media_type"}));
}

TEST_F(Guards, TakeNoJsonWhereAFormIsDue)
{
    EXPECT_EQ(refused(site_.ask(post("/login").from_own_page().json("{}"))), (Refused{415, "unsupported_media_type"}));
}

// CHECKS E11: cheap checks first.
TEST_F(Guards, RefuseABadBodyWithoutQueueing)
{
    testing::Site full({.hashing_queue = 0});
    EXPECT_EQ(refused(full.ask(post("/api/v1/login").json("{"))), (Refused{400, "malformed_json"}));
    EXPECT_EQ(refused(full.ask(post("/api/v1/login").json(R"({"email":1})"))), (Refused{400, "invalid_request"}));
    EXPECT_EQ(refused(full.ask(post("/api/v1/password").json("{}"))), (Refused{401, "missing_token"}));
    EXPECT_EQ(refused(full.ask(post("/api/v1/login").json(R"({"email":"a","password":"b"})"))), (Refused{503, "busy"}));
}

}  // namespace
}  // namespace signet::http
