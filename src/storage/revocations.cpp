#include "storage/revocations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/result.hpp"
#include "storage/security_events.hpp"

namespace signet::storage {
namespace {

using revocation::Entry;
using revocation::Hash;
using revocation::Position;
using revocation::Sequence;

// What revocation_head says.
struct Head {
    Position last;
    Position removed;
};

Param as_param(Hash const& hash)
{
    return Param::bytes({reinterpret_cast<char const*>(hash.data()), hash.size()});
}

// The schema holds hashes to 32 bytes.
Hash read_hash(Row const& row, int column)
{
    Hash       hash{};
    auto const stored = row.bytes(column);
    std::copy_n(stored.begin(), std::min(stored.size(), hash.size()), hash.begin());
    return hash;
}

Result<Head> read_head(Row const& row)
{
    return Head{
        .last = {.log = row.integer(0), .sequence = static_cast<Sequence>(row.integer(1)), .hash = read_hash(row, 2)},
        .removed = {
            .log = row.integer(0), .sequence = static_cast<Sequence>(row.integer(3)), .hash = read_hash(row, 4)}};
}

Result<Entry> read_entry(Row const& row)
{
    auto const  kind = revocation::find_kind(row.text(1));
    Entry const entry{.sequence   = static_cast<Sequence>(row.integer(0)),
                      .kind       = kind.value_or(revocation::Kind::session),
                      .subject    = std::string{row.text(2)},
                      .not_before = row.time(3),
                      .until      = row.time(4)};
    // No line of ours has another form.
    if (!kind || revocation::parse_line(revocation::format_line(entry)) != entry)
        return core::refused(core::Errc::unavailable,
                             fmt::format("line {} of the revocation log is none", entry.sequence));
    return entry;
}

Result<Head> get_head(Transaction& transaction)
{
    auto const head = TRY(transaction.find(
        "SELECT log, sequence, hash, removed_sequence, removed_hash FROM revocation_head WHERE id = 1", {}, read_head));
    if (!head) return core::refused(core::Errc::unavailable, "the revocation log has no head");
    return *head;
}

// Of the access tokens that may be about at `at`, those of revoked keys too.
Result<std::chrono::seconds> longest_token_life(Transaction& transaction, TimePoint at)
{
    auto const longest =
        TRY(transaction.find("SELECT max(longest_token_life) FROM signing_keys WHERE purpose = $2 "
                             "AND ((revoked_at IS NULL AND (published_until IS NULL OR published_until > $1)) "
                             "OR revoked_at + longest_token_life * 1000 > $1)",
                             {at, name(core::KeyPurpose::access_token)},
                             [](Row const& row) -> Result<std::int64_t> { return row.integer(0); }));
    return std::chrono::seconds{longest.value_or(0)};
}

// When the session may have been given its latest token: after `now` where the clock has been set back since (CHECKS
// E26).
Result<TimePoint> latest_use(Transaction& transaction, std::optional<core::SessionId> const& session, TimePoint now)
{
    if (!session) return now;
    auto const used =
        TRY(transaction.find("SELECT CASE WHEN created_at > last_used_at THEN created_at ELSE last_used_at END "
                             "FROM sessions WHERE id = $1",
                             {*session}, [](Row const& row) -> Result<TimePoint> { return row.time(0); }));
    return std::max(now, used.value_or(now));
}

// With the place in the status lists of the session that it concerns, where it has one.
Result<void> insert(Transaction& transaction, Entry const& entry, Hash const& hash,
                    std::optional<core::SessionId> const& session)
{
    TRY(transaction.run(
        "INSERT INTO revocations (sequence, kind, subject, not_before, until, hash, status_index) "
        "VALUES ($1, $2, $3, $4, $5, $6, (SELECT status_index FROM sessions WHERE id = $7))",
        {entry.sequence, name(entry.kind), entry.subject, entry.not_before, entry.until, as_param(hash), session}));
    return {};
}

// Some indexes: from `first` on, up to `end`.
struct StatusRange {
    core::StatusIndex first;
    core::StatusIndex end;
};

// Those of the sessions that a line about many concerns: any may have a token from before it. Ended ones of a user have
// lines of their own.
Result<std::vector<core::StatusIndex>> list_statuses_of(Transaction& transaction, Entry const& entry,
                                                        StatusRange const& range)
{
    auto const user = core::UserId::parse(entry.subject);
    if (entry.kind == revocation::Kind::user && user)
        return transaction.list(
            "SELECT status_index FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND created_at <= $2 "
            "AND status_index >= $3 AND status_index < $4",
            {*user, entry.not_before, range.first, range.end}, read_status_index);
    if (entry.kind == revocation::Kind::client)
        return transaction.list(
            "SELECT status_index FROM sessions WHERE client_id = $1 AND created_at <= $2 "
            "AND status_index >= $3 AND status_index < $4",
            {entry.subject, entry.not_before, range.first, range.end}, read_status_index);
    if (entry.kind == revocation::Kind::everything)
        return transaction.list(
            "SELECT status_index FROM sessions WHERE created_at <= $1 AND status_index >= $2 AND status_index < $3",
            {entry.not_before, range.first, range.end}, read_status_index);
    return std::vector<core::StatusIndex>{};
}

struct EndedSession {
    core::SessionId id;
    TimePoint       at;
};

// The log may have begun in another process meanwhile.
Result<void> begin_log(Transaction& transaction, TimePoint now)
{
    auto const begun = TRY(transaction.run("UPDATE revocation_head SET log = $1 WHERE id = 1 AND log = 0",
                                           {std::max(now, from_unix_milliseconds(1))}));
    if (begun == 0) return {};
    auto const life  = TRY(longest_token_life(transaction, now));
    auto const ended = TRY(transaction.list(
        "SELECT id, ended_at FROM sessions WHERE ended_at >= $1 AND end_reason <> $2 ORDER BY ended_at, id",
        {now - life - revocation::kKeptLonger, name(core::EndReason::new_epoch)},
        [](Row const& row) -> Result<EndedSession> { return EndedSession{row.id<core::SessionId>(0), row.time(1)}; }));
    for (auto const& session : ended) {
        auto const what = core::Revocation::of(session.id);
        TRY(append_revocations(transaction, {&what, 1}, session.at));
    }
    return {};
}

}  // namespace

Result<core::StatusIndex> read_status_index(Row const& row)
{
    return static_cast<core::StatusIndex>(row.integer(0));
}

Result<core::Revoked> append_revocations(Transaction& transaction, std::span<core::Revocation const> what, TimePoint at)
{
    core::Revoked written;
    if (what.empty()) return written;
    auto const head = TRY(get_head(transaction));
    auto const life = TRY(longest_token_life(transaction, at));
    auto       last = head.last;
    for (auto const& [kind, subject, session] : what) {
        if (!revocation::is_subject(subject)) throw std::invalid_argument("a revocation of '" + subject + "'");
        auto const latest = TRY(latest_use(transaction, session, at));
        auto const until  = latest + life + revocation::kKeptLonger;
        written.push_back(
            {.sequence = ++last.sequence, .kind = kind, .subject = subject, .not_before = at, .until = until});
        last.hash = revocation::link(last.hash, revocation::format_line(written.back()));
        TRY(insert(transaction, written.back(), last.hash, session));
    }
    TRY(transaction.run("UPDATE revocation_head SET sequence = $1, hash = $2 WHERE id = 1",
                        {last.sequence, as_param(last.hash)}));
    return written;
}

Result<core::Revoked> append_session_ends(Transaction& transaction, std::span<core::SessionId const> ended,
                                          core::Initiator by, TimePoint at)
{
    TRY(append_ended_sessions(transaction, ended, by));
    return append_revocations(transaction, core::revocations_of(ended), at);
}

Result<core::Revoked> begin_next_log(Transaction& transaction, TimePoint at)
{
    auto kids =
        TRY(transaction.list("SELECT kid FROM signing_keys WHERE purpose IN ($2, $3) AND revoked_at IS NULL "
                             "AND (published_until IS NULL OR published_until > $1) "
                             "UNION SELECT subject FROM revocations WHERE kind = $4 AND until >= $1 ORDER BY 1",
                             {at, name(core::KeyPurpose::access_token), name(core::KeyPurpose::revocation_feed),
                              name(revocation::Kind::key)},
                             [](Row const& row) -> Result<std::string> { return std::string{row.text(0)}; }));
    std::vector<core::Revocation> what{core::Revocation::of_everything()};
    for (auto& kid : kids) what.push_back(core::Revocation::of_key(std::move(kid)));

    TRY(transaction.run("DELETE FROM revocations"));
    TRY(
        transaction.run("UPDATE revocation_head SET log = CASE WHEN log < $1 THEN $1 ELSE log + 1 END, "
                        "sequence = 0, hash = $2, removed_sequence = 0, removed_hash = $2 WHERE id = 1",
                        {at, as_param(Hash{})}));
    return append_revocations(transaction, what, at);
}

void begin_revocation_log(Engine& engine, TimePoint now)
{
    auto const must = [](auto const& done) {
        if (!done) throw std::runtime_error(fmt::format("cannot begin the revocation log: {}", done.error().detail));
    };
    auto const head = engine.read(get_head);
    must(head);
    if (head->last.log == 0) must(engine.write([&](Transaction& transaction) { return begin_log(transaction, now); }));
}

Result<core::RevocationLog> Revocations::read_log(Sequence after, std::size_t most)
{
    return engine_.read([&](Transaction& transaction) -> Result<core::RevocationLog> {
        auto const          head = TRY(get_head(transaction));
        core::RevocationLog log{.head = head.last, .removed = head.removed, .entries = {}};
        if (after >= head.last.sequence) return log;
        auto entries = TRY(
            transaction.list("SELECT sequence, kind, subject, not_before, until FROM revocations WHERE sequence > $1 "
                             "ORDER BY sequence LIMIT $2",
                             {after, most}, read_entry));
        log.entries = std::move(entries);
        return log;
    });
}

Result<core::Revoked> Revocations::revoke(std::span<core::Revocation const> what, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<core::Revoked> {
        auto revoked = TRY(append_revocations(transaction, what, audit.at));
        if (!revoked.empty()) TRY(log_.add(transaction, audit));
        return revoked;
    });
}

Result<std::size_t> Revocations::remove_revocations(TimePoint before, std::size_t most)
{
    return engine_.write([&](Transaction& transaction) -> Result<std::size_t> {
        auto const last = TRY(transaction.find(
            "SELECT sequence, hash FROM revocations WHERE sequence IN ("
            "SELECT sequence FROM revocations WHERE until < $1 ORDER BY until, sequence LIMIT $2) "
            "ORDER BY sequence DESC LIMIT 1",
            {before, most}, [](Row const& row) -> Result<Position> {
                return Position{.sequence = static_cast<Sequence>(row.integer(0)), .hash = read_hash(row, 1)};
            }));
        if (!last) return 0U;
        auto const gone =
            TRY(transaction.run("DELETE FROM revocations WHERE sequence IN ("
                                "SELECT sequence FROM revocations WHERE until < $1 ORDER BY until, sequence LIMIT $2)",
                                {before, most}));
        TRY(
            transaction.run("UPDATE revocation_head SET removed_sequence = $1, removed_hash = $2 WHERE id = 1 AND "
                            "removed_sequence < $1",
                            {last->sequence, as_param(last->hash)}));
        return static_cast<std::size_t>(gone);
    });
}

Result<core::StatusIndex> Revocations::next_status_index()
{
    return engine_.read([](Transaction& transaction) -> Result<core::StatusIndex> {
        auto const next =
            TRY(transaction.find("SELECT next_index FROM status_lists WHERE id = 1", {}, read_status_index));
        return next.value_or(0);
    });
}

Result<std::vector<core::StatusIndex>> Revocations::list_revoked_statuses(core::StatusIndex first, std::size_t count)
{
    StatusRange const range{.first = first, .end = first + count};
    return engine_.read([&](Transaction& transaction) -> Result<std::vector<core::StatusIndex>> {
        auto revoked =
            TRY(transaction.list("SELECT status_index FROM revocations WHERE status_index >= $1 AND status_index < $2",
                                 {range.first, range.end}, read_status_index));
        auto const of_many =
            TRY(transaction.list("SELECT sequence, kind, subject, not_before, until FROM revocations "
                                 "WHERE kind IN ('user', 'client', 'everything')",
                                 {}, read_entry));
        for (auto const& entry : of_many) {
            auto const some = TRY(list_statuses_of(transaction, entry, range));
            revoked.insert(revoked.end(), some.begin(), some.end());
        }
        std::ranges::sort(revoked);
        auto const repeated = std::ranges::unique(revoked);
        revoked.erase(repeated.begin(), repeated.end());
        return revoked;
    });
}

}  // namespace signet::storage
