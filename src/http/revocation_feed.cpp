#include "http/revocation_feed.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace signet::http {

Piece make_event(std::string_view name, revocation::Sequence id, std::string_view data)
{
    return std::make_shared<std::string const>(fmt::format("event: {}\nid: {}\ndata: {}\n\n", name, id, data));
}

RevocationFeed::RevocationFeed(Limits const& limits, Metrics& metrics)
    : limits_(limits),
      published_(
          metrics.counter("signet_revocations_published_total", "Entries of the log sent to all who follow it.")),
      resumed_(
          metrics.counter("signet_revocation_streams_total", "Streams asked for, by result.", {{"result", "begun"}})),
      too_old_(
          metrics.counter("signet_revocation_streams_total", "Streams asked for, by result.", {{"result", "too_old"}})),
      ended_(metrics.counter("signet_revocation_streams_ended_total", "Streams that have ended, for whatever reason.")),
      confirmed_in_(metrics.histogram("signet_revocation_confirmed_seconds",
                                      "From publication until all who followed had confirmed, or the time was over.",
                                      {0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.1}))
{
    metrics.watch("signet_revocation_followers", "Streams of verifiers that are open.",
                  [this] { return static_cast<double>(followers()); });
}

void RevocationFeed::begin_at(Position const& position)
{
    std::scoped_lock const lock{mutex_};
    position_   = position;
    kept_after_ = position.sequence;
}

void RevocationFeed::expect(std::string const& verifier, Clock::time_point at)
{
    std::scoped_lock const lock{mutex_};
    absent_.left(verifier, at);
}

void RevocationFeed::tell_when_wanted(std::function<void()> wanted)
{
    std::scoped_lock const lock{mutex_};
    wanted_ = std::move(wanted);
}

void RevocationFeed::publish(Position const& now, Piece const& event, Clock::time_point at)
{
    std::shared_ptr<Streams const> all;
    Answers                        answers;
    {
        std::scoped_lock const lock{mutex_};
        published_.add(static_cast<double>(now.sequence - position_.sequence));
        position_ = now;
        keep(now.sequence, event);
        all = streams();
        for (auto& waiting : waiting_)
            if (!waiting.is_published && waiting.sequence <= now.sequence) begin_confirming(waiting, at);
        answers = take_over(&Waiting::is_over);
    }
    // Whoever comes now has it from what is kept; those of before have it from here, outside the lock.
    for (auto const& stream : *all) stream->push(event);
    answer(answers, at);
}

void RevocationFeed::beat(Piece const& event)
{
    auto const all = [this] {
        std::scoped_lock const lock{mutex_};
        return streams();
    }();
    for (auto const& stream : *all) stream->push(event);
}

void RevocationFeed::forget_kept()
{
    std::scoped_lock const lock{mutex_};
    kept_.clear();
    kept_bytes_ = 0;
    kept_after_ = position_.sequence;
}

std::optional<RevocationFeed::Clock::time_point> RevocationFeed::expire(Clock::time_point at)
{
    Answers                          late;
    std::optional<Clock::time_point> next;
    {
        std::scoped_lock const lock{mutex_};
        for (auto& waiting : waiting_)
            if (!waiting.is_published)
                waiting.propagation = {.followers = subscribers_.size(), .absent = absent_.count(at)};
        late = take_over([&](Waiting const& waiting) { return waiting.until <= at; });
        for (auto const& waiting : waiting_) next = std::min(next.value_or(waiting.until), waiting.until);
    }
    answer(late, at);
    return next;
}

RevocationFeed::Position RevocationFeed::position() const
{
    std::scoped_lock const lock{mutex_};
    return position_;
}

std::shared_ptr<StreamHold> RevocationFeed::subscribe(Follower const& follower, Piece const& greeting)
{
    auto stream = std::make_shared<Stream>(limits_.waiting + limits_.kept, [this, id = follower.stream] { leave(id); });
    auto hold   = std::make_shared<StreamHold>(stream);

    std::unique_lock lock{mutex_};
    if (follower.after < kept_after_ || follower.after > position_.sequence) {
        too_old_.add();
        lock.unlock();  // the stream ends here, and says so
        return nullptr;
    }
    stream->push(greeting);  // never too much: it holds all that is kept, and more
    for (auto const& kept : kept_)
        if (kept.last > follower.after) stream->push(kept.event);
    subscribers_.emplace(
        follower.stream,
        Subscriber{
            .verifier = follower.verifier, .stream = stream, .number = next_number_++, .confirmed = follower.after});
    streams_.reset();
    followers_ = subscribers_.size();
    absent_.came(follower.verifier);
    connected_.insert(follower.verifier);
    resumed_.add();
    return hold;
}

std::set<std::string> RevocationFeed::take_connected()
{
    std::scoped_lock const lock{mutex_};
    return std::exchange(connected_, {});
}

bool RevocationFeed::acknowledge(std::string_view verifier, std::string const& stream, Sequence sequence,
                                 Clock::time_point at)
{
    Answers answers;
    {
        std::scoped_lock const lock{mutex_};
        auto const             found = subscribers_.find(stream);
        if (found == subscribers_.end() || found->second.verifier != verifier) return false;
        // Nobody has applied what was not published.
        auto const confirmed = std::min(sequence, position_.sequence);
        auto const before    = std::exchange(found->second.confirmed, std::max(found->second.confirmed, confirmed));
        auto const is_asked  = [&](Waiting const& waiting) {
            return waiting.is_published && found->second.number < waiting.first_late;
        };
        for (auto& waiting : waiting_)
            if (is_asked(waiting) && before < waiting.sequence && waiting.sequence <= confirmed)
                ++waiting.propagation.confirmed;
        answers = take_over(&Waiting::is_over);
    }
    answer(answers, at);
    return true;
}

void RevocationFeed::drop(std::string_view verifier)
{
    Streams theirs;
    {
        std::scoped_lock const lock{mutex_};
        for (auto& [_, subscriber] : subscribers_) {
            if (subscriber.verifier != verifier) continue;
            subscriber.is_dropped = true;
            theirs.push_back(subscriber.stream);
        }
        absent_.forget(verifier);
    }
    for (auto const& stream : theirs) stream->finish();
}

void RevocationFeed::when_propagated(Sequence sequence, Clock::time_point at, Told told)
{
    Answers answers;
    {
        std::scoped_lock const lock{mutex_};
        auto&                  waiting = waiting_.emplace_back(
            Waiting{.sequence = sequence, .until = at + limits_.unpublished, .told = std::move(told)});
        if (sequence <= position_.sequence) begin_confirming(waiting, at);
        if (wanted_) wanted_();  // also for who is to be answered soon
        answers = take_over(&Waiting::is_over);
    }
    answer(answers, at);
}

void RevocationFeed::keep(Sequence last, Piece const& event)
{
    kept_.push_back({last, event});
    kept_bytes_ += event->size();
    while (kept_bytes_ > limits_.kept) {
        kept_bytes_ -= kept_.front().event->size();
        kept_after_ = kept_.front().last;
        kept_.pop_front();
    }
}

void RevocationFeed::leave(std::string const& stream)
{
    std::shared_ptr<Stream> last;  // ends after the lock
    std::scoped_lock const  lock{mutex_};
    auto const              found = subscribers_.find(stream);
    if (found == subscribers_.end()) return;
    last = std::move(found->second.stream);
    if (!found->second.is_dropped) absent_.left(found->second.verifier, Clock::now());
    subscribers_.erase(found);
    streams_.reset();
    followers_ = subscribers_.size();
    ended_.add();
}

// Who was there when it was published counts, also when it leaves before it has confirmed.
void RevocationFeed::begin_confirming(Waiting& waiting, Clock::time_point at)
{
    waiting.is_published          = true;
    waiting.until                 = at + limits_.patience;
    waiting.first_late            = next_number_;
    waiting.propagation.followers = subscribers_.size();
    waiting.propagation.absent    = absent_.count(at);
    waiting.propagation.confirmed = static_cast<std::size_t>(std::ranges::count_if(
        subscribers_, [&](auto const& each) { return each.second.confirmed >= waiting.sequence; }));
}

RevocationFeed::Answers RevocationFeed::take_over(std::function<bool(Waiting const&)> const& is_over)
{
    Answers over;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        auto const here = at++;
        if (is_over(*here)) over.splice(over.end(), waiting_, here);
    }
    return over;
}

std::shared_ptr<RevocationFeed::Streams const> RevocationFeed::streams()
{
    if (streams_) return streams_;
    auto all = std::make_shared<Streams>();
    all->reserve(subscribers_.size());
    for (auto const& [_, subscriber] : subscribers_) all->push_back(subscriber.stream);
    streams_ = all;
    return all;
}

void RevocationFeed::answer(Answers const& answers, Clock::time_point at)
{
    for (auto const& each : answers) {
        auto const published = each.until - limits_.patience;
        if (each.is_published) confirmed_in_.observe(std::chrono::duration<double>(at - published).count());
        each.told(each.propagation);
    }
}

}  // namespace signet::http
