// http/revocation_feed.hpp - who follows the log of revocations, what each is sent, and how far each has got.
//
//     publish() ─▶ │ kept events │ ─▶ every follower's stream
//                                          acknowledge() ─▶ whoever waits for it: a sign-out
//
// Knows:  positions in the log, streams, confirmations, how long a sign-out waits.
// Knows nothing of:  what an event says, who signed it, routes.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/metrics.hpp"
#include "http/absent_followers.hpp"
#include "http/stream.hpp"
#include "revocation/entry.hpp"

namespace signet::http {

// How far an entry of the log has got.
struct Propagation {
    std::size_t confirmed = 0;  // followers that apply it
    std::size_t followers = 0;  // of those that were there when it was published
    std::size_t absent    = 0;  // that were not, and had been a moment before
};

// A server-sent event as it goes over the wire (HTML 9.2.5). `name` and `data` are single lines.
[[nodiscard]] Piece make_event(std::string_view name, revocation::Sequence id, std::string_view data);

// Thread-safe; publish(), beat(), and expire() are for one thread.
class RevocationFeed {
public:
    using Clock    = std::chrono::steady_clock;
    using Position = revocation::Position;
    using Sequence = revocation::Sequence;
    using Told     = std::function<void(Propagation)>;

    struct Limits {
        std::size_t               waiting  = 256UL * 1024;  // bytes for one follower that does not read, beyond `kept`
        std::size_t               kept     = 8UL * 1024 * 1024;              // bytes of events for who comes back
        std::chrono::milliseconds patience = std::chrono::milliseconds{50};  // for confirmations, once published
        std::chrono::milliseconds unpublished = std::chrono::seconds{2};     // for the publication itself
    };

    RevocationFeed(Limits const& limits, Metrics& metrics);

    // Where the log stood when this process began to publish it.
    void                             begin_at(Position const& position);
    // `wanted` is called when somebody waits for what is not published yet, from whatever thread; it must not block.
    // With none it is over: once this returns it is not called any more.
    void                             tell_when_wanted(std::function<void()> wanted);
    // A verifier that followed before this process began, and may not know yet that it has to come back.
    void                             expect(std::string const& verifier, Clock::time_point at);
    // `event` holds all entries behind position(), up to `now`.
    void                             publish(Position const& now, Piece const& event, Clock::time_point at);
    void                             beat(Piece const& event);
    // Forgets what is kept for who comes back: it was signed with a key that will go, and the snapshot was not.
    void                             forget_kept();
    // Whether all that is revoked is published, as far as this process can know. Until it is, nobody may be told that
    // nothing else was.
    void                             set_current(bool is_current) { is_current_ = is_current; }
    [[nodiscard]] bool               is_current() const { return is_current_; }
    // Answers those who have waited long enough; gives when the next will have.
    std::optional<Clock::time_point> expire(Clock::time_point at);

    // What is published.
    [[nodiscard]] Position    position() const;
    [[nodiscard]] std::size_t followers() const { return followers_; }

    struct Follower {
        std::string verifier;  // the name of its credential
        std::string stream;    // what it confirms by: unique, and not to be guessed
        Sequence    after = 0;
    };
    // A stream that begins with `greeting` and goes on with whatever follows `after`. Null when some of that is not
    // kept any more, or `after` has not been published yet.
    [[nodiscard]] std::shared_ptr<StreamHold> subscribe(Follower const& follower, Piece const& greeting);
    // The verifiers that have begun a stream since the last call.
    [[nodiscard]] std::set<std::string>       take_connected();
    // False when there is no such stream of this verifier.
    bool acknowledge(std::string_view verifier, std::string const& stream, Sequence sequence, Clock::time_point at);
    // Ends this verifier's streams, for good.
    void drop(std::string_view verifier);

    // Calls `told` once, when `sequence` is published and all followers have confirmed it, or the time for either is
    // over: from whatever thread brings that about, this one's too; it must not block or throw.
    void when_propagated(Sequence sequence, Clock::time_point at, Told told);

private:
    struct Subscriber {
        std::string             verifier;
        std::shared_ptr<Stream> stream;
        std::uint64_t           number;  // in the order of their coming
        Sequence                confirmed;
        bool                    is_dropped = false;
    };
    struct Kept {
        Sequence last;
        Piece    event;
    };
    struct Waiting {
        Sequence          sequence;
        Clock::time_point until;
        Told              told;
        bool              is_published = false;
        std::uint64_t     first_late   = 0;  // of the subscribers' numbers: those who came after it was published
        Propagation       propagation  = {};

        [[nodiscard]] bool is_over() const { return is_published && propagation.confirmed >= propagation.followers; }
    };
    using Answers = std::list<Waiting>;
    using Streams = std::vector<std::shared_ptr<Stream>>;

    void                                         keep(Sequence last, Piece const& event);
    void                                         leave(std::string const& stream);
    void                                         begin_confirming(Waiting& waiting, Clock::time_point at);
    // Moves those that are over out of waiting_.
    [[nodiscard]] Answers                        take_over(std::function<bool(Waiting const&)> const& is_over);
    [[nodiscard]] std::shared_ptr<Streams const> streams();
    void                                         answer(Answers const& answers, Clock::time_point at);

    Limits const             limits_;
    std::atomic<std::size_t> followers_  = 0;
    std::atomic<bool>        is_current_ = true;
    Counter&                 published_;
    Counter&                 resumed_;
    Counter&                 too_old_;
    Counter&                 ended_;
    Histogram&               confirmed_in_;

    mutable std::mutex                          mutex_;  // guards what follows
    Position                                    position_;
    Sequence                                    kept_after_ = 0;  // kept_ holds what follows this
    std::deque<Kept>                            kept_;
    std::size_t                                 kept_bytes_ = 0;
    std::unordered_map<std::string, Subscriber> subscribers_;
    std::shared_ptr<Streams const>              streams_;  // of subscribers_; null: to be made anew
    AbsentFollowers                             absent_;
    std::uint64_t                               next_number_ = 0;
    std::list<Waiting>                          waiting_;
    std::function<void()>                       wanted_;
    std::set<std::string>                       connected_;
};

}  // namespace signet::http
