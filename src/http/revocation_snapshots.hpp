// http/revocation_snapshots.hpp - the snapshot that all who ask are given.
//
// Five thousand verifiers that start at once ask for the same text: it is made once, compressed once, and sent from one
// place in memory. One that is a second old will do: the stream goes on from wherever it stands.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "core/result.hpp"
#include "http/made_once.hpp"
#include "http/stream.hpp"
#include "revocation/entry.hpp"

namespace signet::http {

// Thread-safe.
class RevocationSnapshots {
public:
    using Clock    = std::chrono::steady_clock;
    using Position = revocation::Position;
    // Makes the text of a snapshot at that position, which is published.
    using Make     = std::function<core::Result<std::string>(Position const&)>;

    static constexpr std::chrono::seconds kFresh{1};
    static constexpr std::chrono::seconds kMeanwhile{10};

    explicit RevocationSnapshots(Make make) : make_(std::move(make)) {}

    // In gzip, at `published` or not kFresh before it, and signed with the key of this id: one that has gone from the
    // key set is no use to anybody. Who comes while another is being made has the one before, up to kMeanwhile old;
    // where there is none, Errc::busy beyond a few who wait. Blocks as `make` does.
    [[nodiscard]] core::Result<Piece> compressed(Position const& published, std::string const& key_id,
                                                 Clock::time_point now);

    // The same unpacked, for who does not read gzip: one text for all who have not been sent it yet.
    [[nodiscard]] Piece plain(Piece const& compressed);

private:
    struct Made {
        Position          at;
        std::string       key_id;
        Clock::time_point made_at;
        Piece             bytes;
    };

    Make const     make_;
    MadeOnce<Made> made_;

    std::mutex                       unpacking_;  // guards what follows
    std::weak_ptr<std::string const> packed_;
    std::weak_ptr<std::string const> plain_;  // of packed_
};

}  // namespace signet::http
