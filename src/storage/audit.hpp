// storage/audit.hpp - the audit log: rows are added, never changed.
#pragma once
#include "core/ports.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

// Adds `entry` in the transaction of the deed it tells of.
[[nodiscard]] Result<void> add_audit(Transaction& transaction, core::AuditEntry const& entry);

class Audit final : public core::AuditStore {
public:
    explicit Audit(Engine& engine) : engine_(engine) {}

    [[nodiscard]] Result<void>                          append(core::AuditEntry const& entry) override;
    [[nodiscard]] Result<std::vector<core::AuditEntry>> latest(std::size_t most) override;
    [[nodiscard]] Result<std::size_t>                   remove_entries(TimePoint before, std::size_t most) override;

private:
    Engine& engine_;
};

}  // namespace signet::storage
