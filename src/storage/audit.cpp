#include "storage/audit.hpp"

#include <fmt/format.h>

#include <limits>

#include "base/result.hpp"

namespace signet::storage {
namespace {

using core::AuditFault;

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

// Whether a refresh of this session was refused for this reason before.
Result<bool> is_told(Transaction& transaction, core::AuditEntry const& refused)
{
    auto const row = TRY(transaction.find(
        "SELECT id FROM audit WHERE event = 'refresh_refused' AND session_id = $1 AND detail = $2 LIMIT 1",
        {refused.session, refused.detail}, [](Row const&) -> Result<bool> { return true; }));
    return row.has_value();
}

constexpr std::size_t kRowsAtOnce = 1000;

// Follows the chain row by row.
class Walk {
public:
    Walk(core::AuditChain const& chain, core::AuditHead begin) : chain_(chain) { verdict_.head = std::move(begin); }

    // False when the walk ends here.
    bool step(core::AuditRow const& row, std::optional<core::AuditHead> const& kept)
    {
        auto& head = verdict_.head;
        if (row.id <= head.row) return stop(row.id, AuditFault::foreign);
        if (row.id != head.row + 1) return stop(row.id, AuditFault::missing);
        if (row.link != chain_.link(head.link, row)) return stop(row.id, AuditFault::altered);
        if (kept && kept->row == row.id && kept->link != row.link) return stop(row.id, AuditFault::other_log);
        if (row.event == name(core::AuditEvent::audit_chain_begun)) verdict_.begun = {.row = row.id, .at = row.at};
        if (verdict_.rows++ == 0) verdict_.first = row.id;
        head = {.row = row.id, .link = row.link};
        return true;
    }
    bool stop(std::int64_t row, AuditFault fault)
    {
        verdict_.bad = {.row = row, .fault = fault};
        return false;
    }

    [[nodiscard]] core::AuditVerdict& verdict() { return verdict_; }

private:
    core::AuditChain const& chain_;
    core::AuditVerdict      verdict_;
};

// Before any row: what the kept head says about the place where the log begins.
bool begin(Walk& walk, std::optional<core::AuditHead> const& kept)
{
    auto const& removed = walk.verdict().head;
    if (!kept) return true;
    walk.verdict().head_is_too_old = kept->row < removed.row;
    if (kept->row == removed.row && kept->link != removed.link) return walk.stop(removed.row, AuditFault::other_log);
    return true;
}

}  // namespace

Result<void> Audit::append(core::AuditEntry const& entry)
{
    return engine_.write([&](Transaction& transaction) { return log_.add(transaction, entry); });
}

Result<bool> Audit::append_refused_refresh(core::AuditEntry const& entry)
{
    // Who repeats it costs a look, and no write.
    bool const told = TRY(engine_.read([&](Transaction& transaction) { return is_told(transaction, entry); }));
    if (told) return false;
    return engine_.write([&](Transaction& transaction) -> Result<bool> {
        bool const meanwhile = TRY(is_told(transaction, entry));
        if (meanwhile) return false;
        TRY(log_.add(transaction, entry));
        return true;
    });
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
    return engine_.write([&](Transaction& transaction) { return log_.remove(transaction, before, most); });
}

Result<std::vector<core::AuditRow>> Audit::list(core::AuditQuery const& query)
{
    // What is not asked for holds for every row; no user has the nil id.
    auto const event = query.event ? name(*query.event) : std::string_view{};
    return engine_.read([&](Transaction& transaction) {
        return transaction.list("SELECT " SIGNET_AUDIT_COLUMNS
                                " FROM audit WHERE id > $1 AND ($2 = 0 OR at >= $3) AND ($4 = '' OR event = $4) "
                                "AND ($5 = 0 OR user_id = $6) ORDER BY id LIMIT $7",
                                {query.after, query.since ? 1 : 0, query.since.value_or(TimePoint{}), event,
                                 query.user ? 1 : 0, query.user.value_or(core::UserId{}), query.most},
                                read_audit_row);
    });
}

Result<core::AuditHead> Audit::head()
{
    return engine_.read(AuditLog::head);
}

Result<core::AuditVerdict> Audit::verify(std::optional<core::AuditHead> const& kept)
{
    return engine_.read([&](Transaction& transaction) -> Result<core::AuditVerdict> {
        auto const        removed = TRY(log_.removed(transaction));
        auto const* const chain   = TRY(log_.chain());
        Walk              walk{*chain, removed.value_or(core::empty_audit_log())};
        bool              goes_on = removed ? begin(walk, kept) : walk.stop(0, AuditFault::removed_by_others);
        auto              last    = std::numeric_limits<std::int64_t>::min();
        while (goes_on) {
            auto const rows =
                TRY(transaction.list("SELECT " SIGNET_AUDIT_COLUMNS " FROM audit WHERE id > $1 ORDER BY id LIMIT $2",
                                     {last, kRowsAtOnce}, read_audit_row));
            if (rows.empty()) break;
            for (auto row = rows.begin(); goes_on && row != rows.end(); ++row) goes_on = walk.step(*row, kept);
            last = rows.back().id;
        }
        auto const& head = walk.verdict().head;
        if (goes_on && kept && kept->row > head.row) walk.stop(head.row + 1, AuditFault::cut);
        return std::move(walk.verdict());
    });
}

}  // namespace signet::storage
