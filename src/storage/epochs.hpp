// storage/epochs.hpp - since when what was issued counts.
#pragma once
#include "core/ports.hpp"
#include "storage/audit_log.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

class Epochs final : public core::EpochStore {
public:
    Epochs(Engine& engine, AuditLog const& log) : engine_(engine), log_(log) {}

    [[nodiscard]] Result<TimePoint> epoch_began() override;
    [[nodiscard]] Result<void>      begin_epoch(core::EpochStart const& start, core::AuditEntry const& audit) override;

private:
    Engine&         engine_;
    AuditLog const& log_;
};

}  // namespace signet::storage
