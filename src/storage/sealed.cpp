#include "storage/sealed.hpp"

#include "base/result.hpp"

namespace signet::storage {
namespace {

using core::Sealed;

Result<std::vector<Sealed>> list_all(Transaction& transaction)
{
    return transaction.list(
        "SELECT 0, name, sealed, '' FROM sealed_secrets "
        "UNION ALL SELECT 1, kid, sealed, purpose FROM signing_keys ORDER BY 1, 2",
        {}, [](Row const& row) -> Result<Sealed> {
            auto const kind = row.integer(0) == 0 ? Sealed::Kind::secret : Sealed::Kind::signing_key;
            return Sealed{kind, std::string{row.text(1)}, std::string{row.bytes(2)}, std::string{row.text(3)}};
        });
}

// One row; the statement finds it only while it is what it was.
Result<std::int64_t> reseal_one(Transaction& transaction, core::Resealed const& one)
{
    auto const before = Param::bytes(one.before.bytes);
    auto const after  = Param::bytes(one.after);
    if (one.before.kind == Sealed::Kind::secret)
        return transaction.run("UPDATE sealed_secrets SET sealed = $3 WHERE name = $1 AND sealed = $2",
                               {one.before.name, before, after});
    return transaction.run("UPDATE signing_keys SET sealed = $3 WHERE kid = $1 AND sealed = $2",
                           {one.before.name, before, after});
}

}  // namespace

Result<std::optional<std::string>> SealedRows::find_secret(std::string_view name)
{
    return engine_.read([&](Transaction& transaction) {
        return transaction.find("SELECT sealed FROM sealed_secrets WHERE name = $1", {name},
                                [](Row const& row) -> Result<std::string> { return std::string{row.bytes(0)}; });
    });
}

Result<void> SealedRows::add_secret(std::string_view name, std::string_view sealed)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        TRY(transaction.run("INSERT INTO sealed_secrets (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING",
                            {name, Param::bytes(sealed)}));
        return {};
    });
}

Result<std::vector<Sealed>> SealedRows::list_sealed()
{
    return engine_.read([](Transaction& transaction) { return list_all(transaction); });
}

Result<void> SealedRows::reseal(std::span<core::Resealed const> all, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const there   = TRY(list_all(transaction));
        auto       changed = std::int64_t{0};
        for (auto const& one : all) {
            auto const rows = TRY(reseal_one(transaction, one));
            changed += rows;
        }
        if (changed != std::ssize(there) || there.size() != all.size())
            return core::refused(core::Errc::unavailable, "another process changed the keys meanwhile");
        TRY(log_.add(transaction, audit));
        return {};
    });
}

}  // namespace signet::storage
