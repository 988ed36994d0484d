// revocation/test_log.hpp - for tests: a log that grows as the server's does, and an issuer who signs what it says.
#pragma once
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "jose/jose.hpp"
#include "revocation/snapshot.hpp"

namespace signet::revocation::test {

using namespace std::chrono_literals;

inline constexpr TimePoint   kNow{1'764'200'000s};
inline constexpr char const* kRun = "run-0123456789ab";  // of the server

class Log {
public:
    explicit Log(std::int64_t name = unix_milliseconds(kNow)) { positions_.push_back({.log = name}); }

    Entry const& add(Kind kind, std::string subject, TimePoint not_before = kNow)
    {
        auto const& last = positions_.back();
        entries_.push_back({.sequence   = last.sequence + 1,
                            .kind       = kind,
                            .subject    = std::move(subject),
                            .not_before = not_before,
                            .until      = not_before + 21min});
        positions_.push_back(
            {.log = last.log, .sequence = last.sequence + 1, .hash = link(last.hash, format_line(entries_.back()))});
        return entries_.back();
    }

    [[nodiscard]] Position const&           at(Sequence sequence) const { return positions_[sequence]; }
    [[nodiscard]] Position const&           end() const { return positions_.back(); }
    [[nodiscard]] std::vector<Entry> const& entries() const { return entries_; }

    [[nodiscard]] std::vector<std::string> lines() const
    {
        std::vector<std::string> lines;
        for (auto const& entry : entries_) lines.push_back(format_line(entry));
        return lines;
    }

    // What follows `after`, up to `to`.
    [[nodiscard]] Delta delta(Sequence after, Sequence to) const
    {
        return {.before  = at(after).hash,
                .after   = at(to),
                .entries = {entries_.begin() + static_cast<std::ptrdiff_t>(after),
                            entries_.begin() + static_cast<std::ptrdiff_t>(to)}};
    }
    [[nodiscard]] Delta delta(Sequence after) const { return delta(after, end().sequence); }

private:
    std::vector<Entry>    entries_;
    std::vector<Position> positions_;  // by sequence
};

struct Issuer {
    explicit Issuer(std::string the_name = "https://id.example.com", std::string_view kid = "f1")
        : name(std::move(the_name)), key(*jose::SigningKey::generate(jose::Algorithm::eddsa, kid))
    {
    }

    [[nodiscard]] jose::KeySet keys() const { return *jose::KeySet::from({key.verification_key()}); }
    [[nodiscard]] Signing      signing(TimePoint now = kNow) { return {name, now, random, key}; }

    [[nodiscard]] std::string sign(Delta const& delta) { return *sign_delta(delta, signing()); }
    [[nodiscard]] std::string sign(Heartbeat const& heartbeat)
    {
        return *sign_heartbeat(heartbeat, signing(heartbeat.time));
    }
    [[nodiscard]] std::string snapshot(Log const& log, TimePoint now = kNow)
    {
        return *format_snapshot(log.end(), log.lines(), signing(now));
    }

    std::string      name;
    jose::SigningKey key;
    SystemRandom     random;
};

}  // namespace signet::revocation::test
