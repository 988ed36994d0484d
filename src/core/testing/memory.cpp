#include "core/testing/memory.hpp"

#include <algorithm>
#include <set>
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

void Memory::revoke_key(SigningKeyRecord key, TimePoint at)
{
    key.published_until = std::min(key.published_until.value_or(at), at);
    revoked.push_back(std::move(key));
}

std::chrono::seconds Memory::longest_token_life(TimePoint at) const
{
    std::chrono::seconds longest{0};
    auto const           look = [&](SigningKeyRecord const& key, TimePoint over) {
        if (key.purpose == name(KeyPurpose::access_token) && over > at)
            longest = std::max(longest, key.longest_token_life);
    };
    for (auto const& key : keys) look(key, key.published_until.value_or(TimePoint::max()));
    for (auto const& key : revoked) look(key, *key.published_until + key.longest_token_life);
    return longest;
}

Revoked Memory::revoke(std::span<Revocation const> what, TimePoint at)
{
    for (auto const& [kind, subject, session] : what)
        if (!revocation::is_subject(subject)) throw std::invalid_argument("a revocation of '" + subject + "'");

    auto const life = longest_token_life(at);
    Revoked    written;
    for (auto const& [kind, subject, session] : what) {
        auto const named  = session ? sessions.find(*session) : sessions.end();
        bool const known  = named != sessions.end();
        auto const latest = known ? std::max({at, named->second.created_at, named->second.last_used_at}) : at;
        written.push_back({.sequence   = ++log_head.sequence,
                           .kind       = kind,
                           .subject    = subject,
                           .not_before = at,
                           .until      = latest + life + revocation::kKeptLonger});
        log_head.hash = revocation::link(log_head.hash, revocation::format_line(written.back()));
        log.push_back({written.back(), log_head.hash, known ? named->second.status_index : std::nullopt});
    }
    return written;
}

void Memory::begin_log(TimePoint at)
{
    std::set<std::string> kids;
    auto const is_for = [](SigningKeyRecord const& key, KeyPurpose purpose) { return key.purpose == name(purpose); };
    for (auto const& key : keys)
        if ((is_for(key, KeyPurpose::access_token) || is_for(key, KeyPurpose::revocation_feed)) &&
            key.published_until.value_or(TimePoint::max()) > at)
            kids.insert(key.kid);
    for (auto const& line : log)
        if (line.entry.kind == revocation::Kind::key && line.entry.until >= at) kids.insert(line.entry.subject);
    std::vector<Revocation> what{Revocation::of_everything()};
    for (auto const& kid : kids) what.push_back(Revocation::of_key(kid));

    log.clear();
    log_head    = {.log = std::max(unix_milliseconds(at), log_head.log + 1)};
    log_removed = log_head;
    revoke(what, at);
}

void Memory::tell(SecurityEvent const& event)
{
    for (auto const& [name, receiver] : receivers)
        if (std::ranges::find(receiver.events, event.type) != receiver.events.end())
            events.push_back({name, {.number = next_event++, .event = event}});
}

void Memory::tell_ended(std::span<SessionId const> ended, Initiator by)
{
    for (auto const& id : ended) {
        auto const& session = sessions.at(id);
        tell({.type    = SecurityEventType::session_revoked,
              .user    = session.user,
              .session = id,
              .by      = by,
              .reason  = std::string{name(session.end_reason.value())},
              .at      = session.ended_at.value()});
    }
}

Revoked Memory::revoke_ended(std::span<SessionId const> ended, Initiator by, TimePoint at)
{
    tell_ended(ended, by);
    return revoke(revocations_of(ended), at);
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
