#include "storage/verifiers.hpp"

#include <algorithm>

#include "base/result.hpp"

namespace signet::storage {
namespace {

std::string_view view_of(core::CredentialHash const& hash)
{
    return {reinterpret_cast<char const*>(hash.data()), hash.size()};
}

// The schema holds hashes to 32 bytes.
Result<core::Verifier> read_verifier(Row const& row)
{
    core::Verifier verifier{.name              = std::string{row.text(0)},
                            .credential        = {},
                            .created_at        = row.time(2),
                            .last_connected_at = row.find_time(3)};
    auto const     stored = row.bytes(1);
    std::copy_n(stored.begin(), std::min(stored.size(), verifier.credential.size()), verifier.credential.begin());
    return verifier;
}

}  // namespace

Result<void> Verifiers::add_verifier(core::Verifier const& verifier, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const added =
            TRY(transaction.run("INSERT INTO verifiers (name, credential_hash, created_at, last_connected_at) "
                                "VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING",
                                {verifier.name, Param::bytes(view_of(verifier.credential)), verifier.created_at,
                                 verifier.last_connected_at}));
        if (added == 0) return core::refused(core::Errc::name_taken);
        return log_.add(transaction, audit);
    });
}

Result<std::vector<core::Verifier>> Verifiers::list_verifiers()
{
    return engine_.read([](Transaction& transaction) {
        return transaction.list(
            "SELECT name, credential_hash, created_at, last_connected_at FROM verifiers ORDER BY name", {},
            read_verifier);
    });
}

Result<void> Verifiers::remove_verifier(std::string_view name, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        auto const removed = TRY(transaction.run("DELETE FROM verifiers WHERE name = $1", {name}));
        if (removed == 0) return core::refused(core::Errc::not_found, "no such verifier");
        return log_.add(transaction, audit);
    });
}

Result<void> Verifiers::note_connected(std::set<std::string> const& names, TimePoint at)
{
    if (names.empty()) return {};
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        for (auto const& name : names)
            TRY(transaction.run("UPDATE verifiers SET last_connected_at = $2 WHERE name = $1", {name, at}));
        return {};
    });
}

}  // namespace signet::storage
