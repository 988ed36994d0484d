#include "http/revocation_snapshots.hpp"

#include <utility>

#include "http/compression.hpp"

namespace signet::http {

core::Result<Piece> RevocationSnapshots::compressed(Position const& published, std::string const& key_id,
                                                    Clock::time_point now)
{
    auto const judge = [&](Made const& made) {
        if (made.key_id != key_id) return Serves::no;
        if (made.at == published) return Serves::yes;
        // In the same log, an older one leads to all that followed it.
        auto const age = now - made.made_at;
        if (made.at.log != published.log || age >= kMeanwhile) return Serves::no;
        return age < kFresh ? Serves::yes : Serves::meanwhile;
    };
    auto made = made_.get(judge, [&]() -> core::Result<Made> {
        auto text = make_(published);
        if (!text) return std::unexpected(std::move(text).error());
        return Made{.at      = published,
                    .key_id  = key_id,
                    .made_at = now,
                    .bytes   = std::make_shared<std::string const>(compress(*text, Wrapper::gzip))};
    });
    if (!made) return std::unexpected(std::move(made).error());
    return made->bytes;
}

Piece RevocationSnapshots::plain(Piece const& compressed)
{
    std::scoped_lock const lock{unpacking_};
    auto const             known = plain_.lock();
    if (known && packed_.lock() == compressed) return known;
    auto const text = std::make_shared<std::string const>(decompress(*compressed, Wrapper::gzip));
    packed_         = compressed;
    plain_          = text;
    return text;
}

}  // namespace signet::http
