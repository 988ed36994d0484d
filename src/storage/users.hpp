// storage/users.hpp - accounts as rows.
#pragma once
#include "core/ports.hpp"
#include "storage/audit_log.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

// The columns of `users` that read_user() takes, in its order; `first` is where they begin.
#define SIGNET_USER_COLUMNS "u.id, u.email, u.name, u.roles, u.password, u.created_at, u.disabled_at"
[[nodiscard]] Result<core::User> read_user(Row const& row, int first = 0);

class Users final : public core::UserStore {
public:
    Users(Engine& engine, AuditLog const& log) : engine_(engine), log_(log) {}

    [[nodiscard]] Result<void> add_user(core::User const& user, core::AuditEntry const& audit) override;
    [[nodiscard]] Result<std::optional<core::User>> find_user(core::Email const& email) override;
    [[nodiscard]] Result<std::optional<core::User>> find_user(core::UserId id) override;
    [[nodiscard]] Result<std::vector<core::User>>   list_users(std::string_view after, std::size_t most) override;
    [[nodiscard]] Result<void>          upgrade_password_hash(core::UserId id, core::PasswordHash const& expected,
                                                              core::PasswordHash const& replacement,
                                                              core::AuditEntry const&   audit) override;
    [[nodiscard]] Result<core::Revoked> change_password(core::UserId                             id,
                                                        std::optional<core::PasswordHash> const& expected,
                                                        core::PasswordHash const&                replacement,
                                                        std::optional<core::SessionId>           keep,
                                                        core::AuditEntry const&                  audit) override;
    [[nodiscard]] Result<core::Revoked> disable_user(core::UserId id, core::AuditEntry const& audit) override;
    [[nodiscard]] Result<void>          enable_user(core::UserId id, core::AuditEntry const& audit) override;

private:
    Engine&         engine_;
    AuditLog const& log_;
};

}  // namespace signet::storage
