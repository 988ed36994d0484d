#include "core/ended_sessions.hpp"

#include <algorithm>
#include <mutex>

namespace signet::core {
namespace {

using std::chrono_literals::operator""min;

// A commit of another process may become visible a little after the time written in it.
constexpr auto kOverlap = 1min;

}  // namespace

EndedSessions::EndedSessions(std::chrono::seconds longest_token_life) : longest_token_life_(longest_token_life) {}

void EndedSessions::add(SessionId id, TimePoint ended_at)
{
    std::unique_lock const lock{mutex_};
    auto const [place, is_new] = ended_.emplace(id, ended_at);
    if (!is_new) place->second = std::max(place->second, ended_at);
}

bool EndedSessions::contains(SessionId id) const
{
    std::shared_lock const lock{mutex_};
    return ended_.contains(id);
}

Result<void> EndedSessions::follow(SessionStore& sessions, TimePoint now)
{
    auto const oldest_that_matters = now - longest_token_life_ - kOverlap;
    auto const since               = [&] {
        std::shared_lock const lock{mutex_};
        return std::max(followed_until_ - kOverlap, oldest_that_matters);
    }();
    auto const ended = TRY(sessions.sessions_ended_since(since));
    for (auto const& session : ended) add(session.id, session.ended_at);

    std::unique_lock const lock{mutex_};
    std::erase_if(ended_, [&](auto const& entry) { return entry.second < oldest_that_matters; });
    followed_until_ = now;
    return {};
}

std::size_t EndedSessions::size() const
{
    std::shared_lock const lock{mutex_};
    return ended_.size();
}

}  // namespace signet::core
