#include "http/revocation_snapshots.hpp"

#include <utility>

#include "http/compression.hpp"

namespace signet::http {

core::Result<Piece> RevocationSnapshots::compressed(Position const& published, Clock::time_point now)
{
    auto const serves = [&](Made const& made) {
        // In the same log, an older one leads to all that followed it.
        return made.at == published || (made.at.log == published.log && now - made.made_at < kFresh);
    };
    auto made = made_.get(serves, [&]() -> core::Result<Made> {
        auto text = make_(published);
        if (!text) return std::unexpected(std::move(text).error());
        return Made{.at      = published,
                    .made_at = now,
                    .bytes   = std::make_shared<std::string const>(compress(*text, Wrapper::gzip))};
    });
    if (!made) return std::unexpected(std::move(made).error());
    return made->bytes;
}

}  // namespace signet::http
