#include "core/testing/memory_stores.hpp"

namespace signet::core::testing {
namespace {

class MemoryUsers final : public UserStore {
public:
    explicit MemoryUsers(Memory& memory) : memory_(memory) {}

    Result<void> add_user(User const& user, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            if (!memory_.users.emplace(user.email.key(), user).second) return refused(Errc::email_taken);
            memory_.audit.push_back(audit);
            return {};
        });
    }
    Result<std::optional<User>> find_user(Email const& email) override
    {
        return memory_.run([&]() -> Result<std::optional<User>> {
            auto const found = memory_.users.find(email.key());
            return found == memory_.users.end() ? std::nullopt : std::optional{found->second};
        });
    }
    Result<std::optional<User>> find_user(UserId id) override
    {
        return memory_.run([&]() -> Result<std::optional<User>> {
            auto const* const found = memory_.find_user(id);
            return found == nullptr ? std::nullopt : std::optional{*found};
        });
    }
    Result<std::vector<User>> list_users(std::string_view after, std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::vector<User>> {
            std::vector<User> users;
            auto              next = memory_.users.upper_bound(std::string{after});
            for (; next != memory_.users.end() && users.size() < most; ++next) users.push_back(next->second);
            return users;
        });
    }
    Result<void> upgrade_password_hash(UserId id, PasswordHash const& expected, PasswordHash const& replacement,
                                       AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            auto* const user = memory_.find_user(id);
            if (user == nullptr || user->password != expected) return {};
            user->password = replacement;
            memory_.audit.push_back(audit);
            return {};
        });
    }
    Result<Revoked> change_password(UserId id, std::optional<PasswordHash> const& expected,
                                    PasswordHash const& replacement, std::optional<SessionId> keep,
                                    AuditEntry const& audit) override
    {
        memory_.let_others_in();
        return memory_.run([&]() -> Result<Revoked> {
            auto* const user = memory_.find_user(id);
            if (user == nullptr) return refused(Errc::not_found);
            if (expected && user->password != *expected) return refused(Errc::bad_credentials);
            user->password = replacement;
            if (!expected) memory_.forget_attempts_at(user->email.key());
            memory_.audit.push_back(audit);
            auto const ended = memory_.end_sessions(id, keep, EndReason::password_changed, audit.at);
            auto const by    = expected ? Initiator::user : Initiator::admin;
            memory_.tell(changed_password(id, by, audit.at));
            return memory_.revoke_ended(ended, by, audit.at);
        });
    }
    Result<Revoked> disable_user(UserId id, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<Revoked> {
            auto* const user = memory_.find_user(id);
            if (user == nullptr) return refused(Errc::not_found);
            if (user->disabled_at) return Revoked{};
            user->disabled_at = audit.at;
            memory_.audit.push_back(audit);
            auto const ended = memory_.end_sessions(id, std::nullopt, EndReason::account_disabled, audit.at);
            memory_.tell_ended(ended, Initiator::admin);
            memory_.tell(disabled_account(id, audit.at));
            auto what = revocations_of(ended);
            what.push_back(Revocation::of(id));
            return memory_.revoke(what, audit.at);
        });
    }
    Result<void> enable_user(UserId id, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            auto* const user = memory_.find_user(id);
            if (user == nullptr) return refused(Errc::not_found);
            memory_.forget_attempts_at(user->email.key());
            if (!user->disabled_at) return {};
            user->disabled_at.reset();
            memory_.audit.push_back(audit);
            return {};
        });
    }

private:
    Memory& memory_;
};

}  // namespace

std::unique_ptr<UserStore> users_in(Memory& memory)
{
    return std::make_unique<MemoryUsers>(memory);
}

}  // namespace signet::core::testing
