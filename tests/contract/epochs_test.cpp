#include <gmock/gmock.h>

#include "contract/samples.hpp"
#include "contract/stores.hpp"
#include "core/token_secret.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using testing::IsEmpty;
using testing::SizeIs;

class EpochStore : public ContractTest {
protected:
    core::Result<void> begin(TimePoint at) { return begin("new", "sealed", at); }
    core::Result<void> begin(std::string kid, std::string secret, TimePoint at)
    {
        auto feed_key = sample_key("feed-of-" + kid, at, at, core::KeyPurpose::revocation_feed);
        return epochs_.begin_epoch({.key          = sample_key(std::move(kid), at, at),
                                    .feed_key     = std::move(feed_key),
                                    .token_secret = std::move(secret)},
                                   entry(AuditEvent::data_restored, at));
    }
};
INSTANTIATE_TEST_SUITE_P(Contract, EpochStore, testing::ValuesIn(keepers()), keeper_name);

TEST_P(EpochStore, HasNotBegunAtFirst)
{
    EXPECT_EQ(epochs_.epoch_began().value(), TimePoint{});
}

// CHECKS E30
TEST_P(EpochStore, EndsSessionsRevokesKeysAndReplacesTheTokenSecretAtOnce)
{
    auto const user    = add_user(users_, "ann@example.com");
    auto const session = open_session(sessions_, user);
    auto const ended   = open_session(sessions_, user);
    ASSERT_TRUE(sessions_.end_session(ended.id, std::nullopt, core::EndReason::signed_out,
                                      entry(AuditEvent::session_ended, kStart + 1min)));
    ASSERT_TRUE(sealed_.add_secret(core::kTokenSecretName, "before"));
    for (auto const purpose : core::kKeyPurposes)
        ASSERT_TRUE(signing_keys_.add_key(sample_key("old-" + std::string{name(purpose)}, kStart, kStart, purpose),
                                          std::nullopt, 15min, entry(AuditEvent::key_added)));
    auto const audits = audited();

    ASSERT_TRUE(begin(kStart + 2min));
    EXPECT_EQ(epochs_.epoch_began().value(), kStart + 2min);
    EXPECT_THAT(sessions_.list_sessions(user.id, kStart + 2min).value(), IsEmpty());
    auto const over = sessions_.find_session(session.id).value();
    EXPECT_EQ(over->session.ended_at, kStart + 2min);
    EXPECT_EQ(over->session.end_reason, core::EndReason::new_epoch);
    EXPECT_EQ(sessions_.find_session(ended.id).value()->session.end_reason, core::EndReason::signed_out);
    auto const keys = signing_keys_.list_keys(kStart).value();
    ASSERT_THAT(keys, SizeIs(2)) << "one of each purpose";
    EXPECT_EQ(keys[0].kid, "feed-of-new");
    EXPECT_EQ(keys[0].purpose, "revocation_feed");
    EXPECT_EQ(keys[1].kid, "new");
    EXPECT_EQ(keys[1].purpose, "access_token");
    EXPECT_EQ(sealed_.find_secret(core::kTokenSecretName).value(), "sealed");
    EXPECT_EQ(audited(), audits + 1);
}

TEST_P(EpochStore, BeginsAgainLater)
{
    ASSERT_TRUE(begin(kStart));
    ASSERT_TRUE(begin("newer", "sealed again", kStart + 1min));
    EXPECT_EQ(epochs_.epoch_began().value(), kStart + 1min);
    EXPECT_EQ(sealed_.find_secret(core::kTokenSecretName).value(), "sealed again");
}

}  // namespace
}  // namespace signet::contract
