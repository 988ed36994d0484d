#include "storage/audit.hpp"

#include <fmt/format.h>

#include "base/result.hpp"

namespace signet::storage {
namespace {

Result<core::AuditEntry> read_entry(Row const& row)
{
    auto const event = core::find_audit_event(row.text(1));
    if (!event)
        return core::refused(core::Errc::unavailable, fmt::format("the audit log has an event '{}'", row.text(1)));
    return core::AuditEntry{
        .at      = row.time(0),
        .event   = *event,
        .user    = row.find_id<core::UserId>(2),
        .session = row.find_id<core::SessionId>(3),
        .origin  = {.address = {std::string{row.text(4)}}, .user_agent = std::string{row.text(5)}},
        .detail  = std::string{row.text(6)},
    };
}

}  // namespace

Result<void> add_audit(Transaction& transaction, core::AuditEntry const& entry)
{
    TRY(
        transaction.run("INSERT INTO audit (at, event, user_id, session_id, address, user_agent, detail) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                        {entry.at, name(entry.event), entry.user, entry.session, entry.origin.address.text,
                         entry.origin.user_agent, entry.detail}));
    return {};
}

Result<void> Audit::append(core::AuditEntry const& entry)
{
    return engine_.write([&](Transaction& transaction) { return add_audit(transaction, entry); });
}

Result<std::vector<core::AuditEntry>> Audit::latest(std::size_t most)
{
    return engine_.read([&](Transaction& transaction) {
        return transaction.list(
            "SELECT at, event, user_id, session_id, address, user_agent, detail FROM audit ORDER BY id DESC LIMIT $1",
            {most}, read_entry);
    });
}

Result<std::size_t> Audit::remove_entries(TimePoint before, std::size_t most)
{
    // Rows go for their age and for nothing else: a trigger keeps those that are not older than this moment, which is
    // the beginning of time again before anyone else sees it.
    auto const let_go = [](Transaction& transaction, TimePoint older_than) {
        return transaction.run("UPDATE audit_horizon SET older_than = $1 WHERE id = 1", {older_than});
    };
    return engine_.write([&](Transaction& transaction) -> Result<std::size_t> {
        TRY(let_go(transaction, before));
        auto const removed = TRY(transaction.run(
            "DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id LIMIT $2) AND at < $1", {before, most}));
        TRY(let_go(transaction, TimePoint{}));
        return static_cast<std::size_t>(removed);
    });
}

}  // namespace signet::storage
