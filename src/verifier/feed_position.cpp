#include "verifier/feed_position.hpp"

#include <utility>
#include <variant>

namespace signet {
namespace {

using revocation::Delta;
using revocation::Hash;
using revocation::Heartbeat;
using revocation::Sequence;
using Next = FeedStep::Next;

// The hash at `sequence` on the delta's way from its beginning to its end; nullopt where it does not lead by there.
std::optional<Hash> hash_at(Delta const& delta, Sequence sequence)
{
    auto hash = delta.before;
    if (sequence + 1 == delta.entries.front().sequence) return hash;
    for (auto const& entry : delta.entries) {
        hash = revocation::link(hash, revocation::format_line(entry));
        if (entry.sequence == sequence) return hash;
    }
    return std::nullopt;
}

bool leads_elsewhere(Delta const& delta, std::optional<Heartbeat> const& target)
{
    if (!target) return false;
    auto const hash = hash_at(delta, target->at.sequence);
    return hash && *hash != target->at.hash;
}

}  // namespace

void FeedPosition::stream_begins(std::string nonce)
{
    nonce_ = std::move(nonce);
    stream_name_.clear();
    target_.reset();
}

FeedStep FeedPosition::take(revocation::Message const& message)
{
    if (auto const* heartbeat = std::get_if<Heartbeat>(&message)) return take_heartbeat(*heartbeat);
    if (auto const* delta = std::get_if<Delta>(&message)) return take_delta(*delta);
    return {.next = Next::new_stream, .problem = "the stream holds a message that belongs elsewhere"};
}

FeedStep FeedPosition::take_heartbeat(Heartbeat const& heartbeat)
{
    bool const is_first = stream_name_.empty();
    if (is_first && (heartbeat.nonce != nonce_ || heartbeat.stream.empty()))
        return {.next = Next::new_stream, .problem = "the stream does not begin with the answer to this request"};
    if (is_first) stream_name_ = heartbeat.stream, run_ = heartbeat.run;
    if (heartbeat.run != run_)
        return {.next = Next::new_stream, .problem = "the stream holds a heartbeat of another run of the issuer"};
    if (!held_) return {.next = Next::snapshot, .problem = "nothing is held yet"};
    return compare(heartbeat, is_first);
}

FeedStep FeedPosition::compare(Heartbeat const& heartbeat, bool is_first)
{
    auto const& at = heartbeat.at;
    if (at.log > held_->log) return {.next = Next::snapshot, .problem = "the issuer has begun a new log"};
    if (at.log < held_->log)
        return {.next = Next::new_stream, .problem = "the issuer's log is older than the one held"};
    // Said before what is awaited.
    if (target_ && at.sequence < target_->at.sequence) return {};
    if (at.sequence == held_->sequence)
        return at.hash == held_->hash ? reached(heartbeat.up) : does_not_follow("the issuer's log is not the one held");
    if (at.sequence < held_->sequence && is_first)
        return {.next = Next::new_stream, .problem = "the issuer's log ends before what is held"};
    // One that came late says nothing new.
    if (at.sequence < held_->sequence) return {};
    if (is_first) target_ = heartbeat;
    if (target_) return {};
    return does_not_follow("entries are missing in the stream");
}

FeedStep FeedPosition::take_delta(Delta const& delta)
{
    if (stream_name_.empty() || !held_)
        return {.next = Next::new_stream, .problem = "the stream does not begin with the answer to this request"};
    if (delta.after.log > held_->log) return {.next = Next::snapshot, .problem = "the issuer has begun a new log"};
    if (delta.after.log < held_->log)
        return {.next = Next::new_stream, .problem = "the issuer's log is older than the one held"};
    if (delta.after.sequence <= held_->sequence) return {};

    auto const here = hash_at(delta, held_->sequence);
    if (!here) return does_not_follow("entries are missing in the stream");
    if (*here != held_->hash || leads_elsewhere(delta, target_))
        return does_not_follow("the issuer's log is not the one held");

    add(delta.entries, delta.after);
    if (!target_ || held_->sequence < target_->at.sequence) return {};
    return reached(target_->up);
}

FeedStep FeedPosition::nothing_came()
{
    if (target_) return does_not_follow("entries are missing in the stream");
    return {.next = Next::new_stream, .problem = "the issuer is not heard of"};
}

// All of them, whatever their sequences: where a log was put back to what it was, the same number is another entry.
void FeedPosition::add(std::span<revocation::Entry const> entries, revocation::Position const& to)
{
    bool const is_told = held_ && added_;  // of the first snapshot nothing is news
    if (is_told) untold_.reserve(untold_.size() + entries.size());
    for (auto const& entry : entries)
        // A snapshot may hold again what was forgotten here.
        if (set_.add(entry) && is_told && entry.until >= set_.forgotten_before()) untold_.push_back(entry);
    held_ = to;
    for (auto const& entry : std::exchange(untold_, {})) added_(entry);
}

// What is held is all that there was.
FeedStep FeedPosition::reached(revocation::Uptime when)
{
    target_.reset();
    is_doubted_ = false;
    return {.current_at = when};
}

// Perhaps a message was lost on its way; the second time it was not.
FeedStep FeedPosition::does_not_follow(std::string_view problem)
{
    auto const next = std::exchange(is_doubted_, true) ? Next::snapshot : Next::new_stream;
    return {.next = next, .problem = problem};
}

FeedStep FeedPosition::take(revocation::Snapshot const& snapshot)
{
    auto const& at = snapshot.head.at;
    if (held_ && (at.log < held_->log || (at.log == held_->log && at.sequence < held_->sequence)))
        return {.next = Next::new_stream, .problem = "the snapshot is older than what is held"};
    add(snapshot.entries, at);
    is_doubted_ = false;
    return {.next = Next::new_stream};
}

}  // namespace signet
