#include "storage/sqlite.hpp"

#include <utility>

#include "base/result.hpp"
#include "storage/attempts.hpp"
#include "storage/audit.hpp"
#include "storage/epochs.hpp"
#include "storage/migrations.hpp"
#include "storage/receivers.hpp"
#include "storage/revocations.hpp"
#include "storage/sealed.hpp"
#include "storage/sessions.hpp"
#include "storage/signing_keys.hpp"
#include "storage/sqlite_connection.hpp"
#include "storage/sqlite_engine.hpp"
#include "storage/users.hpp"
#include "storage/verifiers.hpp"

namespace signet::storage {

struct SqliteStorage::State {
    explicit State(std::filesystem::path const& file) : engine(file) {}

    SqliteEngine engine;
    AuditLog     log{engine};
    Users        users{engine, log};
    Sessions     sessions{engine, log};
    Attempts     attempts{engine};
    SigningKeys  signing_keys{engine, log};
    Audit        audit{engine, log};
    SealedRows   sealed{engine, log};
    Epochs       epochs{engine, log};
    Revocations  revocations{engine, log};
    Verifiers    verifiers{engine, log};
    Receivers    receivers{engine, log};
};

std::unique_ptr<SqliteStorage> SqliteStorage::open(std::filesystem::path const& file)
{
    auto       state = std::make_unique<State>(file);
    // When a migration ran is for the operator to read; no rule depends on it.
    auto const now   = SystemClock{}.now();
    migrate(state->engine, sqlite_migrations(), now);
    begin_revocation_log(state->engine, now);
    return std::unique_ptr<SqliteStorage>{new SqliteStorage(std::move(state))};
}

core::Result<void> SqliteStorage::begin_audit(core::MasterKey const& master, Random& random)
{
    // When the chain began is for the operator to read, as with migrations.
    return state_->log.begin(master, random, SystemClock{}.now());
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
core::SealedStore& SqliteStorage::sealed()
{
    return state_->sealed;
}
core::EpochStore& SqliteStorage::epochs()
{
    return state_->epochs;
}
core::RevocationStore& SqliteStorage::revocations()
{
    return state_->revocations;
}
core::VerifierStore& SqliteStorage::verifiers()
{
    return state_->verifiers;
}
core::ReceiverStore& SqliteStorage::receivers()
{
    return state_->receivers;
}

core::Result<void> SqliteStorage::check_writable()
{
    return state_->engine.write([](Transaction& transaction) -> Result<void> {
        TRY(transaction.run("UPDATE write_probe SET count = count + 1 WHERE id = 1"));
        return {};
    });
}

core::Result<void> SqliteStorage::copy_to(std::filesystem::path const& file)
{
    return state_->engine.copy_to(file);
}

core::Result<void> SqliteStorage::settle()
{
    return state_->engine.settle();
}

core::Result<void> SqliteStorage::check_sound()
{
    auto const damage = TRY(state_->engine.find_damage());
    if (!damage.empty()) return core::refused(core::Errc::unavailable, damage.front());
    return {};
}

std::uint64_t SqliteStorage::commits() const
{
    return state_->engine.commits();
}

std::uint64_t SqliteStorage::statements() const
{
    return state_->engine.statements();
}

std::size_t SqliteStorage::waiting() const
{
    return state_->engine.waiting();
}

void SqliteStorage::measure(Histogram& commit_seconds)
{
    state_->engine.measure(commit_seconds);
}

SchemaVersions schema_versions(std::filesystem::path const& file)
{
    Connection connection(file.string(), Role::reader, std::chrono::seconds{5});
    return {.found = connection.ask_number("SELECT max(version) FROM schema_migrations"),
            .known = sqlite_migrations().back().version};
}

}  // namespace signet::storage
