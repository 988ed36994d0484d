// storage/audit_log.hpp - the audit log as linked rows: added at the end, removed from the beginning, never changed.
#pragma once
#include <optional>

#include "core/audit.hpp"
#include "core/audit_chain.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

// Thread-safe once it has begun, and before that Errc::unavailable. What it does is part of the caller's transaction.
class AuditLog {
public:
    // The log of a database that has its schema.
    explicit AuditLog(Engine& engine) : engine_(engine) {}

    // Opens the chain. A database that has none gets its key, once; one from before the chain gets links for the rows
    // it has in the same transaction, and none has its rows linked later. What is not as this program left it is said
    // in the log, and found by core::AuditReview::verify(). `master` is the one that opens the token secret;
    // Errc::wrong_master_key.
    [[nodiscard]] Result<void> begin(core::MasterKey const& master, Random& random, TimePoint now);

    // Two statements.
    [[nodiscard]] Result<void>        add(Transaction& transaction, core::AuditEntry const& entry) const;
    // Of the first `most` rows those before the first that is not older than `before`; gives how many.
    [[nodiscard]] Result<std::size_t> remove(Transaction& transaction, TimePoint before, std::size_t most) const;
    // Up to which rows were removed; nullopt when it is not this program that says so.
    [[nodiscard]] Result<std::optional<core::AuditHead>> removed(Transaction& transaction) const;
    // Of the last row there is.
    [[nodiscard]] static Result<core::AuditHead>         head(Transaction& transaction);

    [[nodiscard]] Result<core::AuditChain const*> chain() const;

private:
    // Whether both ends are as this program left them: a look, not a review.
    [[nodiscard]] Result<bool> has_whole_ends(Transaction& transaction) const;

    Engine&                         engine_;
    std::optional<core::AuditChain> chain_;
};

// The columns of `audit` that read_audit_row() takes, in its order.
#define SIGNET_AUDIT_COLUMNS "id, at, event, user_id, session_id, address, user_agent, detail, link"
[[nodiscard]] Result<core::AuditRow> read_audit_row(Row const& row);

}  // namespace signet::storage
