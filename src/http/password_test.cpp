#include <gtest/gtest.h>

#include "http/testing/site.hpp"

namespace signet::http {
namespace {

using testing::get;
using testing::header;
using testing::post;
using testing::Refused;
using testing::refused;
using testing::text_of;

class Password : public ::testing::Test {
protected:
    Password() { site_.world.add_user(); }

    Response change(std::string_view token, std::string_view current, std::string_view wanted)
    {
        return site_.ask(post("/api/v1/password")
                             .bearer(token)
                             .json("{\"current_password\":" + json::quote(current) +
                                   ",\"new_password\":" + json::quote(wanted) + "}"));
    }
    testing::Site site_;
};

TEST_F(Password, ChangesAndEndsAllOtherSessions)
{
    auto const here      = site_.sign_in();
    auto const elsewhere = site_.sign_in();
    EXPECT_EQ(change(here.access, testing::kPassword, "seven green ladders").status, 204);
    EXPECT_EQ(site_.ask(get("/api/v1/me").bearer(here.access)).status, 200);
    EXPECT_EQ(refused(site_.ask(get("/api/v1/me").bearer(elsewhere.access))), (Refused{401, "invalid_token"}));
    EXPECT_EQ(site_.sign_in().access, "");
}

TEST_F(Password, NeedsTheCurrentOne)
{
    auto const response = change(site_.sign_in().access, "wrong", "seven green ladders");
    EXPECT_EQ(refused(response), (Refused{401, "bad_credentials"}));
    // The token is fine: no challenge tells the client to renew it.
    EXPECT_EQ(header(response, "WWW-Authenticate"), "");
}

TEST_F(Password, SaysWhatIsWrongWithTheNewOne)
{
    auto const token = site_.sign_in().access;
    EXPECT_EQ(refused(change(token, testing::kPassword, "short")), (Refused{400, "password_too_short"}));
    EXPECT_EQ(refused(change(token, testing::kPassword, "password123")), (Refused{400, "password_too_common"}));
    EXPECT_EQ(refused(change(token, testing::kPassword, "ann@example.com")), (Refused{400, "password_is_personal"}));
}

TEST_F(Password, SlowsAGuesserDown)
{
    auto const token = site_.sign_in().access;
    Refused    last{};
    for (int i = 0; i < 7; ++i) last = refused(change(token, "wrong", "seven green ladders"));
    EXPECT_EQ(last, (Refused{429, "slow_down"}));
}

// CHECKS C9: the device that changed it is still known, as the one that the new password let in.
TEST_F(Password, GivesTheBrowserANewDeviceCookie)
{
    auto const signed_in = site_.ask(post("/api/v1/login")
                                         .json(R"({"email":"ann@example.com","password":"blue-giraffe-on-stilts"})")
                                         .from_own_page());
    auto const device    = testing::cookie_value(signed_in, "__Host-signet_device");
    auto const body =
        "{\"current_password\":" + json::quote(testing::kPassword) + ",\"new_password\":\"seven green ladders\"}";
    auto const changed = site_.ask(post("/api/v1/password")
                                       .bearer(text_of(signed_in, "access_token"))
                                       .cookie("__Host-signet_device", device)
                                       .json(body));
    EXPECT_EQ(changed.status, 204);
    auto const renewed = testing::cookie_value(changed, "__Host-signet_device");
    EXPECT_NE(renewed, "");
    EXPECT_NE(renewed, device);
    auto const without = change(text_of(signed_in, "access_token"), "seven green ladders", "eight green ladders");
    EXPECT_EQ(without.status, 204);
    EXPECT_EQ(testing::cookie_value(without, "__Host-signet_device"), "") << "who brought none keeps none";
}

TEST_F(Password, NeedsTokenAndMembers)
{
    EXPECT_EQ(refused(site_.ask(post("/api/v1/password").json("{}"))), (Refused{401, "missing_token"}));
    auto const token = site_.sign_in().access;
    EXPECT_EQ(refused(site_.ask(post("/api/v1/password").bearer(token).json("{}"))), (Refused{400, "invalid_request"}));
    EXPECT_EQ(refused(site_.ask(post("/api/v1/password").bearer(token))), (Refused{400, "malformed_json"}));
    EXPECT_EQ(
        refused(site_.ask(post("/api/v1/password").bearer(token).json(R"({"current_password":1,"new_password":2})"))),
        (Refused{400, "invalid_request"}));
}

}  // namespace
}  // namespace signet::http
