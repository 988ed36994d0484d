#include <gmock/gmock.h>

#include "contract/samples.hpp"
#include "contract/stores.hpp"
#include "core/token_secret.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class EpochStore : public ContractTest {
protected:
    core::Result<void> begin(TimePoint at)
    {
        return epochs_.begin_epoch({.key = sample_key("new", at, at), .token_secret = "sealed"},
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
    ASSERT_TRUE(
        signing_keys_.add_key(sample_key("old", kStart, kStart), std::nullopt, 15min, entry(AuditEvent::key_added)));
    auto const audits = audited();

    ASSERT_TRUE(begin(kStart + 2min));
    EXPECT_EQ(epochs_.epoch_began().value(), kStart + 2min);
    EXPECT_THAT(sessions_.list_sessions(user.id, kStart + 2min).value(), IsEmpty());
    auto const over = sessions_.find_session(session.id).value();
    EXPECT_EQ(over->session.ended_at, kStart + 2min);
    EXPECT_EQ(over->session.end_reason, core::EndReason::new_epoch);
    EXPECT_EQ(sessions_.find_session(ended.id).value()->session.end_reason, core::EndReason::signed_out);
    auto const keys = signing_keys_.list_keys(kStart).value();
    ASSERT_THAT(keys, SizeIs(1));
    EXPECT_EQ(keys.front().kid, "new");
    EXPECT_EQ(sealed_.find_secret(core::kTokenSecretName).value(), "sealed");
    EXPECT_EQ(audited(), audits + 1);
}

TEST_P(EpochStore, BeginsAgainLater)
{
    ASSERT_TRUE(begin(kStart));
    ASSERT_TRUE(epochs_.begin_epoch({.key = sample_key("newer", kStart, kStart), .token_secret = "sealed again"},
                                    entry(AuditEvent::tokens_voided, kStart + 1min)));
    EXPECT_EQ(epochs_.epoch_began().value(), kStart + 1min);
    EXPECT_EQ(sealed_.find_secret(core::kTokenSecretName).value(), "sealed again");
}

}  // namespace
}  // namespace signet::contract
