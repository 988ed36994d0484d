#include "cli/publisher.hpp"

#include <pthread.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/result.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kPoll = 50ms;
constexpr auto kBeat = 1s;

}  // namespace

Publisher::Publisher(PublisherNeeds needs, revocation::Position const& known)
    : needs_(needs), unpublished_{.before = known, .head = known, .entries = {}}
{
    needs_.feed.begin_at(known);
    needs_.feed.tell_when_wanted([this] { wake(); });
    thread_ = std::jthread([this](std::stop_token const& stop) { run(stop); });
}

Publisher::~Publisher()
{
    needs_.feed.tell_when_wanted({});
}

void Publisher::wake()
{
    {
        std::scoped_lock const lock{mutex_};
        is_wanted_ = true;
    }
    woken_.notify_one();
}

void Publisher::run(std::stop_token const& stop)
{
    pthread_setname_np(pthread_self(), "signet-publish");
    auto next_beat = Clock::now();
    while (!stop.stop_requested()) {
        follow_key();
        // A heartbeat says that nothing else was revoked: only who has just looked can say so.
        bool const is_told = publishing_.attempt([this] { return publish(); });
        needs_.feed.set_current(is_told);
        if (is_told && Clock::now() >= next_beat) {
            beating_.attempt([this] { return beat(); });
            next_beat = std::max(next_beat + kBeat, Clock::now());
        }
        auto const now  = Clock::now();
        auto const due  = needs_.feed.expire(now);
        auto       next = std::min(now + kPoll, due.value_or(now + kPoll));
        // Without news there is none to wait for: it would be due already.
        if (is_told) next = std::min(next, next_beat);
        wait_until(stop, next);
    }
}

void Publisher::wait_until(std::stop_token const& stop, Clock::time_point time)
{
    std::unique_lock lock{mutex_};
    woken_.wait_until(lock, stop, time, [this] { return is_wanted_; });
    is_wanted_ = false;
}

core::Result<void> Publisher::publish()
{
    // What could not be signed is still to be told.
    if (published_ == unpublished_.entries.size()) TRY(take_news());
    // Nothing more is signed with a revoked key: who refreshes now must not be refused for it a moment later,
    // and who follows the feed does not believe it.
    auto const is_key = [](revocation::Entry const& entry) { return entry.kind == revocation::Kind::key; };
    if (std::ranges::any_of(unpublished_.entries, is_key)) {
        TRY(needs_.keyring.maintain());
        TRY(needs_.feed_keyring.maintain());
    }
    while (published_ < unpublished_.entries.size()) TRY(publish_some());
    return {};
}

core::Result<void> Publisher::take_news()
{
    auto news    = TRY(needs_.ports.revocations.follow(needs_.ports.revocation_log, needs_.ports.clock.now()));
    unpublished_ = std::move(news);
    published_   = 0;
    return {};
}

core::Result<void> Publisher::publish_some()
{
    auto&      before = unpublished_.before;
    auto const next   = std::span{unpublished_.entries}.subspan(published_);
    auto const some   = next.first(std::min(next.size(), revocation::kMostEntries));

    revocation::Delta delta{.before = before.hash, .after = before, .entries = {some.begin(), some.end()}};
    for (auto const& entry : delta.entries) {
        delta.after.sequence = entry.sequence;
        delta.after.hash     = revocation::link(delta.after.hash, revocation::format_line(entry));
    }
    auto const signed_text = TRY(needs_.signer.sign_delta(delta));
    needs_.feed.publish(delta.after, http::make_event("revocations", delta.after.sequence, signed_text), Clock::now());
    before = delta.after;
    published_ += some.size();
    return {};
}

void Publisher::follow_key()
{
    auto key_id = needs_.signer.key_id();
    if (key_id == key_id_) return;
    if (!key_id_.empty()) needs_.feed.forget_kept();
    key_id_ = std::move(key_id);
}

core::Result<void> Publisher::beat()
{
    auto const at   = needs_.feed.position();
    auto const text = TRY(needs_.signer.sign_heartbeat(at));
    needs_.feed.beat(http::make_event("heartbeat", at.sequence, text));
    return {};
}

}  // namespace signet::cli
