#include "core/master_key_change.hpp"

#include "core/keyring.hpp"
#include "core/master_key.hpp"
#include "core/token_secret.hpp"

namespace signet::core {
namespace {

std::string context_of(Sealed const& sealed)
{
    if (sealed.kind == Sealed::Kind::secret) return secret_context(sealed.name);
    return sealing_context(sealed.purpose, sealed.name);
}

}  // namespace

Result<std::size_t> change_master_key(MasterKeyChange const& change, AuditEntry const& audit)
{
    auto const            all = TRY(change.sealed.list_sealed());
    std::vector<Resealed> resealed;
    for (auto const& sealed : all) {
        auto const context = context_of(sealed);
        auto const plain   = TRY(change.before.open(sealed.bytes, context));
        resealed.push_back({sealed, change.after.seal(plain, context, change.random)});
    }
    TRY(change.sealed.reseal(resealed, audit));
    return resealed.size();
}

Result<bool> opens_everything(SealedStore& sealed, MasterKey const& master_key)
{
    auto const all = TRY(sealed.list_sealed());
    for (auto const& one : all) {
        auto const opened = master_key.open(one.bytes, context_of(one));
        if (!opened && opened.error().code == Errc::wrong_master_key) return false;
        if (!opened) return std::unexpected(opened.error());
    }
    return true;
}

}  // namespace signet::core
