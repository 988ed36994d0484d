#include "core/named_tokens.hpp"

namespace signet::core {

bool NamedTokens::admit(SessionId session, TimePoint now)
{
    std::scoped_lock const lock{mutex_};
    if (now >= forgotten_at_ + kWindow) forget(now);
    auto& count = counts_.try_emplace(session, Count{.since = now}).first->second;
    if (now >= count.since + kWindow) count = {.since = now};
    if (count.named >= kMost) return false;
    ++count.named;
    return true;
}

std::size_t NamedTokens::size() const
{
    std::scoped_lock const lock{mutex_};
    return counts_.size();
}

void NamedTokens::forget(TimePoint now)
{
    std::erase_if(counts_, [&](auto const& each) { return now >= each.second.since + kWindow; });
    forgotten_at_ = now;
}

}  // namespace signet::core
