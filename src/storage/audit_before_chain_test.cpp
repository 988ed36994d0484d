// CHECKS E34: a database whose audit log is from before the chain.
#include <gmock/gmock.h>

#include "base/result.hpp"
#include "core/audit_review.hpp"
#include "core/token_secret.hpp"
#include "storage/migrations.hpp"
#include "storage/sqlite_engine.hpp"
#include "storage/test_file.hpp"
#include "storage/test_storage.hpp"

namespace signet::storage {
namespace {

using core::AuditFault;

constexpr auto kNow = from_unix_milliseconds(1'800'000'000'000);

class AuditBeforeTheChain : public testing::Test {
protected:
    AuditBeforeTheChain()
    {
        auto const      all = sqlite_migrations();
        auto const      end = std::ranges::find(all, std::string_view{"0006_audit_chain"}, &Migration::name);
        SqliteEngine    engine(file_.path());
        std::span const before = all.first(static_cast<std::size_t>(end - all.begin()));
        migrate(engine, before, kNow);
        auto const added = engine.write([](Transaction& transaction) -> Result<void> {
            TRY(transaction.run(
                "INSERT INTO audit (id, at, event, address, user_agent, detail) "
                "WITH RECURSIVE n (i) AS (SELECT 5 UNION ALL SELECT i + 1 FROM n WHERE i < 2504) "
                "SELECT i, 1800000000000 + i, 'login_refused', '192.0.2.7', 'Browser', 'wrong password' FROM n"));
            return {};
        });
        EXPECT_TRUE(added);
        keep_token_secret(engine);
    }

    // As a program from before keeps it.
    static void keep_token_secret(Engine& engine)
    {
        SystemRandom random;
        auto const   sealed = test_master_key().seal(SecretString{std::string(32, 's')},
                                                     core::secret_context(core::kTokenSecretBeforeChain), random);
        EXPECT_TRUE(engine.write([&](Transaction& transaction) {
            return transaction.run("INSERT INTO sealed_secrets (name, sealed) VALUES ($1, $2)",
                                   {core::kTokenSecretBeforeChain, Param::bytes(sealed)});
        }));
    }

    TestFile file_;
};

TEST_F(AuditBeforeTheChain, TheRowsThatAreThereAreLinked)
{
    auto const storage = open_test_storage(file_.path());
    auto const found   = storage->audit_review().verify(std::nullopt).value();
    EXPECT_FALSE(found.bad);
    EXPECT_EQ(found.first, 5);
    EXPECT_EQ(found.rows, 2501);
    ASSERT_TRUE(found.begun);
    EXPECT_EQ(found.begun->row, 2505);
    EXPECT_EQ(storage->audit().latest(1).value().front().detail, "rows up to 2504 are from before");
    ASSERT_TRUE(
        storage->audit().append({.at = kNow, .event = core::AuditEvent::login_refused, .detail = "wrong password"}));
    EXPECT_EQ(storage->audit_review().verify(std::nullopt).value().rows, 2502);

    auto const again = open_test_storage(file_.path());
    EXPECT_EQ(again->audit_review().verify(std::nullopt).value().rows, 2502) << "begun once";
}

// Its rows may be anybody's: they are never linked.
TEST_F(AuditBeforeTheChain, OneWithoutATokenSecretIsNone)
{
    {
        SqliteEngine engine(file_.path());
        ASSERT_TRUE(
            engine.write([](Transaction& transaction) { return transaction.run("DELETE FROM sealed_secrets"); }));
    }
    auto const found = open_test_storage(file_.path())->audit_review().verify(std::nullopt).value();
    ASSERT_TRUE(found.bad);
    EXPECT_EQ(found.bad->fault, AuditFault::removed_by_others);
}

TEST_F(AuditBeforeTheChain, AWrongMasterKeyDoesNotBeginIt)
{
    SystemRandom random;
    auto const   wrong = SqliteStorage::open(file_.path())->begin_audit(test_master_key('b'), random);
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().code, core::Errc::wrong_master_key);
    EXPECT_FALSE(open_test_storage(file_.path())->audit_review().verify(std::nullopt).value().bad);
}

TEST_F(AuditBeforeTheChain, AProgramFromBeforeDoesNotGoOnBesideIt)
{
    auto const   storage = open_test_storage(file_.path());
    SqliteEngine old(file_.path());
    auto const   added = old.write([](Transaction& transaction) {
        return transaction.run(
            "INSERT INTO audit (at, event, address, user_agent, detail) VALUES (1, 'x', '', '', '')");
    });
    ASSERT_FALSE(added);
    EXPECT_THAT(added.error().detail, testing::HasSubstr("audit rows are linked"));
}

}  // namespace
}  // namespace signet::storage
