#include "verifier/key_set_feed.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "verifier/coarse_clock.hpp"

namespace signet {
namespace {

using std::chrono::steady_clock;

constexpr long kOk          = 200;
constexpr long kNotModified = 304;

bool same_keys(jose::KeySet const& some, jose::KeySet const& others)
{
    return std::ranges::equal(some.keys(), others.keys(), [](auto const& a, auto const& b) {
        return a.kid() == b.kid() && a.algorithm() == b.algorithm() && a.thumbprint() == b.thumbprint();
    });
}

}  // namespace

std::expected<jose::KeySet, std::string> parse_published(std::string_view json)
{
    auto keys = jose::KeySet::parse(json);
    if (!keys) return std::unexpected(std::string{jose::name(keys.error().code)} + ": " + keys.error().detail);
    if (std::ranges::any_of(keys->keys(), [](auto const& key) { return jose::is_symmetric(key.algorithm()); }))
        return std::unexpected("the published set holds a symmetric key");
    return *std::move(keys);
}

KeySetFeed::KeySetFeed(Options options)
    : options_(std::move(options)), thread_([this](std::stop_token const& stop) { run(stop); })
{
}

std::shared_ptr<KeySnapshot const> KeySetFeed::current() const
{
    auto snapshot = [this] {
        std::scoped_lock const lock{mutex_};
        return current_;
    }();
    if (snapshot && steady_clock::now() >= snapshot->usable_until) return nullptr;
    return snapshot;
}

void KeySetFeed::ask_again()
{
    {
        std::scoped_lock const lock{mutex_};
        if (std::exchange(asked_, true)) return;  // the thread knows already
    }
    changed_.notify_all();
}

void KeySetFeed::fetch_now()
{
    {
        std::scoped_lock const lock{mutex_};
        is_awaited_ = true;
    }
    changed_.notify_all();
}

bool KeySetFeed::wait_for_first(std::chrono::milliseconds patience) const
{
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [this] { return current_ != nullptr; });
}

void KeySetFeed::run(std::stop_token const& stop)
{
    RefetchSchedule schedule{options_.cooldown, steady_clock::now()};
    while (wait_until_due(stop, schedule)) {
        auto problem = refresh(stop);
        if (stop.stop_requested()) return;

        if (problem.empty())
            schedule.succeeded(steady_clock::now(), max_age_, jitter());
        else
            schedule.failed(steady_clock::now(), jitter());
        report(std::move(problem));
    }
}

// Why there is no fresher set; empty when there is. What is thrown here would end the application.
std::string KeySetFeed::refresh(std::stop_token const& stop)
{
    try {
        auto answer = fetch({.from = options_.from, .ca_file = options_.ca_file, .etag = etag_}, stop);
        return answer ? take(*std::move(answer)) : std::move(answer).error();
    } catch (std::exception const& error) {
        return error.what();
    }
}

// False when the thread is to end. Takes notice of ask_again() once per fetch,
// so that a flood of it wakes nobody.
bool KeySetFeed::wait_until_due(std::stop_token const& stop, RefetchSchedule& schedule)
{
    std::unique_lock lock{mutex_};
    bool             noticed = false;
    while (!stop.stop_requested() && !is_awaited_ && steady_clock::now() < schedule.due()) {
        changed_.wait_until(lock, stop, schedule.due(), [&] { return is_awaited_ || (asked_ && !noticed); });
        if (!asked_ || noticed) continue;
        noticed = true;
        schedule.asked(steady_clock::now());
    }
    asked_ = is_awaited_ = false;
    return !stop.stop_requested();
}

// Keeps what the answer brought; otherwise says why the set before it stays.
std::string KeySetFeed::take(FetchAnswer answer)
{
    if (answer.status == kNotModified && !etag_.empty()) {
        max_age_ = find_max_age(answer.cache_control);
        keep(current_->keys);
        return {};
    }
    if (answer.status != kOk) return "the answer has status " + std::to_string(answer.status);

    auto keys = parse_published(answer.body);
    if (!keys) return std::move(keys).error();
    max_age_ = find_max_age(answer.cache_control);
    // Keys that are gone from the set are gone from here (CHECKS A40).
    keep(*std::move(keys));
    etag_ = std::move(answer.etag);  // last: a set that could not be kept must be sent again
    return {};
}

void KeySetFeed::keep(jose::KeySet keys)
{
    // This thread alone writes current_, so it may read it without the lock.
    auto const generation = current_ ? current_->generation + !same_keys(keys, current_->keys) : 1;
    auto const until      = steady_clock::now() + options_.longest_stale;
    auto       snapshot   = std::make_shared<KeySnapshot const>(std::move(keys), until, generation);
    {
        std::scoped_lock const lock{mutex_};
        current_.swap(snapshot);  // the old one ends after the lock
        // In this order, and read in the other: whoever sees the new time sees the new
        // generation, so that nobody takes keys for fresh that are not these.
        generation_.store(generation, std::memory_order_relaxed);
        usable_until_.store(until.time_since_epoch(), std::memory_order_release);
    }
    changed_.notify_all();
}

std::uint64_t KeySetFeed::generation() const
{
    auto const until      = usable_until_.load(std::memory_order_acquire);
    auto const generation = generation_.load(std::memory_order_relaxed);
    return coarse_steady_time().time_since_epoch() < until ? generation : 0;
}

void KeySetFeed::report(std::string problem) const
{
    if (!options_.on_fetch) return;
    auto const in_use = current();
    try {
        options_.on_fetch({.problem = std::move(problem), .keys = in_use ? in_use->keys.size() : 0});
    } catch (...) {  // NOLINT(bugprone-empty-catch)
        // The application's own; it has been told, and the keys are needed all the same.
    }
}

}  // namespace signet
