#include "storage/audit_log.hpp"

#include "base/log.hpp"
#include "base/result.hpp"
#include "core/keyring.hpp"

namespace signet::storage {
namespace {

using core::AuditHead;
using core::AuditRow;

constexpr std::size_t kRowsAtOnce = 1000;  // of those that get their links later

std::optional<std::string> find_bytes(Row const& row, int column)
{
    return row.is_null(column) ? std::nullopt : std::optional{std::string{row.bytes(column)}};
}

template <class Id>
std::optional<std::string> bytes_of(std::optional<Id> const& id)
{
    if (!id) return std::nullopt;
    return std::string{reinterpret_cast<char const*>(id->uuid.bytes.data()), id->uuid.bytes.size()};
}

AuditRow as_row(std::int64_t id, core::AuditEntry const& entry)
{
    return {.id         = id,
            .at         = unix_milliseconds(entry.at),
            .event      = std::string{name(entry.event)},
            .user       = bytes_of(entry.user),
            .session    = bytes_of(entry.session),
            .address    = entry.origin.address.text,
            .user_agent = entry.origin.user_agent,
            .detail     = entry.detail,
            .link       = {}};
}

Result<AuditHead> read_head(Row const& row)
{
    return AuditHead{.row = row.integer(0), .link = std::string{row.bytes(1)}};
}

Result<AuditHead> find_removed(Transaction& transaction)
{
    auto const found =
        TRY(transaction.find("SELECT removed_row, removed_link FROM audit_chain WHERE id = 1", {}, read_head));
    return found.value_or(core::empty_audit_log());
}

Result<void> keep_removed(Transaction& transaction, core::AuditChain const& chain, AuditHead const& removed)
{
    auto const seal = chain.seal(removed);
    TRY(transaction.run("UPDATE audit_chain SET removed_row = $1, removed_link = $2, removed_seal = $3 WHERE id = 1",
                        {removed.row, Param::bytes(removed.link), Param::bytes(seal)}));
    return {};
}

Result<std::optional<std::string>> find_sealed_key(Transaction& transaction)
{
    return transaction.find("SELECT sealed FROM sealed_secrets WHERE name = $1", {core::kAuditChainSecret},
                            [](Row const& row) -> Result<std::string> { return std::string{row.bytes(0)}; });
}

// A database from before the chain has signing keys: a wrong master key must not begin its audit log.
Result<void> check_master_key(Transaction& transaction, core::MasterKey const& master)
{
    struct Sealed {
        std::string kid;
        std::string key;
    };
    auto const found = TRY(transaction.find(
        "SELECT kid, sealed FROM signing_keys ORDER BY created_at DESC LIMIT 1", {},
        [](Row const& row) -> Result<Sealed> { return Sealed{std::string{row.text(0)}, std::string{row.bytes(1)}}; }));
    if (!found) return {};
    TRY(master.open(found->key, core::sealing_context(found->kid)));
    return {};
}

// The key that the database keeps, made when it has none; the log then begins with the oldest row there is.
Result<std::string> provide_sealed_key(Transaction& transaction, core::MasterKey const& master, Random& random)
{
    auto found = TRY(find_sealed_key(transaction));
    if (found) return *std::move(found);

    TRY(check_master_key(transaction, master));
    auto       made  = core::AuditChain::make_sealed_key(master, random);
    auto const chain = TRY(core::AuditChain::open(master, made));
    auto const first = TRY(transaction.find("SELECT id FROM audit ORDER BY id LIMIT 1", {},
                                            [](Row const& row) -> Result<std::int64_t> { return row.integer(0); }));
    auto       none  = core::empty_audit_log();
    none.row         = first.value_or(1) - 1;
    auto const seal  = chain.seal(none);
    TRY(transaction.run("INSERT INTO audit_chain (id, removed_row, removed_link, removed_seal) VALUES (1, $1, $2, $3)",
                        {none.row, Param::bytes(none.link), Param::bytes(seal)}));
    TRY(transaction.run("INSERT INTO sealed_secrets (name, sealed) VALUES ($1, $2)",
                        {core::kAuditChainSecret, Param::bytes(made)}));
    return made;
}

// Rows get their links in order, and none is added before all have theirs: the last one tells.
Result<bool> has_unlinked_rows(Transaction& transaction)
{
    auto const linked = TRY(transaction.find("SELECT link FROM audit ORDER BY id DESC LIMIT 1", {},
                                             [](Row const& row) -> Result<bool> { return !row.is_null(0); }));
    return linked && !*linked;
}

}  // namespace

Result<AuditRow> read_audit_row(Row const& row)
{
    return AuditRow{.id         = row.integer(0),
                    .at         = row.integer(1),
                    .event      = std::string{row.text(2)},
                    .user       = find_bytes(row, 3),
                    .session    = find_bytes(row, 4),
                    .address    = std::string{row.text(5)},
                    .user_agent = std::string{row.text(6)},
                    .detail     = std::string{row.text(7)},
                    .link       = std::string{row.bytes(8)}};
}

Result<void> AuditLog::begin(core::MasterKey const& master, Random& random)
{
    auto const kept   = TRY(engine_.read(find_sealed_key));
    auto const make   = [&](Transaction& transaction) { return provide_sealed_key(transaction, master, random); };
    auto const sealed = TRY(kept ? Result<std::string>{*kept} : engine_.write(make));
    auto       chain  = TRY(core::AuditChain::open(master, sealed));
    chain_.emplace(std::move(chain));
    TRY(link_older_rows());
    return {};
}

Result<core::AuditChain const*> AuditLog::chain() const
{
    if (!chain_) return core::refused(core::Errc::unavailable, "the audit log has not begun");
    return &*chain_;
}

Result<void> AuditLog::link_older_rows() const
{
    bool const due = TRY(engine_.read(has_unlinked_rows));
    if (!due) return {};
    for (std::int64_t last = 0;;) {
        auto const reached =
            TRY(engine_.write([&, last](Transaction& transaction) { return link_some(transaction, last); }));
        if (reached == 0) return {};
        last = reached;
        // Loud: whoever puts back a database from before the chain has its rows linked as they are then.
        log::warning("audit rows from before the chain are linked now", {{"up_to_row", last}});
    }
}

Result<std::int64_t> AuditLog::link_some(Transaction& transaction, std::int64_t after) const
{
    auto rows = TRY(transaction.list("SELECT " SIGNET_AUDIT_COLUMNS
                                     " FROM audit WHERE id > $1 AND link IS NULL ORDER BY id LIMIT $2",
                                     {after, kRowsAtOnce}, read_audit_row));
    if (rows.empty()) return 0;
    auto const* const chain  = TRY(this->chain());
    auto const        before = TRY(transaction.find("SELECT id, link FROM audit WHERE id < $1 ORDER BY id DESC LIMIT 1",
                                                    {rows.front().id}, read_head));
    auto const        removed  = TRY(find_removed(transaction));
    auto              previous = before ? before->link : removed.link;
    for (auto& row : rows) {
        row.link = chain->link(previous, row);
        TRY(transaction.run("UPDATE audit SET link = $2 WHERE id = $1", {row.id, Param::bytes(row.link)}));
        previous = row.link;
    }
    return rows.back().id;
}

Result<AuditHead> AuditLog::head(Transaction& transaction)
{
    auto last = TRY(transaction.find("SELECT id, link FROM audit ORDER BY id DESC LIMIT 1", {}, read_head));
    if (last) return *std::move(last);
    return find_removed(transaction);
}

Result<void> AuditLog::add(Transaction& transaction, core::AuditEntry const& entry) const
{
    // There is one writer at a time, and neighbours in its transaction see each other's rows.
    auto const* const chain = TRY(this->chain());
    auto const        last  = TRY(head(transaction));
    auto const        row   = as_row(last.row + 1, entry);
    auto const        link  = chain->link(last.link, row);
    TRY(
        transaction.run("INSERT INTO audit (id, at, event, user_id, session_id, address, user_agent, detail, link) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                        {row.id, row.at, row.event, entry.user, entry.session, row.address, row.user_agent, row.detail,
                         Param::bytes(link)}));
    return {};
}

Result<std::size_t> AuditLog::remove(Transaction& transaction, TimePoint before, std::size_t most) const
{
    auto const rows = TRY(
        transaction.list("SELECT " SIGNET_AUDIT_COLUMNS " FROM audit ORDER BY id LIMIT $1", {most}, read_audit_row));
    AuditHead last{};
    for (auto const& row : rows) {
        if (row.at >= unix_milliseconds(before)) break;
        last = {.row = row.id, .link = row.link};
    }
    if (last.row == 0) return 0U;
    auto const* const chain = TRY(this->chain());

    // A trigger keeps the rows that are not older than this moment, which is the beginning of time again before anyone
    // else sees it.
    auto const let_go = [&](TimePoint older_than) {
        return transaction.run("UPDATE audit_horizon SET older_than = $1 WHERE id = 1", {older_than});
    };
    TRY(let_go(before));
    auto const removed = TRY(transaction.run("DELETE FROM audit WHERE id <= $1", {last.row}));
    TRY(let_go(TimePoint{}));
    TRY(keep_removed(transaction, *chain, last));
    return static_cast<std::size_t>(removed);
}

Result<std::optional<AuditHead>> AuditLog::removed(Transaction& transaction) const
{
    auto const* const chain = TRY(this->chain());
    auto const        head  = TRY(find_removed(transaction));
    auto const        seal =
        TRY(transaction.find("SELECT removed_seal FROM audit_chain WHERE id = 1", {},
                             [](Row const& row) -> Result<std::string> { return std::string{row.bytes(0)}; }));
    if (!seal || *seal != chain->seal(head)) return std::nullopt;
    return head;
}

}  // namespace signet::storage
