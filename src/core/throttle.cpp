#include "core/throttle.hpp"

#include <algorithm>

namespace signet::core {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool is_forgotten(AttemptCounter const& counter, AttemptLimit const& limit, TimePoint now)
{
    return counter.failures == 0 || now - counter.latest >= limit.forget_after;
}

// The counter at `now`: without what is forgotten and what has leaked away.
AttemptCounter settled(AttemptCounter counter, AttemptLimit const& limit, TimePoint now)
{
    if (is_forgotten(counter, limit, now)) return {.leaking_since = now};
    if (!limit.leaks || now <= counter.leaking_since) return counter;
    milliseconds const each   = milliseconds{limit.forget_after} / std::max(limit.free, 1U);
    auto const         leaked = (now - counter.leaking_since) / each;
    counter.failures -= static_cast<std::uint32_t>(std::min<std::int64_t>(leaked, counter.failures));
    // The rest of the time goes on counting, however many attempts come between.
    counter.leaking_since += leaked * each;
    return counter;
}

// What `failures` cost, counted from the latest of them.
seconds wait_after(std::uint32_t failures, AttemptLimit const& limit)
{
    if (limit.hard_stop && failures >= *limit.hard_stop) return limit.forget_after;
    if (failures <= limit.free) return seconds{0};
    // 2^20 s is more than any wait; beyond that the shift would overflow.
    auto const doublings = std::min<std::uint32_t>(failures - limit.free - 1, 20);
    return std::min(seconds{1} * (std::int64_t{1} << doublings), limit.longest_wait);
}

// The command line has no address; in --dev all have the same.
bool is_exempt(ClientAddress const& from, ThrottleSettings const& settings)
{
    return from.text.empty() || (settings.exempt_loopback_addresses && from.is_loopback());
}

AttemptLimit account_limit(AttemptKey key, ThrottleSettings const& settings)
{
    return {.key          = std::move(key),
            .free         = settings.account_free,
            .hard_stop    = settings.account_hard_stop,
            .longest_wait = settings.longest_wait,
            .forget_after = settings.forget_after};
}

}  // namespace

milliseconds remaining_wait(AttemptCounter const& counter, AttemptLimit const& limit, TimePoint now)
{
    auto const elapsed = std::max(now - counter.latest, milliseconds{0});
    auto const wait    = wait_after(settled(counter, limit, now).failures, limit);
    return std::max<milliseconds>(wait - elapsed, milliseconds{0});
}

AttemptCounter count_attempt(AttemptCounter const& counter, AttemptLimit const& limit, TimePoint now)
{
    auto const before = settled(counter, limit, now);
    return {.failures      = before.failures + 1,
            .latest        = now,
            .latest_before = before.latest,
            .leaking_since = before.failures == 0 ? now : before.leaking_since};
}

std::vector<AttemptLimit> login_limits(Email const& email, ClientAddress const& from,
                                       std::optional<std::string> const& trusted_device,
                                       ThrottleSettings const&           settings)
{
    if (trusted_device) return {account_limit({AttemptScope::device, email.key() + '|' + *trusted_device}, settings)};

    std::vector<AttemptLimit> limits;
    limits.push_back(account_limit({AttemptScope::account, email.key()}, settings));
    limits.push_back(account_limit({AttemptScope::source, email.key() + '|' + from.text}, settings));
    std::ranges::move(address_limits(from, settings), std::back_inserter(limits));
    return limits;
}

std::vector<AttemptLimit> signup_limits(ClientAddress const& from, ThrottleSettings const& settings)
{
    if (is_exempt(from, settings)) return {};
    return {{.key          = {AttemptScope::signup, from.network()},
             .free         = settings.signup_free,
             .longest_wait = settings.longest_wait,
             .forget_after = std::chrono::hours{1},
             .leaks        = true}};
}

std::vector<AttemptLimit> address_limits(ClientAddress const& from, ThrottleSettings const& settings)
{
    if (is_exempt(from, settings)) return {};

    std::vector<AttemptLimit> limits;
    limits.push_back({.key          = {AttemptScope::address, from.text},
                      .free         = settings.address_free,
                      .longest_wait = settings.longest_wait,
                      .forget_after = settings.forget_after,
                      .leaks        = true});
    // An IPv6 host has a whole /64 to itself; of IPv4 the address is the network.
    if (auto network = from.network(); network != from.text)
        limits.push_back({.key          = {AttemptScope::network, std::move(network)},
                          .free         = settings.network_free,
                          .longest_wait = settings.longest_wait,
                          .forget_after = settings.forget_after,
                          .leaks        = true});
    return limits;
}

std::vector<AttemptKey> keys_of(std::span<AttemptLimit const> limits)
{
    std::vector<AttemptKey> keys;
    for (auto const& limit : limits) keys.push_back(limit.key);
    return keys;
}

}  // namespace signet::core
