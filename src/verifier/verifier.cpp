#include "signet/verifier.hpp"

#include <algorithm>
#include <new>

#include "base/result.hpp"
#include "jose/token_cache.hpp"
#include "verifier/bearer.hpp"
#include "verifier/coarse_clock.hpp"
#include "verifier/key_set_address.hpp"
#include "verifier/key_set_feed.hpp"
#include "verifier/principal.hpp"
#include "verifier/refusal.hpp"
#include "verifier/revocation_feed.hpp"
#include "verifier/status.hpp"

namespace signet {
namespace {

using jose::Errc;

std::unexpected<jose::Error> contradiction(std::string detail)
{
    return std::unexpected(jose::Error{.code = Errc::contradictory_policy, .detail = std::move(detail)});
}

// More than anybody means, and little enough to reckon with.
constexpr std::chrono::seconds      kLongestTime     = std::chrono::hours{24 * 365};
constexpr std::chrono::milliseconds kLongestPatience = std::chrono::hours{24};
constexpr std::chrono::milliseconds kHeartbeats      = std::chrono::seconds{2};  // two of them at least
constexpr std::size_t               kMostRemembered  = std::size_t{1} << 20;

jose::Result<void> check_bounds(VerifierOptions const& options)
{
    constexpr std::chrono::seconds kNone{0};
    if (options.refetch_cooldown < kNone || options.refetch_cooldown > kLongestTime)
        return contradiction("refetch_cooldown is not between 0 s and 365 days");
    if (options.longest_stale <= kNone || options.longest_stale > kLongestTime)
        return contradiction("longest_stale is not between 1 s and 365 days");
    if (options.remembered_tokens > kMostRemembered) return contradiction("remembered_tokens is more than 1048576");
    if (options.degraded_after < kHeartbeats || options.degraded_after > std::chrono::hours{1})
        return contradiction("degraded_after is not between 2 s and an hour");
    if (options.stale_after <= options.degraded_after || options.stale_after > std::chrono::hours{24})
        return contradiction("stale_after is not between degraded_after and a day");
    return {};
}

// RFC 6750 2.1, b64token: it goes into a header as it is.
bool is_credential(std::string_view text)
{
    static constexpr std::string_view kOthers = "-._~+/=";
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || kOthers.contains(c);
    });
}

jose::Result<void> check_revocations(VerifierOptions const& options)
{
    bool const follows = options.revocations == Revocations::follow;
    if (follows && options.credential.empty())
        return contradiction(
            "what is revoked cannot be followed without a credential: make one with `signet verifier add NAME`, or say "
            "Revocations::ignore");
    if (!follows && !options.credential.empty())
        return contradiction("there is a credential, and what is revoked is to be ignored");
    if (!follows && options.on_revoked)
        return contradiction("on_revoked would never be called: what is revoked is to be ignored");
    if (!follows && options.on_state)
        return contradiction("on_state would never be called: what is revoked is to be ignored");
    if (!is_credential(options.credential))
        return contradiction("the credential holds characters that no credential has");
    return {};
}

jose::Result<KeySetAddress> checked_address(VerifierOptions const& options)
{
    auto address = key_set_address(options.issuer, options.allow_plain_http_on_loopback);
    if (!address) return contradiction(std::move(address).error());
    if (std::ranges::any_of(options.algorithms, jose::is_symmetric))
        return contradiction("a shared secret could not be published");
    return *std::move(address);
}

Revoked revoked_as(revocation::Kind kind)
{
    switch (kind) {
        case revocation::Kind::session:
            return Revoked::session;
        case revocation::Kind::token:
            return Revoked::token;
        case revocation::Kind::user:
            return Revoked::user;
        case revocation::Kind::client:
            return Revoked::client;
        case revocation::Kind::key:
            return Revoked::key;
        case revocation::Kind::everything:
            return Revoked::everything;
    }
    return Revoked::token;
}

// After the revocation of a key another one signs at once: a stranger's tokens, with a kid that nobody has, must not
// delay that it is known.
FeedPosition::Added tell(KeySetFeed& keys, std::function<void(Revocation const&)> on_revoked)
{
    return [&keys, on_revoked = std::move(on_revoked)](revocation::Entry const& entry) {
        if (entry.kind == revocation::Kind::key) keys.fetch_now();
        if (!on_revoked) return;
        try {
            on_revoked({.kind = revoked_as(entry.kind), .subject = entry.subject, .at = entry.not_before});
        } catch (...) {  // NOLINT(bugprone-empty-catch)
            // The application's own; it has been told.
        }
    };
}

// Null where they are ignored. The address was checked with that of the keys, which must live longer.
std::unique_ptr<RevocationFeed> follow_revocations(VerifierOptions& options, KeySetFeed& keys)
{
    if (options.revocations == Revocations::ignore) return nullptr;
    auto const address = revocations_address(options.issuer, options.allow_plain_http_on_loopback);
    return std::make_unique<RevocationFeed>(RevocationFeed::Options{
        .terms         = {.revocations = *address,
                          .issuer      = options.issuer,
                          .ca_file     = std::move(options.ca_file),
                          .credential  = std::move(options.credential),
                          .limits      = {.degraded_after = options.degraded_after, .stale_after = options.stale_after},
                          .added       = tell(keys, std::move(options.on_revoked))},
        .clock_skew    = options.clock_skew,
        .cooldown      = options.refetch_cooldown,
        .longest_stale = options.longest_stale,
        .on_state      = std::move(options.on_state)});
}

}  // namespace

struct Verifier::Parts {
    using Facts = PrincipalAccess::Facts;
    using Seen  = PrincipalAccess::Seen;

    jose::Policy                    policy;
    std::string                     realm;
    WhenStale                       when_stale;
    mutable KeySetFeed              feed;
    std::unique_ptr<RevocationFeed> revocations;  // null where they are ignored
    jose::TokenCache<Facts>         seen;

    std::expected<Principal, Refusal> check(std::string_view token, WhenStale stale) const
    {
        if (auto const unknown = no_news(stale)) return std::unexpected(*unknown);
        auto const about_now = coarse_time();
        if (auto known = seen.find(token, feed.generation(), about_now))
            return unless_revoked(std::move(known), Seen::before);

        auto const now      = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        auto const snapshot = feed.current();
        if (!snapshot) return std::unexpected(no_keys_yet(realm));
        auto const verified = jose::verify(token, snapshot->keys, policy, now);
        if (!verified) return refuse(verified.error().code);
        // As jose found it: it is there.
        auto const& key   = *snapshot->keys.find(verified->kid());
        auto        facts = read_facts(*verified, key.kid());
        if (!facts) return refuse(facts.error().code);
        seen.keep(token,
                  {.keys         = snapshot->generation,
                   .verified_at  = about_now,
                   .usable_until = (*facts)->expires_at + policy.expectations().clock_skew},
                  *facts);
        return unless_revoked(*std::move(facts), Seen::now);
    }

    std::expected<Principal, Refusal> unless_revoked(std::shared_ptr<Facts const> facts, Seen seen_when) const
    {
        if (revocations) {
            auto const found = facts->last_look.at(revocations->revoked(), facts->keys);
            if (found) return std::unexpected(is_revoked(revoked_as(*found), realm));
        }
        return PrincipalAccess::make(std::move(facts), seen_when);
    }

    // Why no token can be judged now.
    std::optional<Refusal> no_news(WhenStale stale) const
    {
        if (!revocations) return std::nullopt;
        if (!revocations->has_started()) return no_news_yet(realm);
        if (stale == WhenStale::fail_closed && revocations->state() == State::stale) return news_too_old(realm);
        return std::nullopt;
    }

    std::unexpected<Refusal> refuse(Errc cause) const
    {
        if (cause == Errc::out_of_memory) return std::unexpected(no_memory());
        if (cause == Errc::unknown_key) feed.ask_again();
        return std::unexpected(invalid_token(cause, realm));
    }

    VerifierStatus status() const
    {
        auto const     keys = feed.current();
        VerifierStatus all{.state = keys ? State::live : State::starting, .keys = keys ? keys->keys.size() : 0};
        if (revocations) revocations->describe(all);
        return all;
    }
};

Verifier::Verifier(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Verifier::~Verifier() = default;

std::expected<std::unique_ptr<Verifier>, jose::Error> Verifier::start(VerifierOptions           options,
                                                                      std::chrono::milliseconds patience)
{
    TRY(check_bounds(options));
    TRY(check_revocations(options));
    auto address = TRY(checked_address(options));
    auto policy  = TRY(jose::Policy::create({.issuer     = options.issuer,
                                             .audience   = options.audience,
                                             .type       = "at+jwt",
                                             .algorithms = options.algorithms,
                                             .clock_skew = options.clock_skew}));

    std::unique_ptr<Parts> parts{new Parts{.policy      = std::move(policy),
                                           .realm       = std::move(options.realm),
                                           .when_stale  = options.when_stale,
                                           .feed        = KeySetFeed{{.from          = std::move(address),
                                                                      .ca_file       = options.ca_file,
                                                                      .cooldown      = options.refetch_cooldown,
                                                                      .longest_stale = options.longest_stale,
                                                                      .on_fetch      = std::move(options.on_fetch)}},
                                           .revocations = nullptr,
                                           .seen        = jose::TokenCache<Parts::Facts>{options.remembered_tokens}}};

    parts->revocations = follow_revocations(options, parts->feed);

    auto const until =
        std::chrono::steady_clock::now() + std::clamp(patience, std::chrono::milliseconds{0}, kLongestPatience);
    auto const left = [&] {
        return std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    };
    parts->feed.wait_for_first(left());
    if (parts->revocations) parts->revocations->wait_until_live(left());
    return std::unique_ptr<Verifier>{new Verifier{std::move(parts)}};
}

std::expected<Principal, Refusal> Verifier::verify(std::string_view authorization) const
{
    return verify(authorization, parts_->when_stale);
}

std::expected<Principal, Refusal> Verifier::verify(std::string_view authorization, WhenStale when_stale) const
{
    try {
        auto const token = parse_bearer(authorization);
        if (token) return parts_->check(*token, when_stale);
        if (token.error() == NoBearer::absent) return std::unexpected(no_token(parts_->realm));
        return std::unexpected(invalid_token(Errc::malformed_token, parts_->realm));
    } catch (std::bad_alloc const&) {  // also where there is none for the words of another refusal
        return std::unexpected(no_memory());
    }
}

bool Verifier::ready() const
{
    return parts_->feed.current() != nullptr && (!parts_->revocations || parts_->revocations->has_started());
}

State Verifier::state() const
{
    if (parts_->revocations) return parts_->revocations->state();
    return parts_->feed.current() ? State::live : State::starting;
}

VerifierStatus Verifier::status() const
{
    return parts_->status();
}

std::string Verifier::prometheus() const
{
    return prometheus_text(parts_->status());
}

}  // namespace signet
