#include "storage/sessions.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/result.hpp"
#include "storage/attempts.hpp"
#include "storage/revocations.hpp"
#include "storage/users.hpp"

namespace signet::storage {
namespace {

using core::Session;
using core::SessionId;
using core::UserId;

// The columns that read_session() takes, in its order.
#define SIGNET_SESSION_COLUMNS                                                                 \
    "s.id, s.user_id, s.client_id, s.generation, s.rotated_at, s.created_at, s.last_used_at, " \
    "s.idle_expires_at, s.expires_at, s.ended_at, s.end_reason, s.address, s.user_agent, "     \
    "s.odd_replays, s.odd_replay_generation, s.status_index"
constexpr int kSessionColumns = 16;

Result<Session> read_session(Row const& row)
{
    auto const reason = core::find_end_reason(row.text(10));
    if (!reason && !row.is_null(10))
        return core::refused(core::Errc::unavailable, fmt::format("a session ended by '{}'", row.text(10)));
    return Session{
        .id                    = row.id<SessionId>(0),
        .user                  = row.id<UserId>(1),
        .client_id             = std::string{row.text(2)},
        .generation            = static_cast<std::uint64_t>(row.integer(3)),
        .rotated_at            = row.find_time(4),
        .created_at            = row.time(5),
        .last_used_at          = row.time(6),
        .idle_expires_at       = row.time(7),
        .expires_at            = row.time(8),
        .ended_at              = row.find_time(9),
        .end_reason            = reason,
        .origin                = {.address = {std::string{row.text(11)}}, .user_agent = std::string{row.text(12)}},
        .odd_replays           = static_cast<std::uint32_t>(row.integer(13)),
        .odd_replay_generation = static_cast<std::uint64_t>(row.integer(14)),
        .status_index = row.is_null(15) ? std::nullopt : std::optional{static_cast<core::StatusIndex>(row.integer(15))},
    };
}

Result<core::SessionAndUser> read_session_and_user(Row const& row)
{
    auto session = TRY(read_session(row));
    auto user    = TRY(read_user(row, kSessionColumns));
    return core::SessionAndUser{std::move(session), std::move(user)};
}

Result<SessionId> read_session_id(Row const& row)
{
    return row.id<SessionId>(0);
}

struct OddReplays {
    std::uint32_t count;
    std::uint64_t generation;
};

Result<OddReplays> read_odd_replays(Row const& row)
{
    return OddReplays{static_cast<std::uint32_t>(row.integer(0)), static_cast<std::uint64_t>(row.integer(1))};
}

// Ends the least recently used of the user's live sessions beyond kMostSessions; `audit` is the sign-in's.
Result<std::vector<SessionId>> make_room(Transaction& transaction, AuditLog const& log, UserId user,
                                         core::AuditEntry audit)
{
    // "All that follow" is an OFFSET with a LIMIT nobody reaches: each engine has another word for no limit.
    auto ended = TRY(transaction.list(
        "UPDATE sessions SET ended_at = $2, end_reason = $3, sweep_at = $2 WHERE id IN ("
        "SELECT id FROM sessions WHERE user_id = $1 AND ended_at IS NULL AND idle_expires_at > $2 AND expires_at > $2 "
        "ORDER BY last_used_at DESC, id DESC LIMIT 1000000 OFFSET $4) RETURNING id",
        {user, audit.at, name(core::EndReason::too_many), core::kMostSessions}, read_session_id));
    for (auto const id : ended) {
        audit.event   = core::AuditEvent::session_ended;
        audit.session = id;
        audit.detail  = name(core::EndReason::too_many);
        TRY(log.add(transaction, audit));
    }
    return ended;
}

Result<void> insert_session(Transaction& transaction, Session const& session,
                            std::optional<core::StatusIndex> status_index)
{
    TRY(transaction.run(
        "INSERT INTO sessions (id, user_id, client_id, generation, rotated_at, created_at, last_used_at, "
        "idle_expires_at, expires_at, ended_at, end_reason, address, user_agent, odd_replays, "
        "odd_replay_generation, sweep_at, status_index) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
        {session.id, session.user, session.client_id, session.generation, session.rotated_at, session.created_at,
         session.last_used_at, session.idle_expires_at, session.expires_at, session.ended_at,
         session.end_reason.transform([](core::EndReason reason) { return name(reason); }), session.origin.address.text,
         session.origin.user_agent, session.odd_replays, session.odd_replay_generation,
         std::min(session.idle_expires_at, session.expires_at), status_index}));
    return {};
}

// Gives the index, without gaps: in the transaction that opens the session it is for.
Result<std::optional<core::StatusIndex>> take_status_index(Transaction& transaction, core::StatusListing listing)
{
    if (listing == core::StatusListing::none) return std::nullopt;
    auto const index = TRY(
        transaction.find("UPDATE status_lists SET next_index = next_index + 1 WHERE id = 1 RETURNING next_index - 1",
                         {}, read_status_index));
    if (!index) return core::refused(core::Errc::unavailable, "nobody counts the places in the status lists");
    return *index;
}

}  // namespace

Result<std::vector<SessionId>> end_live_sessions(Transaction& transaction, UserId user, std::optional<SessionId> keep,
                                                 core::EndReason reason, TimePoint at)
{
    // No session has the nil id.
    return transaction.list(
        "UPDATE sessions SET ended_at = $2, end_reason = $3, sweep_at = $2 "
        "WHERE user_id = $1 AND id <> $4 AND ended_at IS NULL AND idle_expires_at > $2 AND expires_at > $2 "
        "RETURNING id",
        {user, at, name(reason), keep.value_or(SessionId{})}, read_session_id);
}

Result<core::OpenedSession> Sessions::open_session(core::SessionOpening const& opening, core::AuditEntry const& audit)
{
    auto const& [session, verified_against, admitted, listing] = opening;
    return engine_.write([&](Transaction& transaction) -> Result<core::OpenedSession> {
        auto const user = TRY(
            transaction.find("SELECT u.id FROM users u WHERE u.id = $1 AND u.password = $2 AND u.disabled_at IS NULL",
                             {session.user, verified_against.text}, [](Row const&) -> Result<bool> { return true; }));
        if (!user)
            return core::refused(core::Errc::bad_credentials,
                                 "the account was disabled or its password changed meanwhile");

        auto const status_index = TRY(take_status_index(transaction, listing));
        TRY(insert_session(transaction, session, status_index));
        TRY(forgive_attempts(transaction, admitted));
        auto const ended = TRY(make_room(transaction, log_, session.user, audit));
        TRY(log_.add(transaction, audit));
        auto revoked = TRY(append_session_ends(transaction, ended, core::Initiator::policy, audit.at));
        return core::OpenedSession{.status_index = status_index, .revoked = std::move(revoked)};
    });
}

Result<std::optional<core::SessionAndUser>> Sessions::find_session(SessionId id)
{
    return engine_.read([&](Transaction& transaction) {
        return transaction.find("SELECT " SIGNET_SESSION_COLUMNS ", " SIGNET_USER_COLUMNS
                                " FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1",
                                {id}, read_session_and_user);
    });
}

Result<bool> Sessions::rotate_session(core::SessionRotation const& rotation)
{
    return engine_.write([&](Transaction& transaction) -> Result<bool> {
        auto const rotated = TRY(transaction.run(
            // Never earlier than before: by it an entry outlives the latest token, whatever the clock says now.
            "UPDATE sessions SET generation = generation + 1, rotated_at = $3, "
            "last_used_at = CASE WHEN last_used_at > $3 THEN last_used_at ELSE $3 END, "
            "idle_expires_at = $4, address = $5, user_agent = $6 "
            "WHERE id = $1 AND generation = $2 AND ended_at IS NULL AND idle_expires_at > $3 AND expires_at > $3",
            {rotation.id, rotation.from_generation, rotation.at, rotation.idle_expires_at, rotation.origin.address.text,
             rotation.origin.user_agent}));
        return rotated == 1;
    });
}

Result<std::uint32_t> Sessions::note_odd_replay(SessionId id, std::uint64_t generation, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<std::uint32_t> {
        auto const noted = TRY(transaction.find("SELECT odd_replays, odd_replay_generation FROM sessions WHERE id = $1",
                                                {id}, read_odd_replays));
        if (!noted) return 0U;
        if (noted->count > 0 && noted->generation == generation) return noted->count;

        bool const follows = noted->count > 0 && noted->generation + 1 == generation;
        auto const count   = follows ? noted->count + 1 : 1U;
        TRY(transaction.run("UPDATE sessions SET odd_replays = $2, odd_replay_generation = $3 WHERE id = $1",
                            {id, count, generation}));
        TRY(log_.add(transaction, audit));
        return count;
    });
}

Result<core::Revoked> Sessions::end_session(SessionId id, std::optional<UserId> owner, core::EndReason reason,
                                            core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<core::Revoked> {
        // No user has the nil id.
        auto const ended =
            TRY(transaction.run("UPDATE sessions SET ended_at = $2, end_reason = $3, sweep_at = $2 "
                                "WHERE id = $1 AND (user_id = $4 OR $5 = 1) "
                                "AND ended_at IS NULL AND idle_expires_at > $2 AND expires_at > $2",
                                {id, audit.at, name(reason), owner.value_or(UserId{}), owner ? 0 : 1}));
        if (ended == 0) return core::Revoked{};
        TRY(log_.add(transaction, audit));
        return append_session_ends(transaction, {&id, 1}, core::initiator_of(reason), audit.at);
    });
}

Result<core::Revoked> Sessions::end_sessions(UserId user, core::EndReason reason, core::AuditEntry const& audit)
{
    return engine_.write([&](Transaction& transaction) -> Result<core::Revoked> {
        auto const ended = TRY(end_live_sessions(transaction, user, std::nullopt, reason, audit.at));
        TRY(log_.add(transaction, audit));
        return append_session_ends(transaction, ended, core::initiator_of(reason), audit.at);
    });
}

Result<std::vector<Session>> Sessions::list_sessions(UserId user, TimePoint now)
{
    return engine_.read([&](Transaction& transaction) {
        return transaction.list("SELECT " SIGNET_SESSION_COLUMNS
                                " FROM sessions s WHERE s.user_id = $1 AND s.ended_at IS NULL "
                                "AND s.idle_expires_at > $2 AND s.expires_at > $2 "
                                "ORDER BY s.last_used_at DESC, s.id DESC",
                                {user, now}, read_session);
    });
}

Result<std::size_t> Sessions::remove_sessions(TimePoint before, std::size_t most)
{
    // Looks at the `most` sessions whose turn has come, removes those that are over, and gives the others, which
    // were used since, their new turn. Only that keeps rotation away from the index.
    struct Swept {
        std::int64_t removed;
        std::int64_t moved_on;
    };
    auto const sweep = [&](std::size_t limit) {
        return engine_.write([&](Transaction& transaction) -> Result<Swept> {
            auto const removed =
                TRY(transaction.run("DELETE FROM sessions WHERE id IN ("
                                    "SELECT id FROM sessions WHERE sweep_at < $1 ORDER BY sweep_at LIMIT $2) "
                                    "AND (ended_at < $1 OR idle_expires_at < $1 OR expires_at < $1)",
                                    {before, limit}));
            auto const moved_on = TRY(transaction.run(
                "UPDATE sessions SET sweep_at = CASE WHEN idle_expires_at < expires_at THEN idle_expires_at "
                "ELSE expires_at END WHERE id IN ("
                "SELECT id FROM sessions WHERE sweep_at < $1 ORDER BY sweep_at LIMIT $2) "
                "AND ended_at IS NULL AND idle_expires_at >= $1 AND expires_at >= $1",
                {before, limit}));
            return Swept{removed, moved_on};
        });
    };

    // Many that were used since may lie before those that are over; the rest of them is for the next call.
    constexpr int kMostSweeps = 10;
    std::size_t   removed     = 0;
    for (int sweeps = 0; sweeps < kMostSweeps && removed < most; ++sweeps) {
        auto const swept = TRY(sweep(most - removed));
        removed += static_cast<std::size_t>(swept.removed);
        if (swept.removed == 0 && swept.moved_on == 0) break;
    }
    return removed;
}

}  // namespace signet::storage
