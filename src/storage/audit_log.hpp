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

    // Opens the chain: makes its key where there is none yet, and links the rows that are older than links, some of
    // them per transaction. Errc::wrong_master_key.
    [[nodiscard]] Result<void> begin(core::MasterKey const& master, Random& random);

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
    // Gives the last of them; 0 when there was none.
    [[nodiscard]] Result<std::int64_t> link_some(Transaction& transaction, std::int64_t after) const;
    [[nodiscard]] Result<void>         link_older_rows() const;

    Engine&                         engine_;
    std::optional<core::AuditChain> chain_;
};

// The columns of `audit` that read_audit_row() takes, in its order.
#define SIGNET_AUDIT_COLUMNS "id, at, event, user_id, session_id, address, user_agent, detail, link"
[[nodiscard]] Result<core::AuditRow> read_audit_row(Row const& row);

}  // namespace signet::storage
