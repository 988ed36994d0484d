#include "sign_outs.hpp"

namespace notes {

void SignOuts::happened(signet::Revocation const& news)
{
    {
        std::scoped_lock const lock{mutex_};
        ++count_;
        if (sessions_.size() >= kMostKept) sessions_.clear();
        if (news.kind == signet::Revoked::session) sessions_.emplace(news.subject, news.at);
    }
    changed_.notify_all();
}

std::uint64_t SignOuts::count() const
{
    std::scoped_lock const lock{mutex_};
    return count_;
}

bool SignOuts::wait(std::uint64_t seen, std::chrono::steady_clock::time_point deadline)
{
    std::unique_lock lock{mutex_};
    changed_.wait_until(lock, deadline, [&] { return is_over_ || count_ > seen; });
    return !is_over_;
}

void SignOuts::stop_waiting()
{
    {
        std::scoped_lock const lock{mutex_};
        is_over_ = true;
    }
    changed_.notify_all();
}

std::optional<jose::Time> SignOuts::find(std::string const& session) const
{
    std::scoped_lock const lock{mutex_};
    auto const             found = sessions_.find(session);
    return found == sessions_.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace notes
