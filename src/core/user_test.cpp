#include "core/user.hpp"

#include <gtest/gtest.h>

#include "core/audit.hpp"
#include "core/client_address.hpp"
#include "core/session.hpp"

namespace signet::core {
namespace {

Errc name_error(std::string_view typed)
{
    auto const parsed = parse_name(typed);
    return parsed ? Errc::not_found : parsed.error().code;
}

TEST(UserName, IsTrimmedAndMayBeEmpty)
{
    EXPECT_EQ(parse_name("  Ann Lee "), "Ann Lee");
    EXPECT_EQ(parse_name(""), "");
    EXPECT_EQ(parse_name("   "), "");
    EXPECT_EQ(parse_name("Åsa 李 🦊"), "Åsa 李 🦊");
    EXPECT_EQ(parse_name(std::string(200, 'a')), std::string(200, 'a'));
}

// CHECKS E33
TEST(UserName, RefusesWhatReadsDifferentlyFromWhatItIs)
{
    EXPECT_EQ(name_error(std::string(201, 'a')), Errc::invalid_name);
    EXPECT_EQ(name_error("Ann\nLee"), Errc::invalid_name);
    EXPECT_EQ(name_error("Ann\tLee"), Errc::invalid_name);
    EXPECT_EQ(name_error(std::string_view{"Ann\0Lee", 7}), Errc::invalid_name);
    EXPECT_EQ(name_error("Ann\x1b[31m"), Errc::invalid_name);
    EXPECT_EQ(name_error("Ann\x7f"), Errc::invalid_name);
    EXPECT_EQ(name_error("Ann\xC2\x85"), Errc::invalid_name);  // C1
    EXPECT_EQ(name_error("Ann\xE2\x80\xAE"
                         "eel"),
              Errc::invalid_name);                                    // right-to-left override
    EXPECT_EQ(name_error("Ann\xE2\x80\xA8Lee"), Errc::invalid_name);  // line separator
    EXPECT_EQ(name_error("Ann\xFF"), Errc::invalid_name);
    EXPECT_EQ(name_error("Ann\xC0\xAF"), Errc::invalid_name);      // overlong
    EXPECT_EQ(name_error("Ann\xED\xA0\x80"), Errc::invalid_name);  // a surrogate
}

TEST(Role, IsAShortNameOfFewCharacters)
{
    EXPECT_EQ(parse_role("admin"), "admin");
    EXPECT_EQ(parse_role("notes:read_all.v-2"), "notes:read_all.v-2");
    EXPECT_EQ(parse_role(std::string(64, 'a')), std::string(64, 'a'));
    for (auto const& typed : {std::string{}, std::string{"Admin"}, std::string{"a b"}, std::string{"a,b"},
                              std::string{"ä"}, std::string{"a\n"}, std::string(65, 'a')}) {
        auto const role = parse_role(typed);
        ASSERT_FALSE(role) << typed;
        EXPECT_EQ(role.error().code, Errc::invalid_role);
    }
}

TEST(Role, IsHeldOnce)
{
    EXPECT_EQ(parse_roles({"b", "a", "b"}), (std::vector<std::string>{"b", "a"}));
    EXPECT_EQ(parse_roles({"a", "B"}).error().code, Errc::invalid_role);
}

TEST(ClientAddress, IsNumericAndCanonical)
{
    auto const text = [](std::string_view typed) {
        return ClientAddress::parse(typed).value_or(ClientAddress{"refused"}).text;
    };
    EXPECT_EQ(text("192.0.2.7"), "192.0.2.7");
    EXPECT_EQ(text("2001:DB8:0:0::1"), "2001:db8::1");
    EXPECT_EQ(text("::ffff:192.0.2.7"), "192.0.2.7");
    // CHECKS C11: what is no address is none, and is never taken for one.
    for (auto const* const bad : {"", "localhost", "192.0.2", "192.0.2.256", "192.0.2.7:443", "[::1]", "fe80::1%eth0",
                                  " 192.0.2.7", "192.0.2.7, 10.0.0.1", "0300.0.2.7", "1:2:3"})
        EXPECT_EQ(text(bad), "refused") << bad;
    EXPECT_EQ(text(std::string_view{"192.0.2.7\0x", 11}), "refused");
}

TEST(ClientAddress, KnowsItsNetwork)
{
    EXPECT_EQ(ClientAddress{"192.0.2.7"}.network(), "192.0.2.7");
    EXPECT_EQ(ClientAddress{"2001:db8:1:2:3:4:5:6"}.network(), "2001:db8:1:2::/64");
    EXPECT_EQ(ClientAddress{"2001:db8::1"}.network(), "2001:db8::/64");
    EXPECT_EQ(ClientAddress{""}.network(), "");
}

TEST(ClientAddress, KnowsLoopback)
{
    EXPECT_TRUE(ClientAddress{"127.0.0.1"}.is_loopback());
    EXPECT_TRUE(ClientAddress{"127.9.9.9"}.is_loopback());
    EXPECT_TRUE(ClientAddress{"::1"}.is_loopback());
    EXPECT_FALSE(ClientAddress{"128.0.0.1"}.is_loopback());
    EXPECT_FALSE(ClientAddress{"::2"}.is_loopback());
    EXPECT_FALSE(ClientAddress{""}.is_loopback());
}

TEST(Names, AreFoundAgain)
{
    for (auto const reason : {EndReason::signed_out, EndReason::signed_out_everywhere, EndReason::ended_by_owner,
                              EndReason::ended_by_operator, EndReason::password_changed, EndReason::account_disabled,
                              EndReason::refresh_reuse, EndReason::replays_elsewhere})
        EXPECT_EQ(find_end_reason(name(reason)), reason);
    EXPECT_FALSE(find_end_reason("unknown"));
    EXPECT_FALSE(find_end_reason(""));

    for (auto const event : {AuditEvent::user_added, AuditEvent::login_refused, AuditEvent::key_rotated})
        EXPECT_EQ(find_audit_event(name(event)), event);
    EXPECT_FALSE(find_audit_event("unknown"));

    EXPECT_EQ(name(Errc::bad_credentials), "bad_credentials");
    EXPECT_EQ(name(Errc::password_is_personal), "password_is_personal");
    EXPECT_EQ(name(Errc::wrong_master_key), "wrong_master_key");
}

}  // namespace
}  // namespace signet::core
