#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "contract/samples.hpp"
#include "contract/stores.hpp"

namespace signet::contract {
namespace {

using core::AuditEvent;
using core::Errc;
using core::PasswordHash;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class UserStore : public ContractTest {};
INSTANTIATE_TEST_SUITE_P(Contract, UserStore, testing::ValuesIn(keepers()), keeper_name);

std::vector<std::string> keys_of(std::vector<core::User> const& users)
{
    std::vector<std::string> keys;
    for (auto const& user : users) keys.push_back(user.email.key());
    return keys;
}

TEST_P(UserStore, KeepsEveryField)
{
    auto user        = sample_user("Ann.Lee@Example.com");
    user.disabled_at = kStart + 1ms;
    ASSERT_TRUE(users_.add_user(user, entry(AuditEvent::user_added)));

    auto const found = users_.find_user(user.id).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, user.id);
    EXPECT_EQ(found->email.text(), "Ann.Lee@Example.com");
    EXPECT_EQ(found->email.key(), "ann.lee@example.com");
    EXPECT_EQ(found->name, user.name);
    EXPECT_EQ(found->roles, user.roles);
    EXPECT_EQ(found->password, user.password);
    EXPECT_EQ(found->created_at, user.created_at);
    EXPECT_EQ(found->disabled_at, user.disabled_at);
}

TEST_P(UserStore, KeepsAUserWithoutNameAndRoles)
{
    auto user  = sample_user("ann@example.com");
    user.name  = "";
    user.roles = {};
    ASSERT_TRUE(users_.add_user(user, entry(AuditEvent::user_added)));

    auto const found = users_.find_user(user.id).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->name, "");
    EXPECT_THAT(found->roles, IsEmpty());
    EXPECT_EQ(found->disabled_at, std::nullopt);
}

// CHECKS C8: one account whatever the case.
TEST_P(UserStore, FindsAnAddressWhateverItsCase)
{
    auto const user  = add_user(users_, "Ann@example.com");
    auto const found = users_.find_user(email("aNN@EXAMPLE.com")).value();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, user.id);
}

TEST_P(UserStore, FindsNobodyWhereNobodyIs)
{
    add_user(users_, "ann@example.com");
    EXPECT_EQ(users_.find_user(email("bob@example.com")).value(), std::nullopt);
    EXPECT_EQ(users_.find_user(core::UserId{next_uuid()}).value(), std::nullopt);
}

TEST_P(UserStore, RefusesAnAddressThatIsTakenInAnyCase)
{
    auto const first  = add_user(users_, "ann@example.com");
    auto const rows   = audited();
    auto const second = sample_user("ANN@example.com");

    auto const added = users_.add_user(second, entry(AuditEvent::user_added));
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().code, Errc::email_taken);
    EXPECT_EQ(users_.find_user(second.id).value(), std::nullopt);
    EXPECT_EQ(users_.find_user(first.email).value()->email.text(), "ann@example.com");
    EXPECT_EQ(audited(), rows);
}

TEST_P(UserStore, LetsOneOfManyHaveAnAddress)
{
    constexpr int            kThreads = 8;
    std::atomic<int>         added    = 0;
    std::atomic<int>         taken    = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i)
        threads.emplace_back([&] {
            auto const result = users_.add_user(sample_user("ann@example.com"), entry(AuditEvent::user_added));
            if (result) ++added;
            if (!result && result.error().code == Errc::email_taken) ++taken;
        });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(added, 1);
    EXPECT_EQ(taken, kThreads - 1);
}

TEST_P(UserStore, ListsInOrderOfTheAddressPageByPage)
{
    for (auto const* const address : {"carl@example.com", "Ann@example.com", "bob@example.com"})
        add_user(users_, address);

    EXPECT_THAT(keys_of(users_.list_users("", 10).value()),
                ElementsAre("ann@example.com", "bob@example.com", "carl@example.com"));
    EXPECT_THAT(keys_of(users_.list_users("", 2).value()), ElementsAre("ann@example.com", "bob@example.com"));
    EXPECT_THAT(keys_of(users_.list_users("bob@example.com", 2).value()), ElementsAre("carl@example.com"));
    EXPECT_THAT(users_.list_users("carl@example.com", 2).value(), IsEmpty());
    EXPECT_THAT(users_.list_users("", 0).value(), IsEmpty());
}

TEST_P(UserStore, UpgradesAHashThatIsStillTheExpectedOne)
{
    auto const user = add_user(users_, "ann@example.com");
    auto const rows = audited();
    ASSERT_TRUE(users_.upgrade_password_hash(user.id, user.password, PasswordHash{"new"},
                                             entry(AuditEvent::password_rehashed)));
    EXPECT_EQ(users_.find_user(user.id).value()->password, PasswordHash{"new"});
    EXPECT_EQ(audited(), rows + 1);
}

TEST_P(UserStore, DoesNotUpgradeAHashThatChangedMeanwhile)
{
    auto const user = add_user(users_, "ann@example.com");
    auto const rows = audited();
    ASSERT_TRUE(users_.upgrade_password_hash(user.id, PasswordHash{"older"}, PasswordHash{"new"},
                                             entry(AuditEvent::password_rehashed)));
    ASSERT_TRUE(users_.upgrade_password_hash({next_uuid()}, user.password, PasswordHash{"new"},
                                             entry(AuditEvent::password_rehashed)));
    EXPECT_EQ(users_.find_user(user.id).value()->password, user.password);
    EXPECT_EQ(audited(), rows);
}

TEST_P(UserStore, ChangesAPasswordAndEndsTheOtherLiveSessions)
{
    auto const user    = add_user(users_, "ann@example.com");
    auto const other   = add_user(users_, "bob@example.com");
    auto const kept    = open_session(sessions_, user);
    auto const ended   = open_session(sessions_, user);
    auto const expired = open_session(sessions_, user, kStart - 24h);
    auto const foreign = open_session(sessions_, other);
    auto const rows    = audited();

    auto const gone = users_.change_password(user.id, user.password, PasswordHash{"new"}, kept.id,
                                             entry(AuditEvent::password_changed, kStart + 1min));
    ASSERT_TRUE(gone);
    EXPECT_THAT(sessions_named(*gone), ElementsAre(ended.id));
    EXPECT_EQ(users_.find_user(user.id).value()->password, PasswordHash{"new"});
    EXPECT_EQ(audited(), rows + 1);

    auto const row = sessions_.find_session(ended.id).value();
    EXPECT_EQ(row->session.ended_at, kStart + 1min);
    EXPECT_EQ(row->session.end_reason, core::EndReason::password_changed);
    EXPECT_EQ(sessions_.find_session(kept.id).value()->session.ended_at, std::nullopt);
    EXPECT_EQ(sessions_.find_session(expired.id).value()->session.ended_at, std::nullopt);
    EXPECT_EQ(sessions_.find_session(foreign.id).value()->session.ended_at, std::nullopt);
}

TEST_P(UserStore, ChangesAPasswordThatNobodyKnowsAndEndsEverySession)
{
    auto const user = add_user(users_, "ann@example.com");
    auto const one  = open_session(sessions_, user);
    auto const two  = open_session(sessions_, user);

    auto const gone = users_.change_password(user.id, std::nullopt, PasswordHash{"new"}, std::nullopt,
                                             entry(AuditEvent::password_changed));
    ASSERT_TRUE(gone);
    EXPECT_THAT(sessions_named(*gone), UnorderedElementsAre(one.id, two.id));
}

TEST_P(UserStore, RefusesToChangeAPasswordThatChangedMeanwhile)
{
    auto const user    = add_user(users_, "ann@example.com");
    auto const session = open_session(sessions_, user);
    auto const rows    = audited();

    auto const gone = users_.change_password(user.id, PasswordHash{"older"}, PasswordHash{"new"}, std::nullopt,
                                             entry(AuditEvent::password_changed));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Errc::bad_credentials);
    EXPECT_EQ(users_.find_user(user.id).value()->password, user.password);
    EXPECT_EQ(sessions_.find_session(session.id).value()->session.ended_at, std::nullopt);
    EXPECT_EQ(audited(), rows);
}

TEST_P(UserStore, RefusesToChangeAPasswordOfNobody)
{
    auto const gone = users_.change_password({next_uuid()}, std::nullopt, PasswordHash{"new"}, std::nullopt,
                                             entry(AuditEvent::password_changed));
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, Errc::not_found);
    EXPECT_EQ(audited(), 0U);
}

TEST_P(UserStore, DisablesAUserAndEndsTheLiveSessions)
{
    auto const user    = add_user(users_, "ann@example.com");
    auto const session = open_session(sessions_, user);

    auto const gone = users_.disable_user(user.id, entry(AuditEvent::user_disabled, kStart + 1min));
    ASSERT_TRUE(gone);
    EXPECT_THAT(sessions_named(*gone), ElementsAre(session.id));
    EXPECT_EQ(users_.find_user(user.id).value()->disabled_at, kStart + 1min);
    auto const row = sessions_.find_session(session.id).value();
    EXPECT_EQ(row->session.end_reason, core::EndReason::account_disabled);
    EXPECT_EQ(row->user.disabled_at, kStart + 1min);
}

TEST_P(UserStore, DisablesOnlyOnce)
{
    auto const user = add_user(users_, "ann@example.com");
    ASSERT_TRUE(users_.disable_user(user.id, entry(AuditEvent::user_disabled, kStart + 1min)));
    auto const again = users_.disable_user(user.id, entry(AuditEvent::user_disabled, kStart + 2min));
    ASSERT_TRUE(again);
    EXPECT_THAT(*again, IsEmpty());
    EXPECT_EQ(users_.find_user(user.id).value()->disabled_at, kStart + 1min);
}

TEST_P(UserStore, EnablesAUserWhoseSessionsStayEnded)
{
    auto const user    = add_user(users_, "ann@example.com");
    auto const session = open_session(sessions_, user);
    ASSERT_TRUE(users_.disable_user(user.id, entry(AuditEvent::user_disabled)));
    ASSERT_TRUE(users_.enable_user(user.id, entry(AuditEvent::user_enabled)));

    EXPECT_EQ(users_.find_user(user.id).value()->disabled_at, std::nullopt);
    EXPECT_NE(sessions_.find_session(session.id).value()->session.ended_at, std::nullopt);
}

TEST_P(UserStore, RefusesToDisableOrEnableNobody)
{
    auto const disabled = users_.disable_user({next_uuid()}, entry(AuditEvent::user_disabled));
    ASSERT_FALSE(disabled);
    EXPECT_EQ(disabled.error().code, Errc::not_found);
    auto const enabled = users_.enable_user({next_uuid()}, entry(AuditEvent::user_enabled));
    ASSERT_FALSE(enabled);
    EXPECT_EQ(enabled.error().code, Errc::not_found);
    EXPECT_EQ(audited(), 0U);
}

}  // namespace
}  // namespace signet::contract
