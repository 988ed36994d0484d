#include "core/refresh_token.hpp"

#include <gtest/gtest.h>

#include "core/device_token.hpp"
#include "core/testing/time_and_chance.hpp"
#include "core/testing/world.hpp"
#include "jose/base64url.hpp"

namespace signet::core {
namespace {

using testing::make_token_secret;

struct RefreshToken : ::testing::Test {
    TokenSecret             key = make_token_secret();
    testing::CountingRandom random;
    SessionId               session = SessionId::make(from_unix_milliseconds(1'800'000'000'000), random);

    std::string text(std::uint64_t generation)
    {
        return std::string{make_refresh_token(key, {session, generation}).reveal()};
    }
};

TEST_F(RefreshToken, ComesBackAsItWasMade)
{
    for (std::uint64_t const generation :
         {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{0x0102030405060708}, UINT64_MAX}) {
        auto const content = parse_refresh_token(key, text(generation));
        ASSERT_TRUE(content);
        EXPECT_EQ(content->session, session);
        EXPECT_EQ(content->generation, generation);
    }
}

// DESIGN 6: the current token can always be made again.
TEST_F(RefreshToken, IsTheSameTextEachTime)
{
    EXPECT_EQ(text(3), text(3));
    EXPECT_NE(text(3), text(4));
    EXPECT_TRUE(text(3).starts_with("srt_"));
    EXPECT_EQ(text(3).size(), 80U);
}

// CHECKS B30
TEST_F(RefreshToken, IsRefusedWhenAnyOneCharacterDiffers)
{
    auto const good = text(5);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i]   = bad[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(parse_refresh_token(key, bad)) << i;
    }
}

TEST_F(RefreshToken, IsRefusedInAnyOtherLength)
{
    auto const good = text(5);
    for (std::size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(parse_refresh_token(key, good.substr(0, size)));
    for (auto const* const tail : {"A", "AAAA", "=", "\n", " "}) EXPECT_FALSE(parse_refresh_token(key, good + tail));
    EXPECT_FALSE(parse_refresh_token(key, std::string(1'000'000, 'A')));
}

TEST_F(RefreshToken, IsRefusedUnderAnotherSecret)
{
    EXPECT_FALSE(parse_refresh_token(make_token_secret("b"), text(5)));
}

TEST_F(RefreshToken, IsRefusedWithAnotherVersionEvenWhenItsMacIsRight)
{
    auto body = *jose::base64url::decode(text(5).substr(4));
    body[0]   = 2;
    body.resize(25);
    auto const mac = key.mac("refresh token", body);
    body.append(mac.begin(), mac.end());
    EXPECT_FALSE(parse_refresh_token(key, "srt_" + jose::base64url::encode(body)));
}

// ---- device tokens ----

struct DeviceToken : RefreshToken {
    DeviceTokenContent content{UserId::make(from_unix_milliseconds(1), random),
                               Uuid::make(from_unix_milliseconds(2), random), mark_of(key, {"$a hash"})};
};

TEST_F(DeviceToken, ComesBackAsItWasMade)
{
    auto const text  = make_device_token(key, content);
    auto const found = parse_device_token(key, text);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->user, content.user);
    EXPECT_EQ(found->device, content.device);
    EXPECT_EQ(found->password, content.password);
    EXPECT_TRUE(text.starts_with("sdt_"));
}

TEST_F(DeviceToken, IsRefusedWhenAnyOneCharacterDiffers)
{
    auto const good = make_device_token(key, content);
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i]   = bad[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(parse_device_token(key, bad)) << i;
    }
    EXPECT_FALSE(parse_device_token(key, ""));
    EXPECT_FALSE(parse_device_token(key, good + "A"));
    EXPECT_FALSE(parse_device_token(make_token_secret("b"), good));
}

// CHECKS E29: one purpose, one key.
TEST_F(DeviceToken, AndRefreshTokenDoNotStandInForEachOther)
{
    EXPECT_FALSE(parse_device_token(key, text(0)));
    EXPECT_FALSE(parse_refresh_token(key, make_device_token(key, content)));
    EXPECT_NE(key.mac("refresh token", "m"), key.mac("device token", "m"));
}

}  // namespace
}  // namespace signet::core
