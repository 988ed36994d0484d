#include "core/epoch.hpp"

#include "core/keyring.hpp"
#include "core/token_secret.hpp"

namespace signet::core {

Result<std::string> begin_epoch(EpochPlace const& place, AuditEntry const& audit)
{
    auto       all       = TRY(place.signing_keys.list_keys(audit.at));
    bool const tells     = !of_purpose(all, KeyPurpose::security_events).empty();
    auto const records   = of_purpose(std::move(all), KeyPurpose::access_token);
    auto const algorithm = records.empty() ? std::nullopt : jose::find_algorithm(find_latest(records).algorithm);
    auto const make      = [&](KeyPurpose purpose, jose::Algorithm of) {
        return make_signing_key(
            {.purpose = purpose, .algorithm = of, .created_at = audit.at, .active_from = audit.at, .token_life = {}},
            place.master_key, place.random);
    };
    auto       key      = TRY(make(KeyPurpose::access_token, algorithm.value_or(jose::Algorithm::es256)));
    auto       feed_key = TRY(make(KeyPurpose::revocation_feed, kFeedAlgorithm));
    auto const kid      = key.kid;

    std::optional<SigningKeyRecord> event_key;
    if (tells) {
        auto made = TRY(make(KeyPurpose::security_events, kEventAlgorithm));
        event_key = std::move(made);
    }
    TRY(place.epochs.begin_epoch(
        {.key          = std::move(key),
         .feed_key     = std::move(feed_key),
         .token_secret = TokenSecret::generate(place.random).seal(place.master_key, place.random),
         .event_key    = std::move(event_key)},
        audit));
    return kid;
}

}  // namespace signet::core
