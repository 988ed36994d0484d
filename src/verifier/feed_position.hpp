// verifier/feed_position.hpp - how far the issuer's log is held, and what of what it says goes on from there.
//
// Whoever carries the messages may drop, repeat, and reorder them. All that can come of it is that another stream is
// asked for, or the snapshot: entries are added, and nothing takes one back.
//
// Knows:  the log, the chain, the order in which a stream says things.
// Knows nothing of:  signatures, connections, clocks.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "revocation/revocation_set.hpp"
#include "revocation/snapshot.hpp"

namespace signet {

// What a message means for what comes next.
struct FeedStep {
    enum class Next {
        read_on,     // the same stream
        new_stream,  // from what is held
        snapshot,    // and a stream behind it
    };
    Next                              next = Next::read_on;
    std::string_view                  problem{};  // why not this stream any longer; lives for ever
    // What is held was all that there was when the server had run for that long.
    std::optional<revocation::Uptime> current_at{};
};

// One thread at a time.
class FeedPosition {
public:
    // Told of each entry by which more is refused than before, once all that came with it are in the set, but of none
    // of the first snapshot; must not throw.
    using Added = std::function<void(revocation::Entry const&)>;

    // What is added goes into `set`.
    explicit FeedPosition(revocation::RevocationSet& set, Added added = {}) : set_(set), added_(std::move(added)) {}

    // Nothing before the first snapshot.
    [[nodiscard]] std::optional<revocation::Position> const& held() const { return held_; }

    // A stream was asked for, from what is held: it must begin with this nonce.
    void                             stream_begins(std::string nonce);
    // As the stream says; empty until it has.
    [[nodiscard]] std::string const& stream_name() const { return stream_name_; }

    // The next message of the stream, in the order in which they come. Its entries are in the set when this returns.
    // Throws std::bad_alloc, and then what is held is what it was before.
    [[nodiscard]] FeedStep take(revocation::Message const& message);

    // The stream is open, and has said nothing for a while that brings us on.
    [[nodiscard]] FeedStep nothing_came();

    // As take() above; `next` is then the stream behind it.
    [[nodiscard]] FeedStep take(revocation::Snapshot const& snapshot);

private:
    [[nodiscard]] FeedStep take_heartbeat(revocation::Heartbeat const& heartbeat);
    [[nodiscard]] FeedStep take_delta(revocation::Delta const& delta);
    [[nodiscard]] FeedStep compare(revocation::Heartbeat const& heartbeat, bool is_first);
    [[nodiscard]] FeedStep does_not_follow(std::string_view problem);
    [[nodiscard]] FeedStep reached(revocation::Uptime when);
    void                   add(std::span<revocation::Entry const> entries, revocation::Position const& to);

    revocation::RevocationSet&           set_;
    Added                                added_;
    std::vector<revocation::Entry>       untold_;  // in the set, and added_ is to hear of it
    std::optional<revocation::Position>  held_;
    std::string                          nonce_;
    std::string                          stream_name_;
    std::string                          run_;     // of the server that has begun it
    std::optional<revocation::Heartbeat> target_;  // where the entries of a new stream must lead
    bool is_doubted_ = false;                      // what came did not follow, and a new stream is to show it
};

}  // namespace signet
