#include "verifier/revocation_feed.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace signet {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Time = Freshness::Time;

constexpr std::chrono::milliseconds kForgetEvery = 10s;
constexpr std::chrono::milliseconds kLongestWait = 10s;

TimePoint wall_time()
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

// The issuer forgets by its own clock, kKeptLonger after the last token; tokens expire by this machine's.
std::string clock_problem(std::chrono::milliseconds offset, std::chrono::seconds clock_skew)
{
    auto const tolerated = std::max<std::chrono::seconds>(revocation::kKeptLonger - clock_skew, 1s);
    auto const seconds   = std::to_string(tolerated.count());
    if (offset > tolerated)
        return "this machine's clock is more than " + seconds +
               " s behind the issuer's: a token may outlive the news that it is revoked";
    if (offset < -tolerated)
        return "this machine's clock is more than " + seconds +
               " s ahead of the issuer's: tokens are refused before they expire";
    return {};
}

std::uint64_t after_the_first(std::uint64_t count)
{
    return count > 0 ? count - 1 : 0;
}

}  // namespace

RevocationFeed::RevocationFeed(Options options)
    : options_(std::move(options)),
      keys_({.from          = {.url        = options_.terms.revocations.url + "/keys",
                               .plain_http = options_.terms.revocations.plain_http},
             .ca_file       = options_.terms.ca_file,
             .cooldown      = options_.cooldown,
             .longest_stale = options_.longest_stale,
             .on_fetch      = {}},
            [this] { transfers_.wake(); }),
      follower_(options_.terms, transfers_, keys_, set_),
      forget_at_(steady_clock::now() + kForgetEvery),
      thread_([this](std::stop_token const& stop) { run(stop); })
{
}

RevocationFeed::~RevocationFeed()
{
    thread_.request_stop();
    transfers_.wake();
}

void RevocationFeed::run(std::stop_token const& stop)
{
    while (!stop.stop_requested()) {
        auto const now  = steady_clock::now();
        auto const due  = std::min(turn(now), now + kLongestWait);
        auto const wait = std::chrono::ceil<std::chrono::milliseconds>(due - steady_clock::now());
        transfers_.wait(std::max(wait, 0ms));
    }
}

// When the next one is due. What is thrown here would end the application.
Time RevocationFeed::turn(Time now) noexcept
{
    try {
        auto const due = follower_.step(now);
        publish();
        report(now);
        if (now >= forget_at_) forget(now);
        return std::min({due, forget_at_, next_change(follower_.current_at(), options_.terms.limits, now)});
    } catch (std::exception const& error) {
        follower_.fail(now, error.what());
        return now + 100ms;
    }
}

void RevocationFeed::forget(Time now)
{
    forget_at_             = now + kForgetEvery;
    auto const server_time = follower_.server_time();
    if (!server_time) return;
    // Not from the start: a machine may begin with a clock that is months behind.
    if (!least_time_) least_time_.emplace(wall_time(), now);
    set_.forget(forgettable_before(least_time_->at(wall_time(), now), *server_time, options_.clock_skew));
}

void RevocationFeed::publish()
{
    sequence_.store(follower_.sequence(), std::memory_order_relaxed);
    streams_.store(follower_.streams(), std::memory_order_relaxed);
    snapshots_.store(follower_.snapshots(), std::memory_order_relaxed);
    clock_offset_ms_.store(follower_.clock_offset().count(), std::memory_order_relaxed);
    auto const current_at = follower_.current_at();
    if (!current_at) return;
    bool const is_first = !has_started();
    {
        std::scoped_lock const lock{mutex_};
        current_at_.store(current_at->time_since_epoch().count(), std::memory_order_release);
    }
    if (is_first) started_.notify_all();
}

std::string RevocationFeed::problem_now() const
{
    if (!follower_.problem().empty()) return follower_.problem();
    return clock_problem(follower_.clock_offset(), options_.clock_skew);
}

void RevocationFeed::report(Time now)
{
    auto const state   = state_of(follower_.current_at(), options_.terms.limits, now);
    auto       problem = problem_now();
    bool const is_news = state != reported_ || (!problem.empty() && problem != reported_problem_);
    auto const before  = std::exchange(reported_, state);
    reported_problem_  = problem;
    if (!is_news || !options_.on_state) return;
    try {
        options_.on_state({.state = state, .before = before, .problem = std::move(problem)});
    } catch (...) {  // NOLINT(bugprone-empty-catch)
        // The application's own; it has been told.
    }
}

std::optional<Time> RevocationFeed::current_at() const
{
    auto const at = current_at_.load(std::memory_order_acquire);
    if (at == kNever) return std::nullopt;
    return Time{Time::duration{at}};
}

State RevocationFeed::state() const
{
    return state_of(current_at(), options_.terms.limits, steady_clock::now());
}

bool RevocationFeed::wait_until_live(std::chrono::milliseconds patience) const
{
    std::unique_lock lock{mutex_};
    return started_.wait_for(lock, patience, [this] { return has_started(); });
}

void RevocationFeed::describe(VerifierStatus& status) const
{
    auto const at       = current_at();
    status.state        = state();
    status.sequence     = sequence_.load(std::memory_order_relaxed);
    status.entries      = set_.size();
    status.bytes        = set_.bytes();
    status.clock_offset = std::chrono::milliseconds{clock_offset_ms_.load(std::memory_order_relaxed)};
    status.reconnects   = after_the_first(streams_.load(std::memory_order_relaxed));
    status.resyncs      = after_the_first(snapshots_.load(std::memory_order_relaxed));
    if (at) status.last_heard = std::chrono::floor<std::chrono::milliseconds>(steady_clock::now() - *at);
}

}  // namespace signet
