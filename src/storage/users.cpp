#include "storage/users.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/result.hpp"
#include "storage/attempts.hpp"
#include "storage/revocations.hpp"
#include "storage/security_events.hpp"
#include "storage/sessions.hpp"

namespace signet::storage {
namespace {

// A role holds no space (core/user.hpp).
std::string join_roles(std::vector<std::string> const& roles)
{
    return fmt::format("{}", fmt::join(roles, " "));
}

std::vector<std::string> split_roles(std::string_view text)
{
    std::vector<std::string> roles;
    while (!text.empty()) {
        auto const end = std::min(text.find(' '), text.size());
        roles.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return roles;
}

Result<core::User> read_whole_user(Row const& row)
{
    return read_user(row);
}

struct KeyAndPassword {
    std::string        email_key;
    core::PasswordHash password;
};

Result<KeyAndPassword> read_key_and_password(Row const& row)
{
    return KeyAndPassword{std::string{row.text(0)}, {std::string{row.text(1)}}};
}

struct KeyAndState {
    std::string email_key;
    bool        disabled;
};

Result<KeyAndState> read_key_and_state(Row const& row)
{
    return KeyAndState{std::string{row.text(0)}, !row.is_null(1)};
}

Result<std::optional<KeyAndState>> find_state(Transaction& transaction, core::UserId id)
{
    return transaction.find("SELECT email_key, disabled_at FROM users WHERE id = $1", {id}, read_key_and_state);
}

std::unexpected<core::Error> no_user(core::UserId id)
{
    return core::refused(core::Errc::not_found, fmt::format("no user {}", id.text()));
}

}  // namespace

Result<core::User> read_user(Row const& row, int first)
{
    auto email = core::Email::parse(row.text(first + 1));
    if (!email)
        return core::refused(core::Errc::unavailable,
                             fmt::format("user {} has no valid address", row.id<core::UserId>(first).text()));
    return core::User{
        .id          = row.id<core::UserId>(first),
        .email       = *std::move(email),
        .name        = std::string{row.text(first + 2)},
        .roles       = split_roles(row.text(first + 3)),
        .password    = {std::string{row.text(first + 4)}},
        .created_at  = row.time(first + 5),
        .disabled_at = row.find_time(first + 6),
    };
}

Result<void> Users::add_user(core::User const& user, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const added = TRY(
            transaction.run("INSERT INTO users (id, email_key, email, name, roles, password, created_at, disabled_at) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (email_key) DO NOTHING",
                            {user.id, user.email.key(), user.email.text(), user.name, join_roles(user.roles),
                             user.password.text, user.created_at, user.disabled_at}));
        if (added == 0) return core::refused(core::Errc::email_taken);
        return log_.add(transaction, audit);
    });
}

Result<std::optional<core::User>> Users::find_user(core::Email const& email)
{
    return engine_.read([&](Transaction& transaction) {
        return transaction.find("SELECT " SIGNET_USER_COLUMNS " FROM users u WHERE u.email_key = $1", {email.key()},
                                read_whole_user);
    });
}

Result<std::optional<core::User>> Users::find_user(core::UserId id)
{
    return engine_.read([&](Transaction& transaction) {
        return transaction.find("SELECT " SIGNET_USER_COLUMNS " FROM users u WHERE u.id = $1", {id}, read_whole_user);
    });
}

Result<std::vector<core::User>> Users::list_users(std::string_view after, std::size_t most)
{
    return engine_.read([&](Transaction& transaction) {
        return transaction.list("SELECT " SIGNET_USER_COLUMNS
                                " FROM users u WHERE u.email_key > $1 ORDER BY u.email_key LIMIT $2",
                                {after, most}, read_whole_user);
    });
}

Result<void> Users::upgrade_password_hash(core::UserId id, core::PasswordHash const& expected,
                                          core::PasswordHash const& replacement, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const changed = TRY(transaction.run("UPDATE users SET password = $3 WHERE id = $1 AND password = $2",
                                                 {id, expected.text, replacement.text}));
        if (changed == 0) return {};
        return log_.add(transaction, audit);
    });
}

Result<core::Revoked> Users::change_password(core::UserId id, std::optional<core::PasswordHash> const& expected,
                                             core::PasswordHash const& replacement, std::optional<core::SessionId> keep,
                                             core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<core::Revoked> {
        auto const current =
            TRY(transaction.find("SELECT email_key, password FROM users WHERE id = $1", {id}, read_key_and_password));
        if (!current) return no_user(id);
        if (!expected) TRY(forget_attempts_at(transaction, current->email_key));
        if (expected && current->password != *expected)
            return core::refused(core::Errc::bad_credentials, "the password was changed meanwhile");

        TRY(transaction.run("UPDATE users SET password = $2 WHERE id = $1", {id, replacement.text}));
        auto const ended = TRY(end_live_sessions(transaction, id, keep, core::EndReason::password_changed, audit.at));
        TRY(log_.add(transaction, audit));
        auto const by = expected ? core::Initiator::user : core::Initiator::admin;
        TRY(append_event(transaction, core::changed_password(id, by, audit.at)));
        return append_session_ends(transaction, ended, by, audit.at);
    });
}

Result<core::Revoked> Users::disable_user(core::UserId id, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<core::Revoked> {
        auto const found = TRY(find_state(transaction, id));
        if (!found) return no_user(id);
        if (found->disabled) return core::Revoked{};

        TRY(transaction.run("UPDATE users SET disabled_at = $2 WHERE id = $1", {id, audit.at}));
        auto const ended =
            TRY(end_live_sessions(transaction, id, std::nullopt, core::EndReason::account_disabled, audit.at));
        TRY(log_.add(transaction, audit));
        TRY(append_ended_sessions(transaction, ended, core::Initiator::admin));
        TRY(append_event(transaction, core::disabled_account(id, audit.at)));
        // What else speaks for the account than its sessions.
        auto what = core::revocations_of(ended);
        what.push_back(core::Revocation::of(id));
        return append_revocations(transaction, what, audit.at);
    });
}

Result<void> Users::enable_user(core::UserId id, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const found = TRY(find_state(transaction, id));
        if (!found) return no_user(id);
        TRY(forget_attempts_at(transaction, found->email_key));
        if (!found->disabled) return {};

        TRY(transaction.run("UPDATE users SET disabled_at = NULL WHERE id = $1", {id}));
        return log_.add(transaction, audit);
    });
}

}  // namespace signet::storage
