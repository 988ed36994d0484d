#include "core/testing/memory.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace signet::core::testing {

User* Memory::find_user(UserId id)
{
    for (auto& [key, user] : users)
        if (user.id == id) return &user;
    return nullptr;
}

bool Memory::is_live(Session const& session, TimePoint now)
{
    return !session.ended_at && session.idle_expires_at > now && session.expires_at > now;
}

std::vector<SessionId> Memory::end_sessions(UserId user, std::optional<SessionId> keep, EndReason reason, TimePoint at)
{
    std::vector<SessionId> ended;
    for (auto& [id, session] : sessions) {
        if (session.user != user || id == keep || !is_live(session, at)) continue;
        session.ended_at   = at;
        session.end_reason = reason;
        ended.push_back(id);
    }
    return ended;
}

void Memory::add_key(SigningKeyRecord const& key, std::chrono::seconds slack)
{
    for (auto& other : keys) {
        if (other.purpose != key.purpose || other.retired_at.value_or(TimePoint::max()) <= key.active_from) continue;
        other.retired_at      = key.active_from;
        other.published_until = key.active_from + other.longest_token_life + slack;
    }
    keys.push_back(key);
}

Revoked Memory::revoke(std::span<Revocation const> what, TimePoint at)
{
    std::chrono::seconds life{0};
    for (auto const& key : keys)
        if (key.purpose == "access_token" && key.published_until.value_or(TimePoint::max()) > at)
            life = std::max(life, key.longest_token_life);

    Revoked written;
    for (auto const& [kind, subject] : what)
        if (!revocation::is_subject(subject)) throw std::invalid_argument("a revocation of '" + subject + "'");
    for (auto const& [kind, subject] : what) {
        written.push_back({.sequence   = ++log_head.sequence,
                           .kind       = kind,
                           .subject    = subject,
                           .not_before = at,
                           .until      = at + life + revocation::kKeptLonger});
        log_head.hash = revocation::link(log_head.hash, revocation::format_line(written.back()));
        log.push_back({written.back(), log_head.hash});
    }
    return written;
}

void Memory::subtract(AttemptKey const& key, std::uint32_t failures)
{
    auto const found = attempts.find(key);
    if (found != attempts.end()) found->second.failures -= std::min(found->second.failures, failures);
}

void Memory::take_back(AttemptKey const& key)
{
    auto const found = attempts.find(key);
    if (found == attempts.end()) return;
    subtract(key, 1);
    found->second.latest = found->second.latest_before;
}

void Memory::forget_attempts_at(std::string const& email)
{
    using enum AttemptScope;
    std::erase_if(attempts, [&](auto const& entry) {
        auto const& [scope, subject] = entry.first;
        if (scope == account) return subject == email;
        return (scope == source || scope == device) && subject.starts_with(email + '|');
    });
}

void Memory::let_others_in()
{
    if (auto const others = std::exchange(meanwhile, nullptr)) others();
}

}  // namespace signet::core::testing
