#include "http/revocation_snapshots.hpp"

#include <utility>

#include "http/compression.hpp"

namespace signet::http {
namespace {

// Who else would have a thread of the storage pool do nothing.
constexpr int kMostWaiting = 4;

}  // namespace

core::Result<Piece> RevocationSnapshots::compressed(Position const& published, Clock::time_point now)
{
    bool has_older = false;
    {
        std::scoped_lock const lock{mutex_};
        if (made_ && serves(*made_, published, now)) return made_->bytes;
        has_older = made_.has_value();
        if (!has_older && waiting_ >= kMostWaiting)
            return core::refused(core::Errc::busy, "the snapshot is being made");
        if (!has_older) ++waiting_;
    }

    std::unique_lock making{making_, std::defer_lock};
    if (has_older && !making.try_lock()) {
        std::scoped_lock const lock{mutex_};
        return made_->bytes;
    }
    if (!making.owns_lock()) making.lock();
    auto made = make(published, now);
    if (!has_older) {
        std::scoped_lock const lock{mutex_};
        --waiting_;
    }
    return made;
}

// In the same log, an older one leads to all that followed it.
bool RevocationSnapshots::serves(Made const& made, Position const& published, Clock::time_point now) const
{
    return made.at == published || (made.at.log == published.log && now - made.made_at < kFresh);
}

core::Result<Piece> RevocationSnapshots::make(Position const& published, Clock::time_point now)
{
    {
        // While this one waited, another has made it.
        std::scoped_lock const lock{mutex_};
        if (made_ && serves(*made_, published, now)) return made_->bytes;
    }
    auto text = make_(published);
    if (!text) return std::unexpected(std::move(text).error());
    auto                   bytes = std::make_shared<std::string const>(compress(*text, Wrapper::gzip));
    std::scoped_lock const lock{mutex_};
    made_ = Made{.at = published, .made_at = now, .bytes = bytes};
    return bytes;
}

}  // namespace signet::http
