// core/testing/memory.hpp - what the stores in memory share: the rows, and one lock.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/ports.hpp"
#include "core/receivers.hpp"

namespace signet::core::testing {

// A line of the revocation log, and the hash of the log up to it.
struct MemoryLine {
    revocation::Entry entry;
    revocation::Hash  hash;

    std::optional<StatusIndex> status_index = std::nullopt;
};

// Of one receiver.
struct MemoryEvent {
    std::string  receiver;
    PendingEvent pending;
};

// What all the stores share: a deed holds the lock from its first look to its last word.
struct Memory {
    std::mutex                           mutex;
    std::map<std::string, User>          users;  // by e-mail key
    std::map<SessionId, Session>         sessions;
    std::map<AttemptKey, AttemptCounter> attempts;
    std::vector<SigningKeyRecord>        keys;  // those that are not revoked
    std::vector<SigningKeyRecord>        revoked;
    std::map<std::string, std::string>   secrets;
    TimePoint                            epoch_began{};
    std::vector<AuditEntry>              audit;
    std::map<std::string, Verifier>      verifiers;
    std::map<std::string, Receiver>      receivers;
    std::vector<MemoryEvent>             events;  // rising numbers
    std::int64_t                         next_event = 1;
    std::vector<MemoryLine>              log;
    revocation::Position                 log_head{.log = 1};
    revocation::Position                 log_removed{.log = 1};
    StatusIndex                          next_status_index = 0;

    std::uint64_t deeds         = 0;                  // store calls so far
    bool          failing       = false;              // every call gives Errc::unavailable
    std::uint64_t failing_after = ~std::uint64_t{0};  // as `failing`, from the deed after that many

    // What others do between a password's check and the deed that relies on it: runs once, before the next such deed.
    std::function<void()> meanwhile;

    User*                  find_user(UserId id);
    static bool            is_live(Session const& session, TimePoint now);
    // Ends the live ones but `keep`, and names them.
    std::vector<SessionId> end_sessions(UserId user, std::optional<SessionId> keep, EndReason reason, TimePoint at);
    // Out of the lists, for good.
    void                   revoke_key(SigningKeyRecord key, TimePoint at);

    // Adds it, and whoever was to sign longer than until it does makes room.
    void add_key(SigningKeyRecord const& key, std::chrono::seconds slack);

    [[nodiscard]] std::chrono::seconds longest_token_life(TimePoint at) const;
    // Writes an entry for each into the log.
    Revoked                            revoke(std::span<Revocation const> what, TimePoint at);
    // The next log, with everything revoked and each key.
    void                               begin_log(TimePoint at);

    // Writes an event for each receiver that asked for such.
    void    tell(SecurityEvent const& event);
    void    tell_ended(std::span<SessionId const> ended, Initiator by);
    // The sessions, in the log too.
    Revoked revoke_ended(std::span<SessionId const> ended, Initiator by, TimePoint at);

    void subtract(AttemptKey const& key, std::uint32_t failures);
    void take_back(AttemptKey const& key);
    void forget_attempts_at(std::string const& email);

    void let_others_in();

    // One deed: locked, counted, or refused when storage is made to fail.
    template <class Deed>
    auto run(Deed deed) -> decltype(deed())
    {
        std::lock_guard const lock{mutex};
        ++deeds;
        if (failing || deeds > failing_after) return refused(Errc::unavailable, "storage is made to fail");
        return deed();
    }
};

}  // namespace signet::core::testing
