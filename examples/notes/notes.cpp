#include "notes.hpp"

#include <algorithm>
#include <chrono>

namespace notes {
namespace {

std::int64_t milliseconds_now()
{
    auto const now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    return now.time_since_epoch().count();
}

}  // namespace

std::vector<Note> NoteStore::list(std::string const& user) const
{
    std::scoped_lock const lock{mutex_};
    auto const             found = notes_.find(user);
    if (found == notes_.end()) return {};
    return {found->second.rbegin(), found->second.rend()};
}

std::expected<Note, Full> NoteStore::add(std::string const& user, std::string text)
{
    std::scoped_lock const lock{mutex_};
    if (!notes_.contains(user) && notes_.size() >= kMostUsers) return std::unexpected(Full::everybody);
    auto& mine = notes_[user];
    if (mine.size() >= kMostNotes) return std::unexpected(Full::this_user);
    return mine.emplace_back(std::to_string(++last_id_), std::move(text), milliseconds_now());
}

bool NoteStore::remove(std::string const& user, std::string_view id)
{
    std::scoped_lock const lock{mutex_};
    auto const             found = notes_.find(user);
    if (found == notes_.end()) return false;

    bool const removed = std::erase_if(found->second, [&](Note const& note) { return note.id == id; }) > 0;
    if (found->second.empty()) notes_.erase(found);
    return removed;
}

Totals NoteStore::totals() const
{
    std::scoped_lock const lock{mutex_};
    Totals                 totals{.users = notes_.size(), .notes = 0};
    for (auto const& [user, mine] : notes_) totals.notes += mine.size();
    return totals;
}

}  // namespace notes
