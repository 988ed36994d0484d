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

class VerifierStore : public ContractTest {
protected:
    static core::Verifier verifier(std::string name, std::uint8_t digit)
    {
        core::CredentialHash hash{};
        hash.fill(digit);
        return {.name = std::move(name), .credential = hash, .created_at = kStart, .last_connected_at = std::nullopt};
    }
    core::Result<void> add(std::string name, std::uint8_t digit)
    {
        return verifiers_.add_verifier(verifier(std::move(name), digit), entry(AuditEvent::verifier_added));
    }
    core::Result<void> remove(std::string_view name)
    {
        return verifiers_.remove_verifier(name, entry(AuditEvent::verifier_removed));
    }
    std::vector<std::string> names()
    {
        std::vector<std::string> names;
        auto const               all = verifiers_.list_verifiers().value();
        for (auto const& one : all) names.push_back(one.name);
        return names;
    }
};
INSTANTIATE_TEST_SUITE_P(Contract, VerifierStore, testing::ValuesIn(keepers()), keeper_name);

TEST_P(VerifierStore, KeepsEveryField)
{
    EXPECT_THAT(names(), IsEmpty());
    ASSERT_TRUE(add("notes", 0));
    ASSERT_TRUE(verifiers_.note_connected({"nobody", "notes"}, kStart + 1min));
    auto const kept = verifiers_.list_verifiers().value().front();
    EXPECT_EQ(kept.name, "notes");
    EXPECT_EQ(kept.credential, core::CredentialHash{}) << "bytes, NUL among them";
    EXPECT_EQ(kept.created_at, kStart);
    EXPECT_EQ(kept.last_connected_at, kStart + 1min);
    EXPECT_EQ(audited(), 1U);
}

TEST_P(VerifierStore, ListsInOrderOfTheNames)
{
    for (auto const* const name : {"b", "a.2", "B", "a-1"})
        ASSERT_TRUE(add(name, static_cast<std::uint8_t>(names().size())));
    EXPECT_THAT(names(), ElementsAre("B", "a-1", "a.2", "b"));
    EXPECT_EQ(verifiers_.list_verifiers().value().front().last_connected_at, std::nullopt);
}

TEST_P(VerifierStore, RefusesANameThatIsTaken)
{
    ASSERT_TRUE(add("notes", 1));
    auto const rows = audited();
    EXPECT_EQ(add("notes", 2).error().code, core::Errc::name_taken);
    EXPECT_EQ(verifiers_.list_verifiers().value().front().credential, verifier("notes", 1).credential);
    EXPECT_EQ(audited(), rows);
    EXPECT_TRUE(add("Notes", 2)) << "another is another";
}

TEST_P(VerifierStore, LetsOneOfManyHaveAName)
{
    std::atomic<int>         added = 0;
    std::atomic<int>         taken = 0;
    std::vector<std::thread> threads;
    for (std::uint8_t i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            auto const done = add("notes", i);
            if (done) ++added;
            if (!done && done.error().code == core::Errc::name_taken) ++taken;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(added, 1);
    EXPECT_EQ(taken, 7);
}

TEST_P(VerifierStore, RemovesOneAndGivesItsNameFree)
{
    ASSERT_TRUE(add("notes", 1));
    ASSERT_TRUE(add("other", 2));
    auto const rows = audited();
    ASSERT_TRUE(remove("notes"));
    EXPECT_THAT(names(), ElementsAre("other"));
    EXPECT_EQ(audited(), rows + 1);
    EXPECT_EQ(remove("notes").error().code, core::Errc::not_found);
    EXPECT_EQ(audited(), rows + 1);
    EXPECT_TRUE(verifiers_.note_connected({"notes"}, kStart)) << "it was removed meanwhile";
    EXPECT_TRUE(add("notes", 3));
}

}  // namespace
}  // namespace signet::contract
