#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "contract/samples.hpp"
#include "contract/stores.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using testing::ElementsAre;
using testing::IsEmpty;

class SigningKeyStore : public ContractTest {
protected:
    bool add(core::SigningKeyRecord const& key, std::optional<TimePoint> unless_newer_than = std::nullopt)
    {
        return signing_keys_.add_key(key, unless_newer_than, 15min, entry(AuditEvent::key_added)).value();
    }
    std::vector<std::string> kids(TimePoint now)
    {
        std::vector<std::string> kids;
        auto const               keys = signing_keys_.list_keys(now).value();
        for (auto const& key : keys) kids.push_back(key.kid);
        return kids;
    }
    core::SigningKeyRecord key(std::string const& kid)
    {
        auto const keys = signing_keys_.list_keys(kStart).value();
        for (auto const& key : keys)
            if (key.kid == kid) return key;
        throw std::runtime_error("no key " + kid);
    }
};
INSTANTIATE_TEST_SUITE_P(Contract, SigningKeyStore, testing::ValuesIn(keepers()), keeper_name);

TEST_P(SigningKeyStore, IsEmptyAtFirst)
{
    EXPECT_THAT(signing_keys_.list_keys(kStart).value(), IsEmpty());
}

TEST_P(SigningKeyStore, KeepsEveryField)
{
    auto added               = sample_key("first", kStart, kStart + 1h);
    added.retired_at         = kStart + 2h;
    added.published_until    = kStart + 3h;
    added.longest_token_life = 7min;
    ASSERT_TRUE(add(added));
    auto const kept = key("first");
    EXPECT_EQ(kept.algorithm, "ES256");
    EXPECT_EQ(kept.purpose, "access_token");
    EXPECT_EQ(kept.sealed, added.sealed);  // bytes, NUL among them
    EXPECT_EQ(kept.created_at, kStart);
    EXPECT_EQ(kept.active_from, kStart + 1h);
    EXPECT_EQ(kept.retired_at, kStart + 2h);
    EXPECT_EQ(kept.published_until, kStart + 3h);
    EXPECT_EQ(kept.longest_token_life, 7min);
    EXPECT_EQ(audited(), 1U);
}

TEST_P(SigningKeyStore, RetiresTheKeyBeforeWhenTheNewOneBecomesActive)
{
    ASSERT_TRUE(add(sample_key("first", kStart, kStart)));
    ASSERT_TRUE(add(sample_key("second", kStart + 1min, kStart + 1h)));
    EXPECT_EQ(key("first").retired_at, kStart + 1h);
    EXPECT_EQ(key("first").published_until, kStart + 1h + 15min);
    EXPECT_EQ(key("second").retired_at, std::nullopt);
    EXPECT_EQ(key("second").published_until, std::nullopt);
}

TEST_P(SigningKeyStore, RetiresEarlierThanPlannedButNeverLater)
{
    ASSERT_TRUE(add(sample_key("first", kStart, kStart)));
    ASSERT_TRUE(add(sample_key("second", kStart + 1min, kStart + 1h)));
    // On the bad day: a key that signs at once overtakes the one that waits.
    ASSERT_TRUE(add(sample_key("third", kStart + 2min, kStart + 2min)));
    EXPECT_EQ(key("first").retired_at, kStart + 2min);
    EXPECT_EQ(key("second").retired_at, kStart + 2min);

    ASSERT_TRUE(add(sample_key("fourth", kStart + 3min, kStart + 5h)));
    EXPECT_EQ(key("first").retired_at, kStart + 2min);
    EXPECT_EQ(key("third").retired_at, kStart + 5h);
}

TEST_P(SigningKeyStore, PublishesARetiredKeyAsLongAsItsOwnTokensLive)
{
    auto first               = sample_key("first", kStart, kStart);
    first.longest_token_life = 10min;
    ASSERT_TRUE(add(first));
    ASSERT_TRUE(signing_keys_.raise_token_life("first", 20min));
    ASSERT_TRUE(signing_keys_.raise_token_life("first", 5min));
    EXPECT_EQ(key("first").longest_token_life, 20min);
    EXPECT_EQ(key("first").published_until, std::nullopt);

    ASSERT_TRUE(add(sample_key("second", kStart + 1min, kStart + 1h)));
    EXPECT_EQ(key("first").published_until, kStart + 1h + 20min + 15min);
    EXPECT_EQ(key("second").longest_token_life, 0min);

    // It signs until then, perhaps for longer lives.
    ASSERT_TRUE(signing_keys_.raise_token_life("first", 30min));
    EXPECT_EQ(key("first").published_until, kStart + 1h + 30min + 15min);
    EXPECT_EQ(signing_keys_.raise_token_life("third", 30min).error().code, core::Errc::not_found);
}

TEST_P(SigningKeyStore, LeavesKeysOfAnotherPurposeAlone)
{
    auto cookie    = sample_key("cookie", kStart, kStart);
    cookie.purpose = "cookie";
    ASSERT_TRUE(add(cookie));
    ASSERT_TRUE(add(sample_key("access", kStart + 1min, kStart + 1min), kStart - 1min));
    EXPECT_EQ(key("cookie").retired_at, std::nullopt);
}

TEST_P(SigningKeyStore, ListsOldestFirstAndOnlyWhatIsPublished)
{
    ASSERT_TRUE(add(sample_key("b", kStart, kStart)));
    ASSERT_TRUE(add(sample_key("a", kStart + 1min, kStart + 1h)));
    ASSERT_TRUE(add(sample_key("c", kStart + 2min, kStart + 2h)));
    EXPECT_THAT(kids(kStart), ElementsAre("b", "a", "c"));
    EXPECT_THAT(kids(kStart + 1h + 15min - 1ms), ElementsAre("b", "a", "c"));
    EXPECT_THAT(kids(kStart + 1h + 15min), ElementsAre("a", "c"));
    EXPECT_THAT(kids(kStart + 5h), ElementsAre("c"));
}

TEST_P(SigningKeyStore, AddsNothingWhenAnotherWasFaster)
{
    ASSERT_TRUE(add(sample_key("first", kStart, kStart)));
    ASSERT_TRUE(add(sample_key("second", kStart + 1min, kStart + 1h), kStart));
    auto const rows = audited();
    EXPECT_FALSE(add(sample_key("third", kStart + 1min, kStart + 1h), kStart));
    EXPECT_THAT(kids(kStart), ElementsAre("first", "second"));
    EXPECT_EQ(key("second").retired_at, std::nullopt);
    EXPECT_EQ(audited(), rows);
}

TEST_P(SigningKeyStore, AddsOneOfManyAtOnce)
{
    ASSERT_TRUE(add(sample_key("first", kStart, kStart)));
    std::atomic<int>         added = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            auto const next = sample_key("next-" + std::to_string(i), kStart + 1min, kStart + 1h);
            auto const won  = signing_keys_.add_key(next, kStart, 15min, entry(AuditEvent::key_rotated));
            if (won && *won) ++added;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(added, 1);
    EXPECT_EQ(kids(kStart).size(), 2U);
}

TEST_P(SigningKeyStore, ListsARevokedKeyNeverAgain)
{
    ASSERT_TRUE(add(sample_key("first", kStart, kStart)));
    ASSERT_TRUE(add(sample_key("second", kStart + 1min, kStart + 1min)));
    auto const audits = audited();
    ASSERT_TRUE(signing_keys_.revoke_key("first", std::nullopt, 15min, entry(AuditEvent::key_revoked, kStart + 2min)));
    EXPECT_THAT(kids(kStart), ElementsAre("second")) << "also by a clock that is behind";
    EXPECT_EQ(key("second").retired_at, std::nullopt);
    EXPECT_EQ(audited(), audits + 1);
}

TEST_P(SigningKeyStore, AddsTheReplacementInTheSameDeed)
{
    ASSERT_TRUE(add(sample_key("first", kStart, kStart)));
    ASSERT_TRUE(add(sample_key("waiting", kStart + 1min, kStart + 1h)));
    ASSERT_TRUE(signing_keys_.revoke_key("first", sample_key("third", kStart + 2min, kStart + 2min), 15min,
                                         entry(AuditEvent::key_revoked, kStart + 2min)));
    EXPECT_THAT(kids(kStart), ElementsAre("third", "waiting"));
    EXPECT_EQ(key("waiting").retired_at, kStart + 2min) << "overtaken";
    EXPECT_EQ(key("third").retired_at, std::nullopt);
}

TEST_P(SigningKeyStore, LetsThePredecessorOfARevokedOneSignOn)
{
    auto first               = sample_key("first", kStart, kStart);
    first.longest_token_life = 5min;
    ASSERT_TRUE(add(first));
    ASSERT_TRUE(add(sample_key("waiting", kStart + 1min, kStart + 1h)));
    ASSERT_TRUE(signing_keys_.revoke_key("waiting", sample_key("third", kStart + 2min, kStart + 2h), 15min,
                                         entry(AuditEvent::key_revoked, kStart + 2min)));
    EXPECT_EQ(key("first").retired_at, kStart + 2h);
    EXPECT_EQ(key("first").published_until, kStart + 2h + 5min + 15min);
    EXPECT_EQ(key("third").retired_at, std::nullopt);
}

TEST_P(SigningKeyStore, RefusesToRevokeWhatIsNotListed)
{
    auto over            = sample_key("over", kStart - 2h, kStart - 2h);
    over.retired_at      = kStart - 1h;
    over.published_until = kStart;
    ASSERT_TRUE(add(over));
    ASSERT_TRUE(add(sample_key("first", kStart, kStart)));
    auto const revoke = [&](std::string_view kid) {
        return signing_keys_.revoke_key(kid, sample_key("new", kStart, kStart), 15min,
                                        entry(AuditEvent::key_revoked, kStart));
    };
    auto const audits = audited();
    EXPECT_EQ(revoke("unknown").error().code, core::Errc::not_found);
    EXPECT_EQ(revoke("over").error().code, core::Errc::not_found);
    EXPECT_THAT(kids(kStart), ElementsAre("first")) << "nor is anything added";
    EXPECT_EQ(audited(), audits);
    ASSERT_TRUE(revoke("first"));
    EXPECT_EQ(revoke("first").error().code, core::Errc::not_found);
}

}  // namespace
}  // namespace signet::contract
