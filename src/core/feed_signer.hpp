// core/feed_signer.hpp - what the revocation feed says, signed by the key of the moment
// (docs/reference/revocation-feed.md).
#pragma once
#include <span>
#include <string>

#include "core/keyring.hpp"
#include "core/result.hpp"
#include "revocation/message.hpp"

namespace signet::core {

// One for each run of the server: heartbeats count from when it was made. Thread-safe. Each costs one signature.
// Errc::unavailable without a key, or when it cannot sign.
class FeedSigner {
public:
    // `keys` are the feed's own; all must outlive this.
    FeedSigner(Keyring const& keys, std::string const& issuer, Clock const& clock, Random& random);

    // Of the key that signs now; empty without one.
    [[nodiscard]] std::string         key_id() const;
    [[nodiscard]] Result<std::string> sign_delta(revocation::Delta const& delta) const;
    // Of this moment.
    [[nodiscard]] Result<std::string> sign_heartbeat(revocation::Position const& at) const;
    // The first of a stream, which it names, with the subscriber's nonce.
    [[nodiscard]] Result<std::string> sign_greeting(revocation::Position const& at, std::string const& stream,
                                                    std::string const& nonce) const;
    // The whole text: revocation::format_snapshot().
    [[nodiscard]] Result<std::string> sign_snapshot(revocation::Position const&  at,
                                                    std::span<std::string const> lines) const;

private:
    [[nodiscard]] revocation::Heartbeat heartbeat(revocation::Position const& at) const;

    template <class Sign>
    [[nodiscard]] Result<std::string> sign(Sign sign) const;

    Keyring const&     keys_;
    std::string const& issuer_;
    Clock const&       clock_;
    Random&            random_;
    std::string        run_;  // the name of this run of the server
    revocation::Uptime began_;
};

}  // namespace signet::core
