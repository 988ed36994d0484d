#include "storage/audit_log.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/result.hpp"
#include "core/token_secret.hpp"

namespace signet::storage {
namespace {

using core::AuditHead;
using core::AuditRow;

constexpr std::size_t kRowsAtOnce = 1000;  // of those from before the chain

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

bool follows(core::AuditChain const& chain, AuditHead const& before, AuditRow const& row)
{
    return row.id == before.row + 1 && row.link == chain.link(before.link, row);
}

Result<std::optional<std::int64_t>> find_number(Transaction& transaction, Sql sql)
{
    return transaction.find(sql, {}, [](Row const& row) -> Result<std::int64_t> { return row.integer(0); });
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

// A seal only where the record was this program's before: what somebody else did to it stays to be seen.
Result<void> keep_removed(Transaction& transaction, AuditHead const& removed, std::string_view seal)
{
    TRY(transaction.run("UPDATE audit_chain SET removed_row = $1, removed_link = $2, removed_seal = $3 WHERE id = 1",
                        {removed.row, Param::bytes(removed.link), Param::bytes(seal)}));
    return {};
}

Result<std::optional<std::string>> find_sealed(Transaction& transaction, std::string_view name)
{
    return transaction.find("SELECT sealed FROM sealed_secrets WHERE name = $1", {name},
                            [](Row const& row) -> Result<std::string> { return std::string{row.bytes(0)}; });
}

Result<void> add_sealed(Transaction& transaction, std::string_view name, std::string_view sealed)
{
    TRY(transaction.run("INSERT INTO sealed_secrets (name, sealed) VALUES ($1, $2)", {name, Param::bytes(sealed)}));
    return {};
}

// Of a token secret without the name that it has beside a chain.
Result<std::optional<std::string>> find_token_secret_before(Transaction& transaction)
{
    auto const beside = TRY(find_sealed(transaction, core::kTokenSecretName));
    if (beside) return std::nullopt;
    return find_sealed(transaction, core::kTokenSecretBeforeChain);
}

// The chain's key, where nothing is left to be made.
Result<std::optional<std::string>> find_ready_key(Transaction& transaction)
{
    auto const before = TRY(find_token_secret_before(transaction));
    if (before) return std::nullopt;
    return find_sealed(transaction, core::kAuditChainSecret);
}

// Gives the token secret the name that it has beside a chain. True when it had the other: once in a database's life.
Result<bool> turn_token_secret(Transaction& transaction, core::MasterKey const& master, Random& random)
{
    auto const before = TRY(find_token_secret_before(transaction));
    if (!before) return false;
    auto const sealed = TRY(core::seal_beside_chain(master, *before, random));
    TRY(transaction.run("DELETE FROM sealed_secrets WHERE name = $1", {core::kTokenSecretBeforeChain}));
    TRY(add_sealed(transaction, core::kTokenSecretName, sealed));
    return true;
}

Result<void> add_row(Transaction& transaction, core::AuditChain const& chain, core::AuditEntry const& entry)
{
    // There is one writer at a time, and neighbours in its transaction see each other's rows.
    auto const last = TRY(AuditLog::head(transaction));
    auto const row  = as_row(last.row + 1, entry);
    auto const link = chain.link(last.link, row);
    TRY(
        transaction.run("INSERT INTO audit (id, at, event, user_id, session_id, address, user_agent, detail, link) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                        {row.id, row.at, row.event, entry.user, entry.session, row.address, row.user_agent, row.detail,
                         Param::bytes(link)}));
    return {};
}

// All rows there are. Gives the last of them.
Result<std::int64_t> link_rows(Transaction& transaction, core::AuditChain const& chain, AuditHead last)
{
    while (true) {
        auto rows =
            TRY(transaction.list("SELECT " SIGNET_AUDIT_COLUMNS " FROM audit WHERE id > $1 ORDER BY id LIMIT $2",
                                 {last.row, kRowsAtOnce}, read_audit_row));
        if (rows.empty()) return last.row;
        for (auto const& row : rows) {
            last = {.row = row.id, .link = chain.link(last.link, row)};
            TRY(transaction.run("UPDATE audit SET link = $2 WHERE id = $1", {last.row, Param::bytes(last.link)}));
        }
    }
}

// The chain's key as the database keeps it.
struct Begun {
    std::string  sealed;
    std::int64_t linked = 0;  // up to this row; 0: none
};

// Makes the key when there is none. The log begins with the oldest row there is, and the rows get their links: unless
// there was a chain before. Then somebody removed its key, and it stays without a beginning that can be believed.
Result<Begun> provide_key(Transaction& transaction, core::MasterKey const& master, Random& random, TimePoint now)
{
    bool const is_before = TRY(turn_token_secret(transaction, master, random));
    auto       kept      = TRY(find_sealed(transaction, core::kAuditChainSecret));
    if (kept) return Begun{*std::move(kept)};

    auto       made  = core::AuditChain::make_sealed_key(master, random);
    auto const chain = TRY(core::AuditChain::open(master, made));
    TRY(add_sealed(transaction, core::kAuditChainSecret, made));
    auto const first   = TRY(find_number(transaction, "SELECT id FROM audit ORDER BY id LIMIT 1"));
    auto const record  = TRY(find_number(transaction, "SELECT id FROM audit_chain"));
    bool const removed = record || (first && !is_before);
    if (removed) return Begun{std::move(made)};

    auto none       = core::empty_audit_log();
    none.row        = first.value_or(1) - 1;
    auto const seal = chain.seal(none);
    TRY(transaction.run("INSERT INTO audit_chain (id, removed_row, removed_link, removed_seal) VALUES (1, $1, $2, $3)",
                        {none.row, Param::bytes(none.link), Param::bytes(seal)}));
    if (!first) return Begun{std::move(made)};
    auto const linked = TRY(link_rows(transaction, chain, none));
    TRY(add_row(transaction, chain,
                {.at     = now,
                 .event  = core::AuditEvent::audit_chain_begun,
                 .detail = fmt::format("rows up to {} are from before", linked)}));
    return Begun{std::move(made), linked};
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

Result<void> AuditLog::begin(core::MasterKey const& master, Random& random, TimePoint now)
{
    auto const provide = [&](Transaction& transaction) { return provide_key(transaction, master, random, now); };
    auto const ready   = TRY(engine_.read(find_ready_key));
    auto const begun   = TRY(ready ? Result<Begun>{Begun{*ready}} : engine_.write(provide));
    auto       chain   = TRY(core::AuditChain::open(master, begun.sealed));
    chain_.emplace(std::move(chain));
    if (begun.linked > 0)
        log::warning("audit rows from before the chain are linked now", {{"up_to_row", begun.linked}});

    bool const whole = TRY(engine_.read([this](Transaction& transaction) { return has_whole_ends(transaction); }));
    if (!whole) log::error("the audit log is not as Signet left it: see signet audit verify");
    return {};
}

Result<core::AuditChain const*> AuditLog::chain() const
{
    if (!chain_) return core::refused(core::Errc::unavailable, "the audit log has not begun");
    return &*chain_;
}

Result<bool> AuditLog::has_whole_ends(Transaction& transaction) const
{
    auto const* const chain = TRY(this->chain());
    auto const        begin = TRY(removed(transaction));
    if (!begin) return false;
    auto const first =
        TRY(transaction.find("SELECT " SIGNET_AUDIT_COLUMNS " FROM audit ORDER BY id LIMIT 1", {}, read_audit_row));
    if (!first) return true;
    if (!follows(*chain, *begin, *first)) return false;
    auto const last = TRY(
        transaction.list("SELECT " SIGNET_AUDIT_COLUMNS " FROM audit ORDER BY id DESC LIMIT 2", {}, read_audit_row));
    return last.size() < 2 || follows(*chain, {.row = last[1].id, .link = last[1].link}, last[0]);
}

Result<AuditHead> AuditLog::head(Transaction& transaction)
{
    auto last = TRY(transaction.find("SELECT id, link FROM audit ORDER BY id DESC LIMIT 1", {}, read_head));
    if (last) return *std::move(last);
    return find_removed(transaction);
}

Result<void> AuditLog::add(Transaction& transaction, core::AuditEntry const& entry) const
{
    auto const* const chain = TRY(this->chain());
    return add_row(transaction, *chain, entry);
}

Result<std::size_t> AuditLog::remove(Transaction& transaction, TimePoint before, std::size_t most) const
{
    auto const rows = TRY(
        transaction.list("SELECT " SIGNET_AUDIT_COLUMNS " FROM audit ORDER BY id LIMIT $1", {most}, read_audit_row));
    auto const* const chain   = TRY(this->chain());
    auto const        removed = TRY(this->removed(transaction));
    auto              last    = removed.value_or(core::empty_audit_log());
    bool              is_ours = removed.has_value();
    auto              row     = rows.begin();
    for (; row != rows.end() && row->at < unix_milliseconds(before); ++row) {
        is_ours = is_ours && follows(*chain, last, *row);
        last    = {.row = row->id, .link = row->link};
    }
    if (row == rows.begin()) return 0U;

    // A trigger keeps the rows that are not older than this moment, which is the beginning of time again before anyone
    // else sees it.
    auto const let_go = [&](TimePoint older_than) {
        return transaction.run("UPDATE audit_horizon SET older_than = $1 WHERE id = 1", {older_than});
    };
    TRY(let_go(before));
    auto const gone = TRY(transaction.run("DELETE FROM audit WHERE id <= $1", {last.row}));
    TRY(let_go(TimePoint{}));
    TRY(keep_removed(transaction, last, is_ours ? chain->seal(last) : std::string{}));
    return static_cast<std::size_t>(gone);
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
