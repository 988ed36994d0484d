// verifier/revocation_feed.hpp - what the issuer revokes, held here by a thread of its own.
//
// Knows:  how current it is, what may be forgotten, who is told.
// Knows nothing of:  tokens, requests.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/least_time.hpp"
#include "revocation/revocation_set.hpp"
#include "signet/verifier.hpp"
#include "verifier/feed_follower.hpp"
#include "verifier/feed_keys.hpp"
#include "verifier/transfer.hpp"

namespace signet {

// Thread-safe.
class RevocationFeed {
public:
    struct Options {
        FeedFollower::Terms                     terms;
        std::chrono::seconds                    clock_skew;  // which the tokens' expiry is given
        std::chrono::seconds                    cooldown;    // of a fetch of the feed's keys, and
        std::chrono::seconds                    longest_stale;
        std::function<void(StateReport const&)> on_state;
    };

    // Starts the threads; what is there to be asked is asked at once.
    explicit RevocationFeed(Options options);
    ~RevocationFeed();
    RevocationFeed(RevocationFeed const&)            = delete;
    RevocationFeed& operator=(RevocationFeed const&) = delete;

    [[nodiscard]] revocation::RevocationSet const& revoked() const { return set_; }

    // Whether it has been live. One read.
    [[nodiscard]] bool  has_started() const { return current_at_.load(std::memory_order_acquire) != kNever; }
    [[nodiscard]] State state() const;

    // Whether it was live before `patience` was over.
    bool wait_until_live(std::chrono::milliseconds patience) const;

    // Adds what it knows.
    void describe(VerifierStatus& status) const;

private:
    using Rep                   = Freshness::Time::rep;
    static constexpr Rep kNever = std::numeric_limits<Rep>::min();

    void                                         run(std::stop_token const& stop);
    Freshness::Time                              turn(Freshness::Time now) noexcept;
    void                                         publish();
    void                                         report(Freshness::Time now);
    void                                         forget(Freshness::Time now);
    [[nodiscard]] std::string                    problem_now() const;
    [[nodiscard]] std::optional<Freshness::Time> current_at() const;

    Options                   options_;
    revocation::RevocationSet set_;
    Transfers                 transfers_;
    FeedKeys                  keys_;

    // The thread's own.
    FeedFollower             follower_;
    std::optional<LeastTime> least_time_;  // from the first word of the issuer on
    Freshness::Time          forget_at_;
    State                    reported_ = State::starting;
    std::string              reported_problem_;

    // What the follower says, for everybody.
    std::atomic<Rep>           current_at_      = kNever;
    std::atomic<std::uint64_t> sequence_        = 0;
    std::atomic<std::uint64_t> streams_         = 0;
    std::atomic<std::uint64_t> snapshots_       = 0;
    std::atomic<std::int64_t>  clock_offset_ms_ = 0;

    mutable std::mutex              mutex_;  // for who waits
    mutable std::condition_variable started_;

    std::jthread thread_;  // last: it ends before what it uses
};

}  // namespace signet
