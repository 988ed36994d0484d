#include "storage/sqlite.hpp"

#include <utility>

#include "base/result.hpp"
#include "storage/attempts.hpp"
#include "storage/audit.hpp"
#include "storage/migrations.hpp"
#include "storage/sessions.hpp"
#include "storage/signing_keys.hpp"
#include "storage/sqlite_engine.hpp"
#include "storage/users.hpp"

namespace signet::storage {

struct SqliteStorage::State {
    State(std::unique_ptr<SqliteEngine> opened, AuditLog audit_log)
        : engine_owner(std::move(opened)), log(std::move(audit_log))
    {
    }

    std::unique_ptr<SqliteEngine> engine_owner;
    SqliteEngine&                 engine = *engine_owner;
    AuditLog const                log;
    Users                         users{engine, log};
    Sessions                      sessions{engine, log};
    Attempts                      attempts{engine};
    SigningKeys                   signing_keys{engine, log};
    Audit                         audit{engine, log};
};

core::Result<std::unique_ptr<SqliteStorage>> SqliteStorage::open(std::filesystem::path const& file,
                                                                 core::MasterKey const& master, Random& random)
{
    auto engine = std::make_unique<SqliteEngine>(file);
    // When a migration ran is for the operator to read; no rule depends on it.
    migrate(*engine, sqlite_migrations(), SystemClock{}.now());
    auto log   = TRY(AuditLog::open(*engine, master, random));
    auto state = std::make_unique<State>(std::move(engine), std::move(log));
    return std::unique_ptr<SqliteStorage>{new SqliteStorage(std::move(state))};
}

SqliteStorage::SqliteStorage(std::unique_ptr<State> state) : state_(std::move(state)) {}
SqliteStorage::~SqliteStorage() = default;

core::UserStore& SqliteStorage::users()
{
    return state_->users;
}
core::SessionStore& SqliteStorage::sessions()
{
    return state_->sessions;
}
core::AttemptStore& SqliteStorage::attempts()
{
    return state_->attempts;
}
core::SigningKeyStore& SqliteStorage::signing_keys()
{
    return state_->signing_keys;
}
core::AuditStore& SqliteStorage::audit()
{
    return state_->audit;
}
core::AuditReview& SqliteStorage::audit_review()
{
    return state_->audit;
}

core::Result<void> SqliteStorage::check_writable()
{
    return state_->engine.write([](Transaction& transaction) -> Result<void> {
        TRY(transaction.run("UPDATE write_probe SET count = count + 1 WHERE id = 1"));
        return {};
    });
}

std::uint64_t SqliteStorage::commits() const
{
    return state_->engine.commits();
}

std::uint64_t SqliteStorage::statements() const
{
    return state_->engine.statements();
}

}  // namespace signet::storage
