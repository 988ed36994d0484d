// http/revocations.hpp - the text that a snapshot is.
#pragma once
#include <string>

#include "core/result.hpp"
#include "http/api.hpp"
#include "revocation/entry.hpp"

namespace signet::http {

// All that the log holds up to `published`, signed. For RevocationSnapshots; blocks for as long as reading takes.
[[nodiscard]] core::Result<std::string> make_snapshot(Api const& api, revocation::Position const& published);

}  // namespace signet::http
