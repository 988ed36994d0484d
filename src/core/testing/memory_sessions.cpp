#include <algorithm>
#include <tuple>

#include "core/testing/memory_stores.hpp"

namespace signet::core::testing {
namespace {

class MemorySessions final : public SessionStore {
public:
    explicit MemorySessions(Memory& memory) : memory_(memory) {}

    Result<OpenedSession> open_session(SessionOpening const& opening, AuditEntry const& audit) override
    {
        memory_.let_others_in();
        return memory_.run([&]() -> Result<OpenedSession> {
            auto              session = opening.session;
            auto const* const user    = memory_.find_user(session.user);
            if (user == nullptr || user->disabled_at || user->password != opening.verified_against)
                return refused(Errc::bad_credentials);
            session.status_index.reset();
            if (opening.listing == StatusListing::next_index) session.status_index = memory_.next_status_index++;
            memory_.sessions.emplace(session.id, session);
            forgive(opening.admitted);
            auto const ended = make_room(session.user, audit);
            memory_.audit.push_back(audit);
            return OpenedSession{.status_index = session.status_index,
                                 .revoked      = memory_.revoke_ended(ended, Initiator::policy, audit.at)};
        });
    }
    Result<std::optional<SessionAndUser>> find_session(SessionId id) override
    {
        return memory_.run([&]() -> Result<std::optional<SessionAndUser>> {
            auto const found = memory_.sessions.find(id);
            if (found == memory_.sessions.end()) return std::nullopt;
            return SessionAndUser{found->second, *memory_.find_user(found->second.user)};
        });
    }
    Result<bool> rotate_session(SessionRotation const& rotation) override
    {
        return memory_.run([&]() -> Result<bool> {
            auto const found = memory_.sessions.find(rotation.id);
            if (found == memory_.sessions.end()) return false;
            auto& session = found->second;
            if (session.generation != rotation.from_generation || !Memory::is_live(session, rotation.at)) return false;
            session.generation += 1;
            session.rotated_at      = rotation.at;
            session.last_used_at    = std::max(session.last_used_at, rotation.at);
            session.idle_expires_at = rotation.idle_expires_at;
            session.origin          = rotation.origin;
            return true;
        });
    }
    Result<std::uint32_t> note_odd_replay(SessionId id, std::uint64_t generation, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<std::uint32_t> {
            auto const found = memory_.sessions.find(id);
            if (found == memory_.sessions.end()) return 0U;
            auto& session = found->second;
            if (session.odd_replays > 0 && session.odd_replay_generation == generation) return session.odd_replays;
            bool const follows            = session.odd_replays > 0 && session.odd_replay_generation + 1 == generation;
            session.odd_replays           = follows ? session.odd_replays + 1 : 1;
            session.odd_replay_generation = generation;
            memory_.audit.push_back(audit);
            return session.odd_replays;
        });
    }
    Result<Revoked> end_session(SessionId id, std::optional<UserId> owner, EndReason reason,
                                AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<Revoked> {
            auto const found = memory_.sessions.find(id);
            if (found == memory_.sessions.end()) return Revoked{};
            auto& session = found->second;
            if ((owner && session.user != *owner) || !Memory::is_live(session, audit.at)) return Revoked{};
            session.ended_at   = audit.at;
            session.end_reason = reason;
            memory_.audit.push_back(audit);
            return memory_.revoke_ended({&id, 1}, initiator_of(reason), audit.at);
        });
    }
    Result<Revoked> end_sessions(UserId user, EndReason reason, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<Revoked> {
            memory_.audit.push_back(audit);
            auto const ended = memory_.end_sessions(user, std::nullopt, reason, audit.at);
            return memory_.revoke_ended(ended, initiator_of(reason), audit.at);
        });
    }
    Result<std::vector<Session>> list_sessions(UserId user, TimePoint now) override
    {
        return memory_.run([&]() -> Result<std::vector<Session>> { return live_sessions(user, now); });
    }
    Result<std::size_t> remove_sessions(TimePoint before, std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::size_t> {
            std::size_t removed = 0;
            std::erase_if(memory_.sessions, [&](auto const& entry) {
                auto const& session = entry.second;
                bool const  over    = session.ended_at.value_or(TimePoint::max()) < before ||
                                  session.idle_expires_at < before || session.expires_at < before;
                if (!over || removed == most) return false;
                ++removed;
                return true;
            });
            return removed;
        });
    }

private:
    // Latest used first.
    std::vector<Session> live_sessions(UserId user, TimePoint now)
    {
        std::vector<Session> sessions;
        for (auto const& [id, session] : memory_.sessions)
            if (session.user == user && Memory::is_live(session, now)) sessions.push_back(session);
        std::ranges::sort(sessions, [](Session const& a, Session const& b) {
            return std::tie(a.last_used_at, a.id) > std::tie(b.last_used_at, b.id);
        });
        return sessions;
    }

    std::vector<SessionId> make_room(UserId user, AuditEntry audit)
    {
        std::vector<SessionId> ended;
        auto const             live = live_sessions(user, audit.at);
        for (std::size_t i = kMostSessions; i < live.size(); ++i) {
            auto& session      = memory_.sessions.at(live[i].id);
            session.ended_at   = audit.at;
            session.end_reason = EndReason::too_many;
            audit.event        = AuditEvent::session_ended;
            audit.session      = session.id;
            audit.detail       = name(EndReason::too_many);
            memory_.audit.push_back(audit);
            ended.push_back(session.id);
        }
        return ended;
    }

    // The password was right: this attempt is taken back, and what the same source or device failed before.
    void forgive(std::span<AttemptKey const> admitted)
    {
        for (auto const& key : admitted) memory_.take_back(key);
        auto const source = std::ranges::find(admitted, AttemptScope::source, &AttemptKey::scope);
        auto const failed = source == admitted.end() ? 0U : memory_.attempts[*source].failures;
        for (auto const& key : admitted) {
            memory_.subtract(key, failed);
            if (key.scope == AttemptScope::source || key.scope == AttemptScope::device) memory_.attempts.erase(key);
        }
    }

    Memory& memory_;
};

}  // namespace

std::unique_ptr<SessionStore> sessions_in(Memory& memory)
{
    return std::make_unique<MemorySessions>(memory);
}

}  // namespace signet::core::testing
