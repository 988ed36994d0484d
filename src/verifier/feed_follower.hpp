// verifier/feed_follower.hpp - asks the issuer for what FeedPosition wants: the snapshot, then one stream after
// another.
//
// Knows:  the addresses of the feed, what an answer's status means, when a stream is given up, what is confirmed.
// Knows nothing of:  threads, who asks what is revoked.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "revocation/revocation_set.hpp"
#include "revocation/snapshot.hpp"
#include "verifier/clock_watch.hpp"
#include "verifier/event_stream.hpp"
#include "verifier/feed_keys.hpp"
#include "verifier/feed_position.hpp"
#include "verifier/freshness.hpp"
#include "verifier/reconnect_schedule.hpp"
#include "verifier/transfer.hpp"

namespace signet {

// A stream that is under way.
struct FeedStream {
    EventStream               events{revocation::kLargestMessage};
    std::vector<std::string>  arrived{};  // not yet looked at
    std::size_t               arrived_bytes = 0;
    Freshness::Time           began{};
    Freshness::Time           quiet_since{};         // when it last said something that brought us on
    Freshness::Time           renew_at{};            // a new nonce is due
    bool                      has_answered = false;  // with its first heartbeat
    bool                      is_current   = false;  // with all that it began with
    std::unique_ptr<Transfer> transfer{};
};

// A snapshot, likewise.
struct FeedDownload {
    revocation::SnapshotReader reader;
    std::optional<jose::Error> refusal{};
    std::unique_ptr<Transfer>  transfer{};
};

// One thread at a time.
class FeedFollower {
public:
    using Time = Freshness::Time;

    struct Terms {
        KeySetAddress             revocations;  // ISSUER/revocations
        std::string               issuer;       // exact bytes of "iss"
        std::string               ca_file;
        std::string               credential;
        Freshness::Limits         limits;
        // A stream is renewed by then: two clocks that run one in ten thousand apart are a third of a second apart.
        std::chrono::milliseconds longest_stream = std::chrono::hours{1};
        FeedPosition::Added       added{};
    };

    // What is revoked goes into `set`. All three outlive it.
    FeedFollower(Terms terms, Transfers& transfers, FeedKeys& keys, revocation::RevocationSet& set);

    // Does what there is to do; says when it must be called again at the latest, and it should be whenever something
    // has arrived. Throws std::bad_alloc: fail() then, and go on.
    [[nodiscard]] Time step(Time now);
    // Begins again, a little later.
    void               fail(Time now, std::string problem);

    [[nodiscard]] std::optional<Time>       current_at() const { return freshness_.current_at(); }
    [[nodiscard]] revocation::Sequence      sequence() const;
    // Why nothing is heard now; empty when something is.
    [[nodiscard]] std::string const&        problem() const { return problem_; }
    // What is to be added to this machine's wall clock to have the issuer's, as of the last message.
    [[nodiscard]] std::chrono::milliseconds clock_offset() const { return clock_offset_; }
    // By the issuer's clock, as of the last message; none before the first.
    [[nodiscard]] std::optional<TimePoint>  server_time() const { return server_time_; }
    [[nodiscard]] std::uint64_t             streams() const { return streams_; }
    [[nodiscard]] std::uint64_t             snapshots() const { return snapshots_; }

private:
    void begin(Time now);
    void begin_stream(Time now);
    void begin_snapshot(jose::KeySet const& keys);
    void look_at_stream(Time now);
    void look_at_snapshot(Time now);
    void watch_clocks(Time now);
    void take(std::string const& text, Time now);
    void take_time(revocation::Heartbeat const& heartbeat, Time now);
    void take_step(FeedStep const& step, Time now);
    void finish_snapshot(Time now);
    void refuse(jose::Error const& error, std::string_view what, Time now);
    void wait_as_asked(Transfer const& transfer, Time now);
    void confirm();
    void look_at_confirmation();

    [[nodiscard]] TransferRequest request(std::string_view path, std::string_view accept) const;
    [[nodiscard]] Time            due() const;
    double                        jitter() { return std::uniform_real_distribution{}(dice_); }

    Terms                            terms_;
    Transfers&                       transfers_;
    FeedKeys&                        keys_;
    revocation::RevocationSet const& set_;
    FeedPosition                     position_;
    Freshness                        freshness_{terms_.limits};

    ReconnectSchedule schedule_;
    std::minstd_rand  dice_{std::random_device{}()};
    SystemRandom      random_;

    std::optional<FeedStream>   stream_;
    std::optional<FeedDownload> snapshot_;
    std::unique_ptr<Transfer>   confirmation_;
    revocation::Sequence        told_      = 0;  // to the stream that there is
    revocation::Sequence        confirmed_ = 0;  // and heard by the issuer
    Time                        begin_at_{};     // when neither is under way
    ClockWatch                  clocks_;
    bool                        waits_for_keys_ = false;
    bool                        wants_snapshot_ = false;

    std::string               problem_;
    std::chrono::milliseconds clock_offset_{0};
    std::optional<TimePoint>  server_time_;
    std::uint64_t             streams_   = 0;
    std::uint64_t             snapshots_ = 0;
};

}  // namespace signet
