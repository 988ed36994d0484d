#include "core/keyring.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/access_token.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using testing::make_master_key;
using testing::World;

struct KeyringTest : ::testing::Test {
    Settings                settings = testing::cheap_settings();
    testing::ManualClock    clock;
    testing::CountingRandom random;
    testing::MemoryStores   stores;
    MasterKey               master_key = make_master_key();
    Keyring                 keyring{stores.signing_keys(), master_key, settings, clock, random};

    std::string signing() { return std::string{keyring.current()->signing->kid()}; }
    std::size_t published() { return keyring.current()->published.size(); }
    std::size_t stored() { return stores.memory().keys.size(); }
    bool        publishes(std::string const& kid) { return keyring.current()->published.find(kid) != nullptr; }
    void        advance(std::chrono::milliseconds by)
    {
        clock.advance(by);
        ASSERT_TRUE(keyring.maintain());
    }
};

TEST_F(KeyringTest, MakesTheFirstKeyWhenThereIsNone)
{
    EXPECT_FALSE(keyring.current());
    ASSERT_TRUE(keyring.load());
    EXPECT_EQ(stored(), 1U);
    EXPECT_EQ(published(), 1U);
    EXPECT_TRUE(publishes(signing()));
    EXPECT_NE(keyring.current()->jwks.find("\"kid\""), std::string::npos);
    EXPECT_EQ(keyring.current()->jwks.find("\"d\""), std::string::npos) << "no private member";  // CHECKS B50
    EXPECT_EQ(stores.memory().audit.back().event, AuditEvent::key_added);
}

TEST_F(KeyringTest, GivesNoKeyANameThatLooksLikeAnOption)
{
    NewSigningKey const wanted{
        .algorithm = jose::Algorithm::eddsa, .created_at = clock.now(), .active_from = clock.now(), .token_life = {}};
    for (int i = 0; i < 600; ++i) {
        auto const key = make_signing_key(wanted, master_key, random);
        ASSERT_TRUE(key);
        ASSERT_FALSE(key->kid.starts_with('-')) << key->kid;
    }
}

TEST_F(KeyringTest, OpensTheSameKeyAtTheNextStart)
{
    ASSERT_TRUE(keyring.load());
    Keyring next{stores.signing_keys(), master_key, settings, clock, random};
    ASSERT_TRUE(next.load());
    EXPECT_EQ(next.current()->signing->kid(), signing());
    EXPECT_EQ(next.current()->jwks, keyring.current()->jwks);
    EXPECT_EQ(stored(), 1U);
}

// CHECKS E28
TEST_F(KeyringTest, KeepsKeysSealedInStorage)
{
    ASSERT_TRUE(keyring.load());
    auto const& record = stores.memory().keys.front();
    auto const  jwk    = keyring.current()->signing->reveal_jwk();
    EXPECT_EQ(record.sealed.find("\"d\""), std::string::npos);
    EXPECT_EQ(record.sealed.find("kty"), std::string::npos);
    EXPECT_NE(jwk.find("\"d\""), std::string::npos);
    EXPECT_EQ(record.purpose, "access_token");
    EXPECT_EQ(record.algorithm, "ES256");
}

// CHECKS E28
TEST_F(KeyringTest, RefusesAWrongMasterKeyAndMakesNothing)
{
    ASSERT_TRUE(keyring.load());
    auto const other = make_master_key("b");
    Keyring    next{stores.signing_keys(), other, settings, clock, random};
    auto const loaded = next.load();
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code, Errc::wrong_master_key);
    EXPECT_FALSE(next.current());
    EXPECT_EQ(stored(), 1U);
    EXPECT_EQ(stores.memory().audit.size(), 1U);
}

// CHECKS E28: associated data is kid and purpose.
TEST_F(KeyringTest, RefusesASealedKeyMovedUnderAnotherKid)
{
    ASSERT_TRUE(keyring.load());
    stores.memory().keys.front().kid = "another";
    Keyring next{stores.signing_keys(), master_key, settings, clock, random};
    EXPECT_EQ(next.load().error().code, Errc::wrong_master_key);
    EXPECT_EQ(stored(), 1U);
}

TEST_F(KeyringTest, SaysUnavailableWhenStorageFailsAndMakesNothing)
{
    stores.memory().failing = true;
    EXPECT_EQ(keyring.load().error().code, Errc::unavailable);
    EXPECT_EQ(keyring.maintain().error().code, Errc::unavailable);
    EXPECT_EQ(stored(), 0U);
}

TEST_F(KeyringTest, KeepsItsKeysWhileStorageFails)
{
    ASSERT_TRUE(keyring.load());
    auto const kid          = signing();
    stores.memory().failing = true;
    EXPECT_EQ(keyring.maintain().error().code, Errc::unavailable);
    EXPECT_EQ(signing(), kid);
}

// DESIGN 8, CHECKS E27: published ahead, then signing, the old one kept until its last token is over.
TEST_F(KeyringTest, RotatesByItselfOnSchedule)
{
    ASSERT_TRUE(keyring.load());
    auto const first = signing();

    advance(30 * 24h - 1h - 1s);
    EXPECT_EQ(stored(), 1U);

    advance(1s);
    EXPECT_EQ(published(), 2U) << "an hour before its first use";
    EXPECT_EQ(signing(), first);
    advance(1h - 1s);
    EXPECT_EQ(signing(), first);

    advance(1s);
    auto const second = signing();
    EXPECT_NE(second, first);
    EXPECT_TRUE(publishes(first));

    advance(settings.tokens.access_lifetime);
    EXPECT_TRUE(publishes(first)) << "its last token may have been made a moment later by another process";
    advance(1min);
    EXPECT_FALSE(publishes(first));
    EXPECT_EQ(published(), 1U);

    advance(30 * 24h - 1h);
    EXPECT_EQ(published(), 2U) << "and so on";
    EXPECT_EQ(stored(), 3U);
}

TEST_F(KeyringTest, AddsOneSuccessorHoweverOftenItIsMaintained)
{
    ASSERT_TRUE(keyring.load());
    advance(30 * 24h - 1h);
    for (int i = 0; i < 10; ++i) advance(5s);
    EXPECT_EQ(stored(), 2U);
}

TEST_F(KeyringTest, PublishesAheadEvenAfterALongSleep)
{
    ASSERT_TRUE(keyring.load());
    auto const first = signing();
    advance(90 * 24h);
    EXPECT_EQ(published(), 2U);
    EXPECT_EQ(signing(), first) << "resource servers have not seen the new one yet";
    advance(1h);
    EXPECT_NE(signing(), first);
}

TEST_F(KeyringTest, TokensOfTheOldKeyVerifyUntilTheyExpire)
{
    World         world;
    Authenticator authenticator{world.ports};
    world.add_user();
    world.clock.advance(30 * 24h - 1h);
    ASSERT_TRUE(world.keyring.maintain());
    world.clock.advance(1h - 1s);
    auto const token = world.sign_in()->access;
    world.clock.advance(1s);
    ASSERT_TRUE(world.keyring.maintain());
    world.clock.advance(token.expires_in - 2s);
    ASSERT_TRUE(world.keyring.maintain());
    EXPECT_TRUE(authenticator.authenticate(token.text));
}

TEST_F(KeyringTest, RotatesNowWhenTold)
{
    ASSERT_TRUE(keyring.load());
    auto const first = signing();
    clock.advance(5s);
    auto const kid = keyring.rotate_now();
    ASSERT_TRUE(kid);
    EXPECT_EQ(signing(), *kid);
    EXPECT_TRUE(publishes(first));
    EXPECT_EQ(stores.memory().audit.back().event, AuditEvent::key_rotated);
    advance(12min);
    EXPECT_FALSE(publishes(first));
}

// An administering process knows no token's life, and a server may have been told another since.
TEST_F(KeyringTest, PublishesARetiredKeyForTheLongestLifeItSignedWith)
{
    settings.tokens.access_lifetime = 1h;
    ASSERT_TRUE(keyring.load());
    auto const first = signing();
    EXPECT_EQ(keyring.current()->longest_token_life, 1h);

    auto shorter                   = settings;
    shorter.tokens.access_lifetime = 5min;
    Keyring server{stores.signing_keys(), master_key, shorter, clock, random};
    ASSERT_TRUE(server.load());
    EXPECT_EQ(server.current()->longest_token_life, 1h) << "tokens from before the restart are about";

    auto signs_none                   = settings;
    signs_none.tokens.access_lifetime = 0s;
    Keyring admin{stores.signing_keys(), master_key, signs_none, clock, random};
    ASSERT_TRUE(admin.load());
    clock.advance(5s);
    ASSERT_TRUE(admin.rotate_now());
    ASSERT_TRUE(server.maintain());
    EXPECT_NE(server.current()->signing->kid(), first);
    EXPECT_EQ(stores.memory().keys.back().longest_token_life, 5min) << "from when the server signs with it";

    clock.advance(1h);
    ASSERT_TRUE(server.maintain());
    EXPECT_NE(server.current()->published.find(first), nullptr);
    EXPECT_EQ(server.current()->longest_token_life, 1h);
    clock.advance(1min);
    ASSERT_TRUE(server.maintain());
    EXPECT_EQ(server.current()->published.find(first), nullptr);
    EXPECT_EQ(server.current()->longest_token_life, 5min);
}

TEST_F(KeyringTest, PublishesLongerWhenALongerLifeIsSetBeforeItRetires)
{
    ASSERT_TRUE(keyring.load());
    auto const first = signing();
    advance(30 * 24h - 1h);  // its end is written down
    settings.tokens.access_lifetime = 1h;
    ASSERT_TRUE(keyring.maintain());
    advance(1h + 1h);
    EXPECT_TRUE(publishes(first));
    advance(1min);
    EXPECT_FALSE(publishes(first));
}

TEST_F(KeyringTest, NeverSignsWithASuccessorThatWasOvertaken)
{
    ASSERT_TRUE(keyring.load());
    advance(30 * 24h - 1h);
    auto const successor = keyring.current()->records.back().kid;
    auto const kid       = keyring.rotate_now();
    ASSERT_TRUE(kid);
    advance(2h);
    EXPECT_EQ(signing(), *kid);
    EXPECT_FALSE(publishes(successor));
}

TEST_F(KeyringTest, TakesOverWhatAnotherProcessDid)
{
    ASSERT_TRUE(keyring.load());
    Keyring other{stores.signing_keys(), master_key, settings, clock, random};
    ASSERT_TRUE(other.load());
    clock.advance(5s);
    auto const kid = other.rotate_now();
    ASSERT_TRUE(kid);
    EXPECT_NE(signing(), *kid);
    ASSERT_TRUE(keyring.maintain());
    EXPECT_EQ(signing(), *kid);
    EXPECT_EQ(keyring.current()->jwks, other.current()->jwks);
}

TEST_F(KeyringTest, MakesOneFirstKeyWhenManyProcessesStartAtOnce)
{
    std::vector<std::string> kids(8);
    {
        std::vector<std::jthread> threads;
        for (auto& kid : kids)
            threads.emplace_back([&] {
                Keyring own{stores.signing_keys(), master_key, settings, clock, random};
                if (own.load()) kid = own.current()->signing->kid();
            });
    }
    EXPECT_EQ(stored(), 1U);
    for (auto const& kid : kids) EXPECT_EQ(kid, stores.memory().keys.front().kid);
}

TEST_F(KeyringTest, SignsOnWhenTheClockIsSetBackBeforeItsFirstKey)
{
    ASSERT_TRUE(keyring.load());
    auto const first = signing();
    clock.advance(-2h);
    ASSERT_TRUE(keyring.maintain());
    EXPECT_EQ(signing(), first);
    EXPECT_EQ(stored(), 1U);
}

TEST_F(KeyringTest, FollowsAChangeOfAlgorithmAtTheNextStart)
{
    ASSERT_TRUE(keyring.load());
    clock.advance(5s);
    settings.tokens.algorithm = jose::Algorithm::eddsa;
    Keyring next{stores.signing_keys(), master_key, settings, clock, random};
    ASSERT_TRUE(next.load());
    EXPECT_EQ(next.current()->signing->algorithm(), jose::Algorithm::eddsa);
    EXPECT_EQ(next.current()->published.size(), 2U) << "the old key verifies until its tokens are over";
    ASSERT_TRUE(next.load());
    EXPECT_EQ(stored(), 2U);
}

// DESIGN 5: a symmetric key is never published.
TEST_F(KeyringTest, PublishesNothingOfASymmetricKey)
{
    ASSERT_TRUE(keyring.load());
    clock.advance(5s);
    settings.tokens.algorithm = jose::Algorithm::hs256;
    Keyring next{stores.signing_keys(), master_key, settings, clock, random};
    ASSERT_TRUE(next.load());
    EXPECT_EQ(next.current()->jwks, "");
    EXPECT_EQ(next.current()->published.size(), 1U);
    EXPECT_EQ(next.current()->signing->algorithm(), jose::Algorithm::hs256);
}

}  // namespace
}  // namespace signet::core
