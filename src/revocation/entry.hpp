// revocation/entry.hpp - one thing that is no longer accepted, as a line of the log.
//
// Written by the server, read by every verifier: docs/reference/revocation-feed.md.
#pragma once
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace signet::revocation {

// Position in the log: 1 for its first entry, without gaps. 0: before it.
using Sequence = std::uint64_t;

enum class Kind : std::uint8_t {
    session,     // every token with this "sid"
    token,       // the one with this "jti"
    user,        // those with this "sub", issued at or before not_before
    client,      // those with this "client_id", likewise
    key,         // every token signed by the key of this "kid"
    everything,  // all issued at or before not_before; subject "*"
};
[[nodiscard]] std::string_view    name(Kind kind);
[[nodiscard]] std::optional<Kind> find_kind(std::string_view name);

inline constexpr std::string_view     kAllSubjects    = "*";
inline constexpr std::size_t          kLongestSubject = 128;
// An entry stays this much longer than the tokens it concerns: a verifier may allow its clock to be off by as much.
inline constexpr std::chrono::minutes kKeptLonger{10};

struct Entry {
    Sequence    sequence = 0;
    Kind        kind     = Kind::session;
    std::string subject;
    TimePoint   not_before;
    TimePoint   until;  // no token that it concerns is accepted anywhere later

    auto operator<=>(Entry const&) const = default;
};

// 1 to 128 characters of visible ASCII but for '"' and '\': it stands in a line and in JSON as it is.
[[nodiscard]] bool is_subject(std::string_view text);

// "1042 session 0199… 1764200000123 1764201260123", without a line feed. The subject must be one.
[[nodiscard]] std::string          format_line(Entry const& entry);
// nullopt for whatever format_line() does not write: no two texts are the same entry. Times from 1970 to the year 5138.
[[nodiscard]] std::optional<Entry> parse_line(std::string_view line);

using Hash = std::array<std::uint8_t, 32>;

// SHA-256 of `before`, the hash at the line before (zeros before the first), and the line. Who agrees on a hash agrees
// on every line up to it.
[[nodiscard]] Hash link(Hash const& before, std::string_view line);

// Where a log stands: whoever agrees on this agrees on all of it.
struct Position {
    std::int64_t log      = 0;  // Unix milliseconds of its beginning; a restored backup begins another
    Sequence     sequence = 0;
    Hash         hash{};

    auto operator<=>(Position const&) const = default;
};

}  // namespace signet::revocation
