#include "core/feed_signer.hpp"

#include "revocation/snapshot.hpp"

namespace signet::core {

template <class Sign>
Result<std::string> FeedSigner::sign(Sign sign) const
{
    auto const keys = keys_.current();
    if (!keys) return refused(Errc::unavailable, "the feed has no signing key");
    auto text =
        sign(revocation::Signing{.issuer = issuer_, .now = clock_.now(), .random = random_, .key = *keys->signing});
    if (!text) return refused(Errc::unavailable, "signing for the feed: " + std::string{jose::name(text.error().code)});
    return *std::move(text);
}

std::string FeedSigner::key_id() const
{
    auto const keys = keys_.current();
    return keys ? std::string{keys->signing->kid()} : std::string{};
}

Result<std::string> FeedSigner::sign_delta(revocation::Delta const& delta) const
{
    return sign([&](auto const& signing) { return revocation::sign_delta(delta, signing); });
}

Result<std::string> FeedSigner::sign_heartbeat(revocation::Position const& at) const
{
    return sign(
        [&](auto const& signing) { return revocation::sign_heartbeat({.at = at, .time = signing.now}, signing); });
}

Result<std::string> FeedSigner::sign_greeting(revocation::Position const& at, std::string const& stream,
                                              std::string const& nonce) const
{
    return sign([&](auto const& signing) {
        return revocation::sign_heartbeat({.at = at, .time = signing.now, .stream = stream, .nonce = nonce}, signing);
    });
}

Result<std::string> FeedSigner::sign_snapshot(revocation::Position const& at, std::span<std::string const> lines) const
{
    return sign([&](auto const& signing) { return revocation::format_snapshot(at, lines, signing); });
}

}  // namespace signet::core
