// storage/audit.hpp - the audit log as core's rules and its readers see it.
#pragma once
#include "core/audit_review.hpp"
#include "core/ports.hpp"
#include "storage/audit_log.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

class Audit final : public core::AuditStore, public core::AuditReview {
public:
    Audit(Engine& engine, AuditLog const& log) : engine_(engine), log_(log) {}

    [[nodiscard]] Result<void>                          append(core::AuditEntry const& entry) override;
    [[nodiscard]] Result<bool>                          append_refused_refresh(core::AuditEntry const& entry) override;
    [[nodiscard]] Result<std::vector<core::AuditEntry>> latest(std::size_t most) override;
    [[nodiscard]] Result<std::size_t>                   remove_entries(TimePoint before, std::size_t most) override;

    [[nodiscard]] Result<std::vector<core::AuditRow>> list(core::AuditQuery const& query) override;
    [[nodiscard]] Result<core::AuditHead>             head() override;
    [[nodiscard]] Result<core::AuditVerdict>          verify(std::optional<core::AuditHead> const& kept) override;

private:
    Engine&         engine_;
    AuditLog const& log_;
};

}  // namespace signet::storage
