// storage/security_events.hpp - what happened, for those who are told of it: one row for each receiver that asked for
// such events, in the transaction of the act. Where there is no receiver it costs one statement and no row.
#pragma once
#include <span>

#include "core/receivers.hpp"
#include "storage/engine.hpp"

namespace signet::storage {

// These sessions have ended, and their rows say when and why.
[[nodiscard]] Result<void> append_ended_sessions(Transaction& transaction, std::span<core::SessionId const> ended,
                                                 core::Initiator by);
// All that ended at `at` for that reason: one statement, however many.
[[nodiscard]] Result<void> append_all_ended_sessions(Transaction& transaction, core::EndReason reason, TimePoint at,
                                                     core::Initiator by);
[[nodiscard]] Result<void> append_event(Transaction& transaction, core::SecurityEvent const& event);

}  // namespace signet::storage
