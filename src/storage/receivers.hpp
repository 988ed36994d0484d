// storage/receivers.hpp - receivers of security events, and what each is still to be told, as rows.
#pragma once
#include "core/receivers.hpp"
#include "storage/audit_log.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

class Receivers final : public core::ReceiverStore {
public:
    Receivers(Engine& engine, AuditLog const& log) : engine_(engine), log_(log) {}

    [[nodiscard]] Result<void> add_receiver(core::Receiver const& receiver, core::AuditEntry const& audit) override;
    [[nodiscard]] Result<std::vector<core::Receiver>> list_receivers() override;
    [[nodiscard]] Result<void> remove_receiver(std::string_view name, core::AuditEntry const& audit) override;

    [[nodiscard]] Result<std::vector<core::PendingEvent>> list_pending(std::string_view receiver, TimePoint created_at,
                                                                       std::size_t most) override;
    [[nodiscard]] Result<void> note_delivered(std::string_view receiver, std::int64_t number, TimePoint at) override;
    [[nodiscard]] Result<void> note_failed(std::string_view receiver, std::int64_t number, std::string_view error,
                                           TimePoint at) override;
    [[nodiscard]] Result<void> drop_event(std::string_view receiver, std::int64_t number, std::string_view error,
                                          core::AuditEntry const& audit) override;
    [[nodiscard]] Result<std::size_t> drop_old(std::string_view receiver, TimePoint before, std::size_t most,
                                               core::AuditEntry const& audit) override;

private:
    [[nodiscard]] Result<std::int64_t> last_of_too_many(std::string_view receiver, std::size_t most);

    Engine&         engine_;
    AuditLog const& log_;
};

}  // namespace signet::storage
