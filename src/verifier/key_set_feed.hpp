// verifier/key_set_feed.hpp - the issuer's key set, kept fresh by a thread of its own.
//
// Knows:  when to fetch, what of an answer to believe, how long to use a set.
// Knows nothing of:  tokens, policies, requests.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

#include "jose/key_set.hpp"
#include "signet/verifier.hpp"
#include "verifier/fetch.hpp"
#include "verifier/refetch_schedule.hpp"

namespace signet {

// A key set and how long it may be used. Immutable.
struct KeySnapshot {
    jose::KeySet                          keys;
    std::chrono::steady_clock::time_point usable_until;
    std::uint64_t                         generation;  // from 1; the same while the keys are
};

// The key set of a published JWK set, or why it is not believed. Symmetric keys
// are refused: a published one is a secret no more.
[[nodiscard]] std::expected<jose::KeySet, std::string> parse_published(std::string_view json);

// Thread-safe.
class KeySetFeed {
public:
    struct Options {
        KeySetAddress                            from;
        std::string                              ca_file;
        std::chrono::seconds                     cooldown;
        std::chrono::seconds                     longest_stale;
        std::function<void(KeySetReport const&)> on_fetch;
    };

    // Starts the thread; the first fetch begins at once.
    explicit KeySetFeed(Options options);

    // The set in use; null while there is none, or none young enough. Waits for
    // no fetch: the lock here is held while a pointer is copied, never longer.
    [[nodiscard]] std::shared_ptr<KeySnapshot const> current() const;

    // Of the set that current() would give; 0 when there is none. Takes no lock.
    [[nodiscard]] std::uint64_t generation() const;

    // A token named a kid that is not in the set. Cheap; call it as often as
    // that happens: many calls cause one fetch (CHECKS A20).
    void ask_again();

    // The issuer has said that its keys are others now: fetches them at once, whenever the last fetch was.
    void fetch_now();

    // Whether a set arrived before `patience` was over.
    bool wait_for_first(std::chrono::milliseconds patience) const;

private:
    void        run(std::stop_token const& stop);
    std::string refresh(std::stop_token const& stop);
    bool        wait_until_due(std::stop_token const& stop, RefetchSchedule& schedule);
    std::string take(FetchAnswer answer);
    void        keep(jose::KeySet keys);
    void        report(std::string problem) const;
    double      jitter() { return std::uniform_real_distribution{}(dice_); }

    Options                             options_;
    std::string                         etag_;     // of the set in use; the thread's own
    std::optional<std::chrono::seconds> max_age_;  // of the last good answer; the thread's own
    std::minstd_rand                    dice_{std::random_device{}()};

    mutable std::mutex                               mutex_;
    mutable std::condition_variable_any              changed_;
    std::shared_ptr<KeySnapshot const>               current_;
    // Of current_, for those who only ask whether it is still the one they know.
    std::atomic<std::uint64_t>                       generation_ = 0;
    std::atomic<std::chrono::steady_clock::duration> usable_until_{};
    bool                                             asked_      = false;  // by a kid
    bool                                             is_awaited_ = false;  // by fetch_now()

    std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace signet
