// notes/notes.hpp - everybody's notes, in this process's memory.
//
// Knows nothing of:  HTTP, tokens. A user is an id that somebody else has proven.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace notes {

struct Note {
    std::string  id;
    std::string  text;        // as it was written
    std::int64_t created_at;  // milliseconds since 1970-01-01 UTC
};

enum class Full { this_user, everybody };

struct Totals {
    std::size_t users;
    std::size_t notes;
};

// Thread-safe. Bounded: at most 10,000 users with 100 notes each.
class NoteStore {
public:
    static constexpr std::size_t kMostUsers = 10'000;
    static constexpr std::size_t kMostNotes = 100;  // of one user

    // The newest first.
    [[nodiscard]] std::vector<Note>         list(std::string const& user) const;
    [[nodiscard]] std::expected<Note, Full> add(std::string const& user, std::string text);
    // False when this user has no such note: somebody else's is none of theirs.
    [[nodiscard]] bool                      remove(std::string const& user, std::string_view id);
    [[nodiscard]] Totals                    totals() const;

private:
    mutable std::mutex                                 mutex_;
    std::unordered_map<std::string, std::vector<Note>> notes_;  // by user; never an empty list
    std::uint64_t                                      last_id_ = 0;
};

}  // namespace notes
