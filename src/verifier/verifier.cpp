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
constexpr std::size_t               kMostRemembered  = std::size_t{1} << 20;

jose::Result<void> check_bounds(VerifierOptions const& options)
{
    constexpr std::chrono::seconds kNone{0};
    if (options.refetch_cooldown < kNone || options.refetch_cooldown > kLongestTime)
        return contradiction("refetch_cooldown is not between 0 s and 365 days");
    if (options.longest_stale <= kNone || options.longest_stale > kLongestTime)
        return contradiction("longest_stale is not between 1 s and 365 days");
    if (options.remembered_tokens > kMostRemembered) return contradiction("remembered_tokens is more than 1048576");
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

}  // namespace

struct Verifier::State {
    using Facts = PrincipalAccess::Facts;
    using Seen  = PrincipalAccess::Seen;

    jose::Policy            policy;
    std::string             realm;
    mutable KeySetFeed      feed;
    jose::TokenCache<Facts> seen;

    std::expected<Principal, Refusal> check(std::string_view token) const
    {
        auto const about_now = coarse_time();
        if (auto known = seen.find(token, feed.generation(), about_now))
            return PrincipalAccess::make(std::move(known), Seen::before);

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
        return PrincipalAccess::make(*std::move(facts), Seen::now);
    }

    std::unexpected<Refusal> refuse(Errc cause) const
    {
        if (cause == Errc::out_of_memory) return std::unexpected(no_memory());
        if (cause == Errc::unknown_key) feed.ask_again();
        return std::unexpected(invalid_token(cause, realm));
    }
};

Verifier::Verifier(std::unique_ptr<State> state) : state_(std::move(state)) {}
Verifier::~Verifier() = default;

std::expected<std::unique_ptr<Verifier>, jose::Error> Verifier::start(VerifierOptions           options,
                                                                      std::chrono::milliseconds patience)
{
    TRY(check_bounds(options));
    auto address = TRY(checked_address(options));
    auto policy  = TRY(jose::Policy::create({.issuer     = options.issuer,
                                             .audience   = options.audience,
                                             .type       = "at+jwt",
                                             .algorithms = options.algorithms,
                                             .clock_skew = options.clock_skew}));

    std::unique_ptr<State> state{new State{.policy = std::move(policy),
                                           .realm  = std::move(options.realm),
                                           .feed   = KeySetFeed{{.from          = std::move(address),
                                                                 .ca_file       = std::move(options.ca_file),
                                                                 .cooldown      = options.refetch_cooldown,
                                                                 .longest_stale = options.longest_stale,
                                                                 .on_fetch      = std::move(options.on_fetch)}},
                                           .seen   = jose::TokenCache<State::Facts>{options.remembered_tokens}}};
    state->feed.wait_for_first(std::clamp(patience, std::chrono::milliseconds{0}, kLongestPatience));
    return std::unique_ptr<Verifier>{new Verifier{std::move(state)}};
}

std::expected<Principal, Refusal> Verifier::verify(std::string_view authorization) const
{
    try {
        auto const token = parse_bearer(authorization);
        if (token) return state_->check(*token);
        if (token.error() == NoBearer::absent) return std::unexpected(no_token(state_->realm));
        return std::unexpected(invalid_token(Errc::malformed_token, state_->realm));
    } catch (std::bad_alloc const&) {  // also where there is none for the words of another refusal
        return std::unexpected(no_memory());
    }
}

bool Verifier::ready() const
{
    return state_->feed.current() != nullptr;
}

}  // namespace signet
