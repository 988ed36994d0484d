// core/epoch.hpp - the moment before which everything issued is void.
//
// For when what was issued can no longer be told apart from what was revoked: data that came back from a backup
// (CHECKS E30), a master key in other hands.
#pragma once
#include "core/ports.hpp"
#include "jose/algorithm.hpp"

namespace signet::core {

struct EpochPlace {
    EpochStore&      epochs;
    SigningKeyStore& signing_keys;
    MasterKey const& master_key;
    Random&          random;
};

// Ends every session, revokes every signing key, and replaces the token secret, so that refresh, access, and device
// tokens of before are refused: here by their time too, elsewhere by the feed, and by whoever does not read it once the
// key set is fetched again. Gives the kid of the new signing key, of the newest one's algorithm. `audit` says why.
[[nodiscard]] Result<std::string> begin_epoch(EpochPlace const& place, AuditEntry const& audit);

// Whether what was issued then is void now. An epoch that lies in the future was begun while the clock was ahead:
// nothing is compared with it, since its keys and its token secret alone let nothing older pass.
[[nodiscard]] inline bool is_void(TimePoint issued, TimePoint epoch_began, TimePoint now)
{
    return epoch_began <= now && issued < epoch_began;
}

}  // namespace signet::core
