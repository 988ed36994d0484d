// core/session.hpp - one signed-in device.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "core/client_address.hpp"
#include "core/ids.hpp"

namespace signet::core {

enum class EndReason : std::uint8_t {
    signed_out,
    signed_out_everywhere,
    ended_by_owner,  // from the list of devices
    ended_by_operator,
    password_changed,
    account_disabled,
    refresh_reuse,      // a superseded token came back too late: theft
    replays_elsewhere,  // replays from another place, generation after generation
    too_many,           // of this user; the least recently used make room
    new_epoch,          // everything issued until then is void
};
[[nodiscard]] std::string_view         name(EndReason reason);
[[nodiscard]] std::optional<EndReason> find_end_reason(std::string_view name);

// A place in the status lists (core/status_list.hpp), counted through all of them.
using StatusIndex = std::uint64_t;

// Live ones of one user.
inline constexpr std::size_t kMostSessions = 100;

// One row per session, whatever its age (DESIGN 6).
struct Session {
    SessionId                  id;
    UserId                     user;
    std::string                client_id;       // who asked for it; first party: "signet"
    std::uint64_t              generation = 0;  // of the refresh token that is current
    std::optional<TimePoint>   rotated_at;      // when `generation` was reached; none before the first rotation
    TimePoint                  created_at;      // also the time of authentication
    TimePoint                  last_used_at;
    TimePoint                  idle_expires_at;
    TimePoint                  expires_at;  // absolute: rotation never extends it
    std::optional<TimePoint>   ended_at;
    std::optional<EndReason>   end_reason;
    Origin                     origin;                       // of the sign-in, then of the latest rotation
    std::uint32_t              odd_replays           = 0;    // consecutive generations replayed from elsewhere
    std::uint64_t              odd_replay_generation = 0;    // the latest of them
    std::optional<StatusIndex> status_index = std::nullopt;  // what its tokens name; they name none where it has none
};

}  // namespace signet::core
