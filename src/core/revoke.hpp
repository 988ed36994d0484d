// core/revoke.hpp - what an operator has refused from now on.
#pragma once
#include "core/ports.hpp"

namespace signet::core {

// Tokens that `what` names, at once here and by the feed elsewhere. A session ends as well: its next tokens would be of
// the same name, and good again once the entry is forgotten. Sessions of a user or a client go on, and their next
// tokens are good. Gives what was written.
[[nodiscard]] Result<Revoked> revoke(Ports const& ports, Revocation const& what);

}  // namespace signet::core
