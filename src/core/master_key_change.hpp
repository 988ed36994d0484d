// core/master_key_change.hpp - what lies under one master key, put under another.
#pragma once
#include "core/ports.hpp"

namespace signet::core {

struct MasterKeyChange {
    SealedStore&     sealed;
    MasterKey const& before;
    MasterKey const& after;
    Random&          random;
};

// Seals everything anew, in one transaction: storage opens with the one key or with the other, never with neither.
// Gives how many things that were. Errc::wrong_master_key when anything does not open with `before`; nothing is changed
// then.
[[nodiscard]] Result<std::size_t> change_master_key(MasterKeyChange const& change, AuditEntry const& audit);

// Whether everything in storage opens with this key.
[[nodiscard]] Result<bool> opens_everything(SealedStore& sealed, MasterKey const& master_key);

}  // namespace signet::core
