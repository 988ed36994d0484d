#include "storage/epochs.hpp"

#include "base/result.hpp"
#include "core/token_secret.hpp"
#include "storage/revocations.hpp"
#include "storage/security_events.hpp"
#include "storage/signing_keys.hpp"

namespace signet::storage {

Result<TimePoint> Epochs::epoch_began()
{
    auto const began = TRY(engine_.read([](Transaction& transaction) {
        return transaction.find("SELECT began_at FROM epoch WHERE id = 1", {},
                                [](Row const& row) -> Result<TimePoint> { return row.time(0); });
    }));
    return began.value_or(TimePoint{});
}

Result<void> Epochs::begin_epoch(core::EpochStart const& start, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<void> {
        TRY(transaction.run("UPDATE epoch SET began_at = $1 WHERE id = 1", {audit.at}));
        TRY(
            transaction.run("UPDATE sessions SET ended_at = $1, end_reason = $2, sweep_at = $1 "
                            "WHERE ended_at IS NULL AND idle_expires_at > $1 AND expires_at > $1",
                            {audit.at, name(core::EndReason::new_epoch)}));
        TRY(append_all_ended_sessions(transaction, core::EndReason::new_epoch, audit.at, core::Initiator::admin));
        TRY(begin_next_log(transaction, audit.at));
        TRY(transaction.run("UPDATE signing_keys SET revoked_at = $1 WHERE revoked_at IS NULL", {audit.at}));
        TRY(insert_signing_key(transaction, start.key));
        TRY(insert_signing_key(transaction, start.feed_key));
        if (start.event_key) TRY(insert_signing_key(transaction, *start.event_key));
        TRY(
            transaction.run("INSERT INTO sealed_secrets (name, sealed) VALUES ($1, $2) "
                            "ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
                            {core::kTokenSecretName, Param::bytes(start.token_secret)}));
        TRY(log_.add(transaction, audit));
        return {};
    });
}

}  // namespace signet::storage
