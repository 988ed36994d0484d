#include <gtest/gtest.h>

#include "core/keyring.hpp"
#include "core/testing/world.hpp"

namespace signet::core {
namespace {

using namespace std::chrono_literals;

// CHECKS E29
struct FeedKeyring : ::testing::Test {
    Settings                settings = testing::cheap_settings();
    testing::ManualClock    clock;
    testing::CountingRandom random;
    testing::MemoryStores   stores;
    MasterKey               master_key = testing::make_master_key();
    Keyring                 keyring{stores.signing_keys(), master_key, settings, clock, random};
    Keyring feed{stores.signing_keys(), master_key, settings, clock, random, KeyPurpose::revocation_feed};

    void SetUp() override
    {
        ASSERT_TRUE(keyring.load());
        ASSERT_TRUE(feed.load());
    }
    std::string signing() { return std::string{keyring.current()->signing->kid()}; }
    std::string feeds() { return std::string{feed.current()->signing->kid()}; }
};

TEST_F(FeedKeyring, HasAKeyOfItsOwnThatIsInNoOtherSet)
{
    EXPECT_NE(feeds(), signing());
    EXPECT_EQ(keyring.current()->published.size(), 1U);
    EXPECT_EQ(feed.current()->published.size(), 1U);
    EXPECT_EQ(keyring.current()->published.find(feeds()), nullptr);
    EXPECT_EQ(feed.current()->jwks.find(signing()), std::string::npos);
    EXPECT_EQ(stores.memory().keys.back().purpose, "revocation_feed");
}

TEST_F(FeedKeyring, SignsByEd25519WhateverTokensAreSignedBy)
{
    EXPECT_EQ(feed.current()->signing->algorithm(), jose::Algorithm::eddsa);
    settings.tokens.algorithm = jose::Algorithm::hs256;
    ASSERT_TRUE(keyring.load());
    auto const kid = feeds();
    ASSERT_TRUE(feed.load());
    EXPECT_EQ(feeds(), kid);
    EXPECT_FALSE(feed.current()->jwks.empty()) << "verifiers check it also where tokens are this server's alone";
}

TEST_F(FeedKeyring, RotatesBesideTheOther)
{
    auto const access = signing();
    auto const first  = feeds();
    auto const second = feed.rotate_now();
    ASSERT_TRUE(second);
    EXPECT_EQ(feeds(), *second);
    EXPECT_NE(feed.current()->published.find(first), nullptr) << "what it signed a moment ago is on its way";
    ASSERT_TRUE(keyring.maintain());
    EXPECT_EQ(signing(), access);
    clock.advance(10min + 1min);
    ASSERT_TRUE(feed.maintain());
    EXPECT_EQ(feed.current()->published.find(first), nullptr);

    clock.advance(30 * 24h);
    ASSERT_TRUE(feed.maintain());
    EXPECT_EQ(feed.current()->published.size(), 2U) << "by itself too";
}

TEST_F(FeedKeyring, IsSealedForItsPurpose)
{
    auto& record   = stores.memory().keys.back();
    record.purpose = "access_token";
    Keyring next{stores.signing_keys(), master_key, settings, clock, random};
    EXPECT_EQ(next.load().error().code, Errc::wrong_master_key) << "it never signs a token";
    EXPECT_EQ(sealing_context("access_token", "kid"), "signing key\naccess_token\nkid") << "as it always was";
}

TEST_F(FeedKeyring, RevokesItsOwnKeysAlone)
{
    EXPECT_EQ(feed.revoke(signing()).error().code, Errc::not_found);
    EXPECT_EQ(keyring.revoke(feeds()).error().code, Errc::not_found);
    auto const leaked = feeds();
    auto const fresh  = feed.revoke(leaked);
    ASSERT_TRUE(fresh);
    EXPECT_EQ(feeds(), *fresh);
    EXPECT_NE(feeds(), leaked);
    ASSERT_EQ(stores.memory().log.size(), 1U) << "who follows the feed does not believe it any more";
    EXPECT_EQ(stores.memory().log.front().entry.kind, revocation::Kind::key);
    EXPECT_EQ(stores.memory().log.front().entry.subject, leaked);
}

}  // namespace
}  // namespace signet::core
