// core/testing/memory_stores.hpp - core's ports in memory, for tests.
//
// Must pass the same contract suite as every storage engine (tests/contract).
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "core/ports.hpp"
#include "core/testing/memory.hpp"

namespace signet::core::testing {

class MemoryUsers final : public UserStore {
public:
    explicit MemoryUsers(Memory& memory) : memory_(memory) {}

    Result<void> add_user(User const& user, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            if (!memory_.users.emplace(user.email.key(), user).second) return refused(Errc::email_taken);
            memory_.audit.push_back(audit);
            return {};
        });
    }
    Result<std::optional<User>> find_user(Email const& email) override
    {
        return memory_.run([&]() -> Result<std::optional<User>> {
            auto const found = memory_.users.find(email.key());
            return found == memory_.users.end() ? std::nullopt : std::optional{found->second};
        });
    }
    Result<std::optional<User>> find_user(UserId id) override
    {
        return memory_.run([&]() -> Result<std::optional<User>> {
            auto const* const found = memory_.find_user(id);
            return found == nullptr ? std::nullopt : std::optional{*found};
        });
    }
    Result<std::vector<User>> list_users(std::string_view after, std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::vector<User>> {
            std::vector<User> users;
            auto              next = memory_.users.upper_bound(std::string{after});
            for (; next != memory_.users.end() && users.size() < most; ++next) users.push_back(next->second);
            return users;
        });
    }
    Result<void> upgrade_password_hash(UserId id, PasswordHash const& expected, PasswordHash const& replacement,
                                       AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            auto* const user = memory_.find_user(id);
            if (user == nullptr || user->password != expected) return {};
            user->password = replacement;
            memory_.audit.push_back(audit);
            return {};
        });
    }
    Result<std::vector<SessionId>> change_password(UserId id, std::optional<PasswordHash> const& expected,
                                                   PasswordHash const& replacement, std::optional<SessionId> keep,
                                                   AuditEntry const& audit) override
    {
        memory_.let_others_in();
        return memory_.run([&]() -> Result<std::vector<SessionId>> {
            auto* const user = memory_.find_user(id);
            if (user == nullptr) return refused(Errc::not_found);
            if (expected && user->password != *expected) return refused(Errc::bad_credentials);
            user->password = replacement;
            if (!expected) memory_.forget_attempts_at(user->email.key());
            memory_.audit.push_back(audit);
            return memory_.end_sessions(id, keep, EndReason::password_changed, audit.at);
        });
    }
    Result<std::vector<SessionId>> disable_user(UserId id, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<std::vector<SessionId>> {
            auto* const user = memory_.find_user(id);
            if (user == nullptr) return refused(Errc::not_found);
            if (user->disabled_at) return std::vector<SessionId>{};
            user->disabled_at = audit.at;
            memory_.audit.push_back(audit);
            return memory_.end_sessions(id, std::nullopt, EndReason::account_disabled, audit.at);
        });
    }
    Result<void> enable_user(UserId id, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<void> {
            auto* const user = memory_.find_user(id);
            if (user == nullptr) return refused(Errc::not_found);
            memory_.forget_attempts_at(user->email.key());
            if (!user->disabled_at) return {};
            user->disabled_at.reset();
            memory_.audit.push_back(audit);
            return {};
        });
    }

private:
    Memory& memory_;
};

class MemorySessions final : public SessionStore {
public:
    explicit MemorySessions(Memory& memory) : memory_(memory) {}

    Result<std::vector<SessionId>> open_session(Session const& session, PasswordHash const& verified_against,
                                                std::span<AttemptKey const> admitted, AuditEntry const& audit) override
    {
        memory_.let_others_in();
        return memory_.run([&]() -> Result<std::vector<SessionId>> {
            auto const* const user = memory_.find_user(session.user);
            if (user == nullptr || user->disabled_at || user->password != verified_against)
                return refused(Errc::bad_credentials);
            memory_.sessions.emplace(session.id, session);
            forgive(admitted);
            auto ended = make_room(session.user, audit);
            memory_.audit.push_back(audit);
            return ended;
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
            session.last_used_at    = rotation.at;
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
    Result<bool> end_session(SessionId id, std::optional<UserId> owner, EndReason reason,
                             AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<bool> {
            auto const found = memory_.sessions.find(id);
            if (found == memory_.sessions.end()) return false;
            auto& session = found->second;
            if ((owner && session.user != *owner) || !Memory::is_live(session, audit.at)) return false;
            session.ended_at   = audit.at;
            session.end_reason = reason;
            memory_.audit.push_back(audit);
            return true;
        });
    }
    Result<std::vector<SessionId>> end_sessions(UserId user, EndReason reason, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<std::vector<SessionId>> {
            memory_.audit.push_back(audit);
            return memory_.end_sessions(user, std::nullopt, reason, audit.at);
        });
    }
    Result<std::vector<Session>> list_sessions(UserId user, TimePoint now) override
    {
        return memory_.run([&]() -> Result<std::vector<Session>> { return live_sessions(user, now); });
    }
    Result<std::vector<EndedSession>> sessions_ended_since(TimePoint since) override
    {
        return memory_.run([&]() -> Result<std::vector<EndedSession>> {
            std::vector<EndedSession> ended;
            for (auto const& [id, session] : memory_.sessions)
                if (session.ended_at && *session.ended_at >= since) ended.push_back({id, *session.ended_at});
            std::ranges::sort(ended, {}, &EndedSession::ended_at);
            return ended;
        });
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

class MemoryAttempts final : public AttemptStore {
public:
    explicit MemoryAttempts(Memory& memory) : memory_(memory) {}

    Result<std::chrono::milliseconds> admit(std::span<AttemptLimit const> limits, TimePoint now) override
    {
        return memory_.run([&]() -> Result<std::chrono::milliseconds> {
            std::chrono::milliseconds longest{0};
            for (auto const& limit : limits)
                longest = std::max(longest, remaining_wait(memory_.attempts[limit.key], limit, now));
            if (longest > longest.zero()) return longest;
            for (auto const& limit : limits) {
                auto& counter = memory_.attempts[limit.key];
                counter       = count_attempt(counter, limit, now);
            }
            return longest;
        });
    }
    Result<void> take_back(std::span<AttemptKey const> keys) override
    {
        return memory_.run([&]() -> Result<void> {
            for (auto const& key : keys) memory_.take_back(key);
            return {};
        });
    }
    Result<std::size_t> remove_attempts(TimePoint before, std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::size_t> {
            std::size_t removed = 0;
            std::erase_if(memory_.attempts, [&](auto const& entry) {
                if (entry.second.latest >= before || removed == most) return false;
                ++removed;
                return true;
            });
            return removed;
        });
    }

private:
    Memory& memory_;
};

class MemorySigningKeys final : public SigningKeyStore {
public:
    explicit MemorySigningKeys(Memory& memory) : memory_(memory) {}

    Result<std::vector<SigningKeyRecord>> list_keys(TimePoint now) override
    {
        return memory_.run([&]() -> Result<std::vector<SigningKeyRecord>> {
            std::vector<SigningKeyRecord> keys;
            for (auto const& key : memory_.keys)
                if (!key.published_until || *key.published_until > now) keys.push_back(key);
            std::ranges::sort(keys, {}, [](SigningKeyRecord const& key) {
                return std::tie(key.active_from, key.created_at, key.kid);
            });
            return keys;
        });
    }
    Result<bool> add_key(SigningKeyRecord const& key, std::optional<TimePoint> unless_newer_than,
                         std::chrono::seconds slack, AuditEntry const& audit) override
    {
        return memory_.run([&]() -> Result<bool> {
            for (auto const& other : memory_.keys)
                if (other.purpose == key.purpose && unless_newer_than && other.created_at > *unless_newer_than)
                    return false;
            for (auto& other : memory_.keys) {
                if (other.purpose != key.purpose || other.retired_at.value_or(TimePoint::max()) <= key.active_from)
                    continue;
                other.retired_at      = key.active_from;
                other.published_until = key.active_from + other.longest_token_life + slack;
            }
            memory_.keys.push_back(key);
            memory_.audit.push_back(audit);
            return true;
        });
    }
    Result<void> raise_token_life(std::string_view kid, std::chrono::seconds life) override
    {
        return memory_.run([&]() -> Result<void> {
            auto const key = std::ranges::find(memory_.keys, kid, &SigningKeyRecord::kid);
            if (key == memory_.keys.end()) return refused(Errc::not_found);
            if (key->longest_token_life >= life) return {};
            if (key->published_until) *key->published_until += life - key->longest_token_life;
            key->longest_token_life = life;
            return {};
        });
    }

private:
    Memory& memory_;
};

class MemoryAudit final : public AuditStore {
public:
    explicit MemoryAudit(Memory& memory) : memory_(memory) {}

    Result<void> append(AuditEntry const& entry) override
    {
        return memory_.run([&]() -> Result<void> {
            memory_.audit.push_back(entry);
            return {};
        });
    }
    Result<std::vector<AuditEntry>> latest(std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::vector<AuditEntry>> {
            auto const count = static_cast<std::ptrdiff_t>(std::min(most, memory_.audit.size()));
            return std::vector<AuditEntry>(memory_.audit.rbegin(), memory_.audit.rbegin() + count);
        });
    }
    Result<std::size_t> remove_entries(TimePoint before, std::size_t most) override
    {
        return memory_.run([&]() -> Result<std::size_t> {
            auto const end = memory_.audit.begin() + static_cast<std::ptrdiff_t>(std::min(most, memory_.audit.size()));
            auto const kept =
                std::remove_if(memory_.audit.begin(), end, [&](AuditEntry const& entry) { return entry.at < before; });
            auto const removed = static_cast<std::size_t>(end - kept);
            memory_.audit.erase(kept, end);
            return removed;
        });
    }

private:
    Memory& memory_;
};

// Thread-safe, but for memory(): what a test looks into and turns while nothing else runs.
class MemoryStores {
public:
    UserStore&       users() { return users_; }
    SessionStore&    sessions() { return sessions_; }
    AttemptStore&    attempts() { return attempts_; }
    SigningKeyStore& signing_keys() { return signing_keys_; }
    AuditStore&      audit() { return audit_; }

    Memory& memory() { return memory_; }

private:
    Memory            memory_;
    MemoryUsers       users_{memory_};
    MemorySessions    sessions_{memory_};
    MemoryAttempts    attempts_{memory_};
    MemorySigningKeys signing_keys_{memory_};
    MemoryAudit       audit_{memory_};
};

}  // namespace signet::core::testing
