#include <gtest/gtest.h>

#include "http/answers.hpp"
#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::Refused;
using testing::refused;
using testing::text_of;

TEST(Me, AnswersFromTheTokenAlone)
{
    testing::Site site;
    site.world.add_user("ann@example.com", {"admin", "viewer"});
    auto const session  = site.sign_in();
    auto const before   = site.world.stores.memory().deeds;
    auto const response = site.ask(get("/api/v1/me").bearer(session.access));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(text_of(response, "user.email"), "ann@example.com");
    EXPECT_EQ(text_of(response, "user.name"), "Ann");
    EXPECT_EQ(text_of(response, "user.id").size(), 36U);
    EXPECT_NE(response.body.find(R"("roles":["admin","viewer"])"), std::string::npos);
    EXPECT_EQ(text_of(response, "session_id"), session.session);
    EXPECT_TRUE(text_of(response, "expires_at").starts_with("2027-01-15T08:"));
    EXPECT_EQ(site.world.stores.memory().deeds, before);
}

TEST(Me, AnswersWhileStorageIsDown)
{
    testing::Site site;
    site.world.add_user();
    auto const token                   = site.sign_in().access;
    site.world.stores.memory().failing = true;
    EXPECT_EQ(site.ask(get("/api/v1/me").bearer(token)).status, 200);
}

TEST(Me, RefusesWhoeverIsSignedOut)
{
    testing::Site site;
    site.world.add_user();
    auto const token = site.sign_in().access;
    (void)site.ask(testing::post("/api/v1/logout").bearer(token));
    EXPECT_EQ(refused(site.ask(get("/api/v1/me").bearer(token))), (Refused{401, "invalid_token"}));
}

TEST(Answers, WriteTimesAsRfc3339)
{
    EXPECT_EQ(rfc3339(from_unix_milliseconds(0)), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(rfc3339(from_unix_milliseconds(1'709'210'096'007)), "2024-02-29T12:34:56.007Z");
}

TEST(Answers, CutALongUserAgent)
{
    EXPECT_EQ(find_origin(get("/").with("User-Agent", std::string(1000, 'a'))).user_agent.size(), 400U);
    EXPECT_EQ(find_origin(get("/")).user_agent, "");
    EXPECT_EQ(find_origin(get("/")).address.text, "192.0.2.7");
}

}  // namespace
}  // namespace signet::http
