#include "core/token_secret.hpp"

#include <gtest/gtest.h>

#include "core/keyring.hpp"
#include "core/testing/time_and_chance.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using testing::make_master_key;
using testing::make_token_secret;

std::string hex(std::span<std::uint8_t const> bytes)
{
    std::string out;
    for (auto const byte : bytes)
        for (auto const nibble : {byte >> 4, byte & 15}) out += "0123456789abcdef"[nibble];
    return out;
}

// What refresh tokens of a database are authenticated with that is older than its token secret. The value from Python's
// hmac: HKDF-SHA256 with the purpose as info, then HMAC-SHA256.
TEST(TokenSecret, DerivesAKeyPerPurposeAsRfc5869Says)
{
    auto const key = make_token_secret("a");
    EXPECT_EQ(hex(key.mac("refresh token", "message")),
              "2ca2cc88d77fabec6af39a91fc25ba813c9de106b98d718354f8969f2b1a1818");
    EXPECT_NE(key.mac("refresh token", "message"), key.mac("device token", "message"));
    EXPECT_NE(key.mac("refresh token", "message"), make_token_secret("b").mac("refresh token", "message"));
}

TEST(TokenSecret, MatchesItsOwnMacAndNoOther)
{
    auto const        key = make_token_secret();
    auto const        mac = key.mac("purpose", "message");
    std::string const tag{mac.begin(), mac.end()};
    EXPECT_TRUE(key.mac_matches("purpose", "message", tag));
    EXPECT_FALSE(key.mac_matches("purpose", "massage", tag));
    EXPECT_FALSE(key.mac_matches("porpoise", "message", tag));
    EXPECT_FALSE(key.mac_matches("purpose", "message", tag.substr(0, 31)));
    EXPECT_FALSE(key.mac_matches("purpose", "message", tag + '\0'));
    EXPECT_FALSE(key.mac_matches("purpose", "message", ""));
}

struct LoadingTokenSecret : ::testing::Test {
    testing::MemoryStores   stores;
    testing::ManualClock    clock;
    testing::CountingRandom random;
    Settings                settings = testing::cheap_settings();

    Result<TokenSecret> load(MasterKey const& key)
    {
        return load_token_secret({.sealed       = stores.sealed(),
                                  .signing_keys = stores.signing_keys(),
                                  .master_key   = key,
                                  .random       = random,
                                  .now          = clock.now()});
    }
    void make_keys(MasterKey const& key)
    {
        Keyring keyring{stores.signing_keys(), key, settings, clock, random};
        ASSERT_TRUE(keyring.load());
    }
};

TEST_F(LoadingTokenSecret, MakesOneAtTheFirstStartAndKeepsIt)
{
    auto const first = load(make_master_key());
    ASSERT_TRUE(first);
    make_keys(make_master_key());
    auto const second = load(make_master_key());
    ASSERT_TRUE(second);
    EXPECT_EQ(first->mac("p", "m"), second->mac("p", "m"));
    EXPECT_NE(first->mac("p", "m"), make_token_secret().mac("p", "m")) << "the master key alone makes no token";
    EXPECT_EQ(stores.memory().secrets.size(), 1U);
    EXPECT_FALSE(first->is_root_of(make_master_key()));
}

// CHECKS E28
TEST_F(LoadingTokenSecret, RefusesAWrongMasterKeyAndMakesNothing)
{
    ASSERT_TRUE(load(make_master_key()));
    auto const refused = load(make_master_key("b"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::wrong_master_key);
    EXPECT_EQ(stores.memory().secrets.size(), 1U);
    EXPECT_TRUE(load(make_master_key()));
}

TEST_F(LoadingTokenSecret, SignsNobodyOutOfADatabaseOfBefore)
{
    make_keys(make_master_key());
    ASSERT_FALSE(load(make_master_key("b"))) << "another master key becomes nobody's secret";
    EXPECT_TRUE(stores.memory().secrets.empty());
    auto const secret = load(make_master_key());
    ASSERT_TRUE(secret);
    EXPECT_EQ(secret->mac("refresh token", "m"), make_token_secret().mac("refresh token", "m"));
    EXPECT_TRUE(secret->is_root_of(make_master_key())) << "whoever has it makes tokens, and can be told";
    EXPECT_FALSE(secret->is_root_of(make_master_key("b")));
}

TEST_F(LoadingTokenSecret, LiesSealedInStorage)
{
    auto const secret = TokenSecret{RootKey{WipedDigest{{1, 2, 3, 4, 5, 6, 7, 8}}.bytes}};
    auto const sealed = secret.seal(make_master_key(), random);
    EXPECT_EQ(sealed.find("\x01\x02\x03\x04\x05\x06\x07\x08"), std::string::npos);
    stores.memory().secrets.emplace(kTokenSecretName, sealed);
    EXPECT_EQ(load(make_master_key())->mac("p", "m"), secret.mac("p", "m"));
}

}  // namespace
}  // namespace signet::core
