#include "core/ended_sessions.hpp"

#include <algorithm>
#include <mutex>

namespace signet::core {
namespace {

using namespace std::chrono_literals;

// A commit of another process may become visible a little after the time written in it, and its clock may differ.
constexpr auto kOverlap     = 2min;
// Between two calls of follow(); more is a jump of the clock, or a machine that slept.
constexpr auto kLongestStep = 1min;

}  // namespace

void EndedSessions::add(SessionId id)
{
    std::unique_lock const lock{mutex_};
    ended_.emplace(id, age_);
}

void EndedSessions::add(Revoked const& revoked)
{
    for (auto const& entry : revoked) {
        auto const id = entry.kind == revocation::Kind::session ? SessionId::parse(entry.subject) : std::nullopt;
        if (id) add(*id);
    }
}

bool EndedSessions::contains(SessionId id) const
{
    std::shared_lock const lock{mutex_};
    return ended_.contains(id);
}

Result<void> EndedSessions::follow(SessionStore& sessions, std::chrono::seconds longest_token_life, TimePoint now)
{
    auto const matters = longest_token_life + kOverlap;
    auto const since   = [&] {
        std::shared_lock const lock{mutex_};
        bool const             set_back = now < followed_until_;
        return set_back ? now - matters : std::max<TimePoint>(followed_until_ - kOverlap, now - matters);
    }();
    auto const ended = TRY(sessions.sessions_ended_since(since));
    for (auto const& session : ended) add(session.id);

    std::unique_lock const lock{mutex_};
    age_ += std::clamp<Age>(now - followed_until_, Age{0}, kLongestStep);
    std::erase_if(ended_, [&](auto const& entry) { return age_ - entry.second > matters; });
    followed_until_ = now;
    return {};
}

std::size_t EndedSessions::size() const
{
    std::shared_lock const lock{mutex_};
    return ended_.size();
}

}  // namespace signet::core
