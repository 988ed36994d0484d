// storage/sessions.hpp - signed-in devices as rows.
#pragma once
#include "core/ports.hpp"
#include "storage/audit_log.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

// Ends the user's sessions that are live at `at`, all but `keep`; gives them. Whoever calls it revokes them.
[[nodiscard]] Result<std::vector<core::SessionId>> end_live_sessions(Transaction& transaction, core::UserId user,
                                                                     std::optional<core::SessionId> keep,
                                                                     core::EndReason reason, TimePoint at);

class Sessions final : public core::SessionStore {
public:
    Sessions(Engine& engine, AuditLog const& log) : engine_(engine), log_(log) {}

    [[nodiscard]] Result<core::OpenedSession>                 open_session(core::SessionOpening const& opening,
                                                                           core::AuditEntry const&     audit) override;
    [[nodiscard]] Result<std::optional<core::SessionAndUser>> find_session(core::SessionId id) override;
    [[nodiscard]] Result<bool>                       rotate_session(core::SessionRotation const& rotation) override;
    [[nodiscard]] Result<std::uint32_t>              note_odd_replay(core::SessionId id, std::uint64_t generation,
                                                                     core::AuditEntry const& audit) override;
    [[nodiscard]] Result<core::Revoked>              end_session(core::SessionId id, std::optional<core::UserId> owner,
                                                                 core::EndReason reason, core::AuditEntry const& audit) override;
    [[nodiscard]] Result<core::Revoked>              end_sessions(core::UserId user, core::EndReason reason,
                                                                  core::AuditEntry const& audit) override;
    [[nodiscard]] Result<std::vector<core::Session>> list_sessions(core::UserId user, TimePoint now) override;
    [[nodiscard]] Result<std::size_t>                remove_sessions(TimePoint before, std::size_t most) override;

private:
    Engine&         engine_;
    AuditLog const& log_;
};

}  // namespace signet::storage
