// storage/sqlite.hpp - core's ports on one SQLite file.
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>

#include "base/metrics.hpp"
#include "core/audit_review.hpp"
#include "core/ports.hpp"

namespace signet::storage {

// WAL, synchronous=FULL, foreign keys on; migrations are run by open().
// Thread-safe: one writer at a time, readers beside it.
class SqliteStorage {
public:
    // Creates the file (mode 0600) when it does not exist. Throws std::runtime_error with a sentence for the operator:
    // not a database, schema newer than this program, no permission. The first to open it begins its revocation log.
    [[nodiscard]] static std::unique_ptr<SqliteStorage> open(std::filesystem::path const& file);
    // Before anything is written that the audit log tells of: such deeds are Errc::unavailable until then. Once, not
    // beside other calls, and with the master key that opens the token secret, which must be there before the first
    // row is: a log that was edited to look like one from before the chain has none that says so.
    // Errc::wrong_master_key when `master` is not the one that the log was begun with.
    [[nodiscard]] core::Result<void>                    begin_audit(core::MasterKey const& master, Random& random);
    ~SqliteStorage();

    [[nodiscard]] core::UserStore&       users();
    [[nodiscard]] core::SessionStore&    sessions();
    [[nodiscard]] core::AttemptStore&    attempts();
    [[nodiscard]] core::SigningKeyStore& signing_keys();
    [[nodiscard]] core::AuditStore&      audit();
    [[nodiscard]] core::AuditReview&     audit_review();
    [[nodiscard]] core::SealedStore&     sealed();
    [[nodiscard]] core::EpochStore&      epochs();
    [[nodiscard]] core::RevocationStore& revocations();
    [[nodiscard]] core::VerifierStore&   verifiers();
    [[nodiscard]] core::ReceiverStore&   receivers();

    // Whether a transaction can be written and committed now; Errc::unavailable with the reason in a word: disk_full,
    // disk_read_only, disk_error, database_busy, database_not_opened, database_damaged, or none of these.
    [[nodiscard]] core::Result<void> check_writable();
    // One moment's data as a new database file, while others go on. What is in it is as secret as what it is a copy of.
    [[nodiscard]] core::Result<void> copy_to(std::filesystem::path const& file);
    // All that is committed is in the file itself, durably, once this gives yes: it may be moved without its WAL.
    [[nodiscard]] core::Result<void> settle();
    // Errc::unavailable with what is damaged in the file. Reads all of it.
    [[nodiscard]] core::Result<void> check_sound();
    // SQL statements run since open(), by all threads.
    [[nodiscard]] std::uint64_t      statements() const;
    // Transactions committed since open(); writes that come together share one.
    [[nodiscard]] std::uint64_t      commits() const;
    // Writes that wait for the commit before them.
    [[nodiscard]] std::size_t        waiting() const;
    // From now on each commit tells how long it took; `commit_seconds` must outlive this object.
    void                             measure(Histogram& commit_seconds);

private:
    struct State;
    explicit SqliteStorage(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

// How far a database's schema is, and how far this program would bring it.
struct SchemaVersions {
    std::int64_t found;
    std::int64_t known;
};
// Changes nothing. Throws std::runtime_error when `file` is no database of Signet or cannot be read.
[[nodiscard]] SchemaVersions schema_versions(std::filesystem::path const& file);

}  // namespace signet::storage
