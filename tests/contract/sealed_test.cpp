#include <gmock/gmock.h>

#include "contract/samples.hpp"
#include "contract/stores.hpp"
#include "core/audit_chain.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using core::Sealed;

class SealedStore : public ContractTest {
protected:
    void SetUp() override
    {
        ASSERT_TRUE(sealed_.add_secret("one", std::string_view{"a\0b", 3}));
        ASSERT_TRUE(signing_keys_.add_key(sample_key("first", kStart, kStart), std::nullopt, 15min,
                                          entry(AuditEvent::key_added)));
        ASSERT_TRUE(signing_keys_.add_key(sample_key("second", kStart, kStart, core::KeyPurpose::revocation_feed),
                                          std::nullopt, 15min, entry(AuditEvent::key_added)));
        ASSERT_TRUE(signing_keys_.revoke_key("first", std::nullopt, 15min, entry(AuditEvent::key_revoked)));
    }
    std::vector<core::Resealed> all()
    {
        std::vector<core::Resealed> all;
        auto const                  there = sealed_.list_sealed().value();
        for (auto const& one : there) all.push_back({one, "new " + one.name});
        return all;
    }
};
INSTANTIATE_TEST_SUITE_P(Contract, SealedStore, testing::ValuesIn(keepers()), keeper_name);

TEST_P(SealedStore, KeepsTheFirstSecretOfAName)
{
    EXPECT_EQ(sealed_.find_secret("two").value(), std::nullopt);
    ASSERT_TRUE(sealed_.add_secret("one", "another"));
    EXPECT_EQ(sealed_.find_secret("one").value(), (std::string{"a\0b", 3}));
}

TEST_P(SealedStore, ListsSecretsAndKeysRevokedOnesToo)
{
    std::vector<std::string> names;
    auto const               there = sealed_.list_sealed().value();
    for (auto const& one : there)
        // Where the audit log is a chain, its key is one of them.
        if (one.name != core::kAuditChainSecret)
            names.push_back((one.kind == Sealed::Kind::secret ? "s " : "k ") + one.name + " " + one.purpose);
    EXPECT_THAT(names, testing::UnorderedElementsAre("s one ", "k first access_token", "k second revocation_feed"));
}

TEST_P(SealedStore, PutsTheNewInThePlaceOfTheOld)
{
    auto const audits = audited();
    ASSERT_TRUE(sealed_.reseal(all(), entry(AuditEvent::master_key_changed)));
    auto const there = sealed_.list_sealed().value();
    EXPECT_EQ(there.size(), all().size());
    for (auto const& one : there) EXPECT_EQ(one.bytes, "new " + one.name);
    EXPECT_EQ(signing_keys_.list_keys(kStart).value().front().sealed, "new second");
    EXPECT_EQ(audited(), audits + 1);
}

TEST_P(SealedStore, ChangesNothingWhenSomethingElseIsThereByNow)
{
    auto const before  = sealed_.list_sealed().value();
    auto const audits  = audited();
    auto const refuses = [&](std::vector<core::Resealed> const& these) {
        auto const done = sealed_.reseal(these, entry(AuditEvent::master_key_changed));
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, core::Errc::unavailable);
        auto const now = sealed_.list_sealed().value();
        ASSERT_EQ(now.size(), before.size());
        for (std::size_t i = 0; i < now.size(); ++i) EXPECT_EQ(now[i].bytes, before[i].bytes);
        EXPECT_EQ(audited(), audits);
    };
    auto fewer = all();
    fewer.pop_back();
    refuses(fewer);
    auto stale = all();
    stale.back().before.bytes += "x";
    refuses(stale);
}

}  // namespace
}  // namespace signet::contract
