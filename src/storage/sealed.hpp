// storage/sealed.hpp - everything that hangs on the master key, as rows.
#pragma once
#include "core/ports.hpp"
#include "storage/audit_log.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

class SealedRows final : public core::SealedStore {
public:
    SealedRows(Engine& engine, AuditLog const& log) : engine_(engine), log_(log) {}

    [[nodiscard]] Result<std::optional<std::string>> find_secret(std::string_view name) override;
    [[nodiscard]] Result<void>                      add_secret(std::string_view name, std::string_view sealed) override;
    [[nodiscard]] Result<std::vector<core::Sealed>> list_sealed() override;
    [[nodiscard]] Result<void> reseal(std::span<core::Resealed const> all, core::AuditEntry const& audit) override;

private:
    Engine&         engine_;
    AuditLog const& log_;
};

}  // namespace signet::storage
