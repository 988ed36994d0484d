#include "core/revocations.hpp"

#include <algorithm>

namespace signet::core {
namespace {

using namespace std::chrono_literals;
using revocation::Entry;
using revocation::Position;

// Between two calls of follow(); more is a jump of the clock, or a machine that slept.
constexpr auto kLongestStep = 1min;
// To forget takes a look at each entry.
constexpr auto kForgetEvery = 10s;

constexpr auto kFarAhead = 24h * 366;

// In one read: a start needs all of it, and later there is little.
constexpr std::size_t kAll = 1'000'000'000;

Result<RevocationLog> read_what_is_new(RevocationStore& store, Position const& known)
{
    auto log = TRY(store.read_log(known.sequence, kAll));
    if (log.head.log == known.log || known.sequence == 0) return log;
    return store.read_log(0, kAll);
}

std::unexpected<Error> edited(std::string const& how)
{
    return refused(Errc::unavailable, "the revocation log is not as it was written: " + how);
}

Result<void> check_chain(RevocationNews const& news)
{
    auto at = news.before;
    for (auto const& entry : news.entries) {
        if (entry.sequence != ++at.sequence) return edited("line " + std::to_string(at.sequence) + " is missing");
        at.hash = revocation::link(at.hash, revocation::format_line(entry));
    }
    if (at != news.head) return edited("its lines do not lead to its head");
    return {};
}

}  // namespace

void Revocations::add(std::span<Entry const> revoked)
{
    Age const age{age_.load()};
    for (auto entry : revoked) {
        entry.until = TimePoint{age + (entry.until - entry.not_before)};
        set_.add(entry);
    }
}

Result<RevocationNews> Revocations::follow(RevocationStore& store, TimePoint now)
{
    std::lock_guard const lock{following_};
    auto                  log = TRY(read_what_is_new(store, position_));
    grow_older(now);
    add(log.entries);

    RevocationNews news{.before = position_, .head = log.head, .entries = std::move(log.entries)};
    if (news.before.log != news.head.log) news.before = {.log = news.head.log};
    // Of the lines before this, some have gone for their age.
    if (news.before.sequence < log.removed.sequence) news.before = log.removed;
    std::erase_if(news.entries, [&](Entry const& entry) { return entry.sequence <= news.before.sequence; });
    TRY(check_chain(news));
    position_ = news.head;
    return news;
}

TimePoint Revocations::find_issue_time(UserId user, std::string_view client_id, TimePoint now) const
{
    auto const name       = user.text();
    auto       token      = revocation::TokenKeys::of({.user_id = name, .client_id = client_id, .issued_at = now});
    auto const is_refused = [&](TimePoint at) {
        token.issued_at = unix_milliseconds(at);
        return find(token).has_value();
    };
    // One that lies so far ahead that no token could wait for it was written by a clock that has been set back since.
    if (!is_refused(now) || is_refused(now + kFarAhead)) return now;
    auto too_early = now;
    auto late      = now + 1ms;
    for (; is_refused(late); late += late - now) too_early = late;
    while (late - too_early > 1ms) {
        auto const middle                       = too_early + (late - too_early) / 2;
        (is_refused(middle) ? too_early : late) = middle;
    }
    return late;
}

void Revocations::grow_older(TimePoint now)
{
    // Tokens live by the clock: while one that was set back catches up, nothing grows older.
    auto const step = std::min<Age>(now - followed_at_, kLongestStep);
    followed_at_    = now;
    owed_ += std::max(-step, Age{0});
    auto const paid = std::clamp(step, Age{0}, owed_);
    owed_ -= paid;
    Age const age{age_ += (std::max(step, Age{0}) - paid).count()};
    if (age - forgotten_at_ < kForgetEvery) return;
    forgotten_at_ = age;
    set_.forget(TimePoint{age});
}

}  // namespace signet::core
