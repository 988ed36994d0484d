#include "core/epoch.hpp"

#include "core/keyring.hpp"
#include "core/token_secret.hpp"

namespace signet::core {

Result<std::string> begin_epoch(EpochPlace const& place, AuditEntry const& audit)
{
    auto const records   = TRY(place.signing_keys.list_keys(audit.at));
    auto const algorithm = records.empty() ? std::nullopt : jose::find_algorithm(find_latest(records).algorithm);
    auto       key       = TRY(make_signing_key({.algorithm   = algorithm.value_or(jose::Algorithm::es256),
                                                 .created_at  = audit.at,
                                                 .active_from = audit.at,
                                                 .token_life  = {}},
                                                place.master_key, place.random));
    auto const kid       = key.kid;
    TRY(place.epochs.begin_epoch(
        {.key          = std::move(key),
         .token_secret = TokenSecret::generate(place.random).seal(place.master_key, place.random)},
        audit));
    return kid;
}

}  // namespace signet::core
