#include "core/feed_signer.hpp"

#include <array>

#include "base/uptime.hpp"
#include "jose/base64url.hpp"
#include "revocation/snapshot.hpp"

namespace signet::core {
namespace {

std::string name_run(Random& random)
{
    std::array<std::uint8_t, 16> bytes{};
    random.fill(bytes);
    return jose::base64url::encode(bytes);
}

}  // namespace

FeedSigner::FeedSigner(Keyring const& keys, std::string const& issuer, Clock const& clock, Random& random)
    : keys_(keys), issuer_(issuer), clock_(clock), random_(random), run_(name_run(random)), began_(uptime())
{
}

revocation::Heartbeat FeedSigner::heartbeat(revocation::Position const& at) const
{
    return {.at = at, .time = clock_.now(), .run = run_, .up = uptime() - began_};
}

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
    return sign([&](auto const& signing) { return revocation::sign_heartbeat(heartbeat(at), signing); });
}

Result<std::string> FeedSigner::sign_greeting(revocation::Position const& at, std::string const& stream,
                                              std::string const& nonce) const
{
    auto greeting   = heartbeat(at);
    greeting.stream = stream;
    greeting.nonce  = nonce;
    return sign([&](auto const& signing) { return revocation::sign_heartbeat(greeting, signing); });
}

Result<std::string> FeedSigner::sign_snapshot(revocation::Position const& at, std::span<std::string const> lines) const
{
    return sign([&](auto const& signing) { return revocation::format_snapshot(at, lines, signing); });
}

}  // namespace signet::core
