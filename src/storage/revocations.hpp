// storage/revocations.hpp - the revocation log as rows: written where something is revoked, removed for their age.
#pragma once
#include <span>

#include "core/ports.hpp"
#include "core/security_event.hpp"
#include "storage/audit_log.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

// Of a row whose first column it is.
[[nodiscard]] Result<core::StatusIndex> read_status_index(Row const& row);

// Writes an entry for each of `what` in the transaction of the act, which is of `at`, and gives them. Their until is
// that of the longest access token that may be about then. Three statements and one for each entry; none for nothing.
// Throws std::invalid_argument for a subject that is none.
[[nodiscard]] Result<core::Revoked> append_revocations(Transaction& transaction, std::span<core::Revocation const> what,
                                                       TimePoint at);
// The same for sessions that ended, of which the receivers of security events are told too.
[[nodiscard]] Result<core::Revoked> append_session_ends(Transaction&                     transaction,
                                                        std::span<core::SessionId const> ended, core::Initiator by,
                                                        TimePoint at);

// Another log begins, of a greater name, without what was in the one before: everything is revoked in it, and each key
// of access tokens that is published at `at` or was revoked before, since whoever has such a key dates tokens as he
// likes.
[[nodiscard]] Result<core::Revoked> begin_next_log(Transaction& transaction, TimePoint at);

// Gives the log of a database that has none yet its name, and takes over the sessions that ended before there was one,
// as far as their tokens may still live. Throws std::runtime_error.
void begin_revocation_log(Engine& engine, TimePoint now);

class Revocations final : public core::RevocationStore {
public:
    Revocations(Engine& engine, AuditLog const& log) : engine_(engine), log_(log) {}

    [[nodiscard]] Result<core::RevocationLog> read_log(revocation::Sequence after, std::size_t most) override;
    [[nodiscard]] Result<core::Revoked>       revoke(std::span<core::Revocation const> what,
                                                     core::AuditEntry const&           audit) override;
    [[nodiscard]] Result<std::size_t>         remove_revocations(TimePoint before, std::size_t most) override;

    [[nodiscard]] Result<core::StatusIndex>              next_status_index() override;
    [[nodiscard]] Result<std::vector<core::StatusIndex>> list_revoked_statuses(core::StatusIndex first,
                                                                               std::size_t       count) override;

private:
    Engine&         engine_;
    AuditLog const& log_;
};

}  // namespace signet::storage
