#include "http/absent_followers.hpp"

#include <algorithm>

namespace signet::http {

void AbsentFollowers::left(std::string const& verifier, Clock::time_point at)
{
    absences_.push_back({verifier, at});
    by_name_.emplace(verifier, std::prev(absences_.end()));
}

void AbsentFollowers::came(std::string const& verifier)
{
    auto const found = by_name_.find(verifier);
    if (found == by_name_.end()) return;
    absences_.erase(found->second);
    by_name_.erase(found);
}

void AbsentFollowers::forget(std::string_view verifier)
{
    auto const [first, last] = by_name_.equal_range(verifier);
    for (auto each = first; each != last; ++each) absences_.erase(each->second);
    by_name_.erase(first, last);
}

std::size_t AbsentFollowers::count(Clock::time_point at)
{
    while (!absences_.empty() && absences_.front().since + kRemembered <= at) {
        auto const [first, last] = by_name_.equal_range(absences_.front().verifier);
        by_name_.erase(std::find_if(first, last, [&](auto const& each) { return each.second == absences_.begin(); }));
        absences_.pop_front();
    }
    return absences_.size();
}

}  // namespace signet::http
