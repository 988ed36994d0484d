#include "http/revocation_snapshots.hpp"

#include <utility>

#include "http/compression.hpp"

namespace signet::http {

core::Result<Piece> RevocationSnapshots::compressed(Position const& published, std::string const& key_id,
                                                    Clock::time_point now)
{
    auto const serves = [&](Made const& made) {
        // In the same log, an older one leads to all that followed it.
        bool const leads_there = made.at.log == published.log && now - made.made_at < kFresh;
        return made.key_id == key_id && (made.at == published || leads_there);
    };
    auto made = made_.get(serves, [&]() -> core::Result<Made> {
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
