#include <gtest/gtest.h>

#include "http/cookies.hpp"
#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::Ask;
using testing::get;
using testing::post;
using testing::Refused;
using testing::refused;
using testing::set_cookie;
using testing::text_of;

class Sessions : public ::testing::Test {
protected:
    Sessions() { site_.world.add_user(); }

    Response end(std::string const& id, std::string_view token)
    {
        return site_.ask(Ask{Method::delete_, "/api/v1/sessions/" + id}.bearer(token));
    }
    testing::Site site_;
};

TEST_F(Sessions, ListThePersonsDevices)
{
    auto const one = site_.sign_in();
    site_.world.clock.advance(std::chrono::seconds{1});
    auto const two = site_.ask(post("/api/v1/login")
                                   .with("User-Agent", "Firefox \"x\"\xff")
                                   .json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})"));

    auto const response = site_.ask(get("/api/v1/sessions").bearer(one.access));
    ASSERT_EQ(response.status, 200);
    auto const list = json::parse_object(response.body).value().find("sessions");
    ASSERT_TRUE(list);
    std::vector<std::string> lines;
    list->for_each_item([&](json::Value item) {
        lines.push_back(std::string{item.find("id")->string().value()} +
                        (item.find("current")->boolean().value() ? " current" : ""));
        for (auto const* time : {"created_at", "last_used_at", "expires_at"}) {
            auto const text = item.find(time)->string().value();
            EXPECT_TRUE(text.size() == 24 && text.ends_with('Z')) << text;
        }
        EXPECT_EQ(item.find("address")->string(), "192.0.2.7");
        EXPECT_TRUE(item.find("user_agent") && item.find("client_id"));
        return true;
    });
    EXPECT_EQ(lines, (std::vector{text_of(two, "session_id"), one.session + " current"}));
}

TEST_F(Sessions, EndOneByItsId)
{
    auto const one   = site_.sign_in();
    auto const two   = site_.sign_in();
    auto const ended = end(two.session, one.access);
    EXPECT_EQ(ended.status, 204);
    EXPECT_EQ(set_cookie(ended, kRefreshCookie), "");
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me").bearer(two.access))), (Refused{401, "invalid_token"}));
    EXPECT_EQ(site_.ask(get("/api/v1/me").bearer(one.access)).status, 200);
}

TEST_F(Sessions, EndTheOneInUseWithItsCookie)
{
    auto const one   = site_.sign_in();
    auto const ended = end(one.session, one.access);
    EXPECT_EQ(ended.status, 204);
    EXPECT_NE(set_cookie(ended, kRefreshCookie).find("Max-Age=0"), std::string::npos);
}

TEST_F(Sessions, KeepThoseOfOthersOutOfReach)
{
    site_.world.add_user("eve@example.com");
    auto const theirs = site_.sign_in();
    auto const eve    = text_of(
        site_.ask(post("/api/v1/login").json(R"({"email":"eve@example.com","password":"blue-giraffe-on-stilts"})")),
        "access_token");
    EXPECT_EQ(refused(end(theirs.session, eve)), (Refused{404, "not_found"}));
    EXPECT_EQ(refused(end("019bc000-0000-7000-8000-000000000000", eve)), (Refused{404, "not_found"}));
    EXPECT_EQ(site_.ask(get("/api/v1/me").bearer(theirs.access)).status, 200);
    EXPECT_EQ(site_.ask(get("/api/v1/sessions").bearer(eve)).body.find(theirs.session), std::string::npos);
}

TEST_F(Sessions, TakeNoOtherIds)
{
    auto const token = site_.sign_in().access;
    for (auto const* id :
         {"x", "1", "current", "019bc000-0000-7000-8000-00000000000", "019bc000000070008000000000000000"})
        EXPECT_EQ(refused(end(id, token)), (Refused{404, "not_found"})) << id;
}

TEST_F(Sessions, NeedABearerToken)
{
    EXPECT_EQ(refused(site_.ask(get("/api/v1/sessions"))), (Refused{401, "missing_token"}));
    EXPECT_EQ(refused(site_.ask(Ask{Method::delete_, "/api/v1/sessions/x"})), (Refused{401, "missing_token"}));
    EXPECT_EQ(refused(site_.ask(Ask{Method::delete_, "/api/v1/sessions/x"}.from_stranger())),
              (Refused{403, "origin_not_allowed"}));
}

TEST_F(Sessions, SaySoWhenStorageFails)
{
    auto const one                      = site_.sign_in();
    site_.world.stores.memory().failing = true;
    EXPECT_EQ(refused(site_.ask(get("/api/v1/sessions").bearer(one.access))), (Refused{503, "unavailable"}));
    EXPECT_EQ(refused(end(one.session, one.access)), (Refused{503, "unavailable"}));
}

}  // namespace
}  // namespace signet::http
