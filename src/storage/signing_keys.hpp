// storage/signing_keys.hpp - sealed signing keys as rows.
#pragma once
#include "core/ports.hpp"
#include "storage/audit_log.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

// Adds the row and touches no other.
[[nodiscard]] Result<void> insert_signing_key(Transaction& transaction, core::SigningKeyRecord const& key);

class SigningKeys final : public core::SigningKeyStore {
public:
    SigningKeys(Engine& engine, AuditLog const& log) : engine_(engine), log_(log) {}

    [[nodiscard]] Result<std::vector<core::SigningKeyRecord>> list_keys(TimePoint now) override;
    [[nodiscard]] Result<bool> add_key(core::SigningKeyRecord const& key, std::optional<TimePoint> unless_newer_than,
                                       std::chrono::seconds slack, core::AuditEntry const& audit) override;
    [[nodiscard]] Result<void> raise_token_life(std::string_view kid, std::chrono::seconds life) override;
    [[nodiscard]] Result<core::Revoked> revoke_key(std::string_view                             kid,
                                                   std::optional<core::SigningKeyRecord> const& replacement,
                                                   std::chrono::seconds slack, core::AuditEntry const& audit) override;

private:
    Engine&         engine_;
    AuditLog const& log_;
};

}  // namespace signet::storage
