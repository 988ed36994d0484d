// storage/verifiers.hpp - readers of the revocation log as rows.
#pragma once
#include "core/ports.hpp"
#include "storage/audit_log.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

class Verifiers final : public core::VerifierStore {
public:
    Verifiers(Engine& engine, AuditLog const& log) : engine_(engine), log_(log) {}

    [[nodiscard]] Result<void> add_verifier(core::Verifier const& verifier, core::AuditEntry const& audit) override;
    [[nodiscard]] Result<std::vector<core::Verifier>> list_verifiers() override;
    [[nodiscard]] Result<void> remove_verifier(std::string_view name, core::AuditEntry const& audit) override;
    [[nodiscard]] Result<void> note_connected(std::set<std::string> const& names, TimePoint at) override;

private:
    Engine&         engine_;
    AuditLog const& log_;
};

}  // namespace signet::storage
