#include "verifier/feed_follower.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <variant>

#include "base/json.hpp"
#include "jose/base64url.hpp"

namespace signet {
namespace {

using namespace std::chrono_literals;
using Next = FeedStep::Next;
using Time = FeedFollower::Time;

constexpr long kOk           = 200;
constexpr long kNoContent    = 204;
constexpr long kUnauthorized = 401;
constexpr long kForbidden    = 403;
constexpr long kGone         = 410;

constexpr std::chrono::milliseconds kLongestConfirmation = 5s;
constexpr std::chrono::milliseconds kLongestDownload     = 10min;
constexpr std::chrono::seconds      kLongestSilence{10};  // of a download
constexpr std::chrono::milliseconds kAnotherLook = 1s;    // for the keys, should nobody say that they are here
constexpr std::chrono::milliseconds kLongestRest = 10s;   // that an issuer may ask for
// A stream that lasts is one of a server that is well.
constexpr std::chrono::milliseconds kLasting     = 5s;
// A wall clock that moves so far against the steady one was set, or this machine slept.
constexpr std::chrono::milliseconds kLongestStep = 2s;
// What may wait to be looked at.
constexpr std::size_t               kMostWaiting = 8UL * 1024 * 1024;  // bytes

std::string new_nonce(Random& random)
{
    std::array<std::uint8_t, 24> bytes;
    random.fill(bytes);
    return jose::base64url::encode(bytes);
}

std::string explain(Transfer const& transfer, std::string_view what)
{
    auto problem = transfer.problem().value_or("");
    auto status  = transfer.status();
    if (status == kUnauthorized || status == kForbidden)
        return "the issuer does not accept the credential: status " + std::to_string(status);
    if (status != kOk && status != 0) return std::string{what} + " is answered with status " + std::to_string(status);
    return problem.empty() ? std::string{what} + " has ended" : std::string{what} + ": " + problem;
}

}  // namespace

FeedFollower::FeedFollower(Terms terms, Transfers& transfers, FeedKeys& keys, revocation::RevocationSet& set)
    : terms_(std::move(terms)), transfers_(transfers), keys_(keys), set_(set), position_(set, terms_.added)
{
}

revocation::Sequence FeedFollower::sequence() const
{
    return position_.held() ? position_.held()->sequence : 0;
}

Time FeedFollower::step(Time now)
{
    watch_clocks(now);
    if (stream_) look_at_stream(now);
    if (snapshot_) look_at_snapshot(now);
    if (waits_for_keys_ && keys_.current()) begin_at_ = now;
    if (!stream_ && !snapshot_ && now >= begin_at_) begin(now);
    confirm();
    return due();
}

Time FeedFollower::due() const
{
    if (stream_) return std::min(stream_->quiet_since + terms_.limits.degraded_after, stream_->renew_at);
    return snapshot_ ? Time::max() : begin_at_;
}

void FeedFollower::fail(Time now, std::string problem)
{
    stream_.reset();
    snapshot_.reset();
    problem_  = std::move(problem);
    begin_at_ = now + schedule_.wait(jitter());
}

// The steady clock may stand still while a machine sleeps, and would count none of it. A wall clock that was set ahead
// looks the same: then what is known is taken for old until the next stream answers.
void FeedFollower::watch_clocks(Time now)
{
    auto const moved =
        clocks_.moved(std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()), now);
    if (std::chrono::abs(moved) <= kLongestStep) return;
    if (moved > kLongestStep) freshness_.slept(moved);
    if (stream_) fail(now, "this machine slept, or its clock was set");
}

// It knows best when it will be back, within reason.
void FeedFollower::wait_as_asked(Transfer const& transfer, Time now)
{
    begin_at_ = std::max(begin_at_, now + std::min<std::chrono::milliseconds>(transfer.retry_after(), kLongestRest));
}

void FeedFollower::begin(Time now)
{
    auto const keys = keys_.current();
    waits_for_keys_ = !keys;
    if (waits_for_keys_) {
        auto const why = keys_.problem();
        if (!why.empty()) problem_ = "the keys of the revocation feed: " + why;
        begin_at_ = now + kAnotherLook;
        return;
    }
    if (!position_.held() || wants_snapshot_) return begin_snapshot(keys->keys);
    begin_stream(now);
}

TransferRequest FeedFollower::request(std::string_view path, std::string_view accept) const
{
    auto to = terms_.revocations;
    to.url += path;
    return {
        .to = std::move(to), .ca_file = terms_.ca_file, .credential = terms_.credential, .accept = std::string{accept}};
}

// ---- the stream ----

void FeedFollower::begin_stream(Time now)
{
    auto const nonce = new_nonce(random_);
    confirmation_.reset();
    told_ = 0;
    position_.stream_begins(nonce);
    auto& stream       = stream_.emplace();
    stream.began       = now;
    stream.quiet_since = now;
    stream.renew_at    = now + terms_.longest_stream -
                      std::chrono::floor<std::chrono::milliseconds>(terms_.longest_stream * (jitter() / 10));
    streams_ += 1;

    auto asked = request("/stream?after=" + std::to_string(sequence()) + "&nonce=" + nonce, "text/event-stream");
    // NB: on a connection that was used before, libcurl would send the nonce again where that one turns out to be dead.
    asked.fresh_connection = true;
    stream.transfer = std::make_unique<Transfer>(transfers_, std::move(asked), [&stream](std::string_view bytes) {
        auto events = stream.events.take(bytes);
        if (!events) throw std::runtime_error(events.error());
        for (auto& event : *events) {
            stream.arrived_bytes += event.size();
            stream.arrived.push_back(std::move(event));
        }
        return stream.arrived_bytes <= kMostWaiting;
    });
}

void FeedFollower::look_at_stream(Time now)
{
    stream_->arrived_bytes = 0;
    for (auto const& text : std::exchange(stream_->arrived, {})) {
        take(text, now);
        if (!stream_) return;
    }
    if (stream_->transfer->problem()) {
        auto const stream = std::exchange(stream_, std::nullopt);
        wants_snapshot_   = wants_snapshot_ || stream->transfer->status() == kGone;
        fail(now, explain(*stream->transfer, "the stream"));
        return wait_as_asked(*stream->transfer, now);
    }
    if (now >= stream_->quiet_since + terms_.limits.degraded_after) return take_step(position_.nothing_came(), now);
    if (now >= stream_->renew_at) begin_stream(now);
}

void FeedFollower::take(std::string const& text, Time now)
{
    auto const keys = keys_.current();
    if (!keys) return fail(now, "the keys of the revocation feed are too old");
    auto const message = revocation::read_message(text, {keys->keys, terms_.issuer, &set_});
    if (!message) return refuse(message.error(), "a message of the stream", now);

    auto const before = sequence();
    if (auto const* heartbeat = std::get_if<revocation::Heartbeat>(&*message)) take_time(*heartbeat, now);
    if (!stream_) return;
    auto const step = position_.take(*message);
    // Until it is current, all that brings us on counts; then only what says that it still is.
    if (!stream_->is_current && sequence() != before) stream_->quiet_since = now;
    take_step(step, now);
}

void FeedFollower::take_time(revocation::Heartbeat const& heartbeat, Time now)
{
    server_time_  = heartbeat.time;
    clock_offset_ = heartbeat.time - std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    if (std::exchange(stream_->has_answered, true)) {
        if (!freshness_.arrived(now, heartbeat.up))
            fail(now, "the issuer has run for longer than this machine knows of");
        return;
    }
    stream_->quiet_since = now;
    if (!freshness_.answered(stream_->transfer->sent(), now, heartbeat.up))
        fail(now, "the issuer takes too long to answer");
}

void FeedFollower::take_step(FeedStep const& step, Time now)
{
    if (step.current_at) {
        freshness_.current(*step.current_at);
        stream_->is_current  = true;
        stream_->quiet_since = std::max(stream_->quiet_since, *freshness_.current_at());
        if (now >= stream_->began + kLasting) schedule_.succeeded();
        problem_.clear();
    }
    if (step.next == Next::read_on) return;
    wants_snapshot_ = step.next == Next::snapshot;
    fail(now, std::string{step.problem});
}

void FeedFollower::refuse(jose::Error const& error, std::string_view what, Time now)
{
    if (error.code == jose::Errc::unknown_key) keys_.ask_again();
    fail(now, std::string{what} + " is not believed: " + std::string{jose::name(error.code)});
}

// ---- the snapshot ----

void FeedFollower::begin_snapshot(jose::KeySet const& keys)
{
    auto& download =
        snapshot_.emplace(FeedDownload{.reader = {keys, terms_.issuer, revocation::kLargestSnapshot, &set_}});
    auto asked            = request("", "text/plain");
    asked.compressed      = true;
    asked.longest         = kLongestDownload;
    asked.longest_silence = kLongestSilence;
    download.transfer = std::make_unique<Transfer>(transfers_, std::move(asked), [&download](std::string_view bytes) {
        auto const taken = download.reader.take(bytes);
        if (!taken) download.refusal = taken.error();
        return taken.has_value();
    });
}

void FeedFollower::look_at_snapshot(Time now)
{
    if (!snapshot_->transfer->problem()) return;
    if (snapshot_->refusal) return refuse(*std::exchange(snapshot_->refusal, {}), "the snapshot", now);
    auto const& transfer = *snapshot_->transfer;
    if (transfer.status() == kOk && transfer.problem()->empty()) return finish_snapshot(now);
    auto const download = std::exchange(snapshot_, std::nullopt);
    fail(now, explain(*download->transfer, "the snapshot"));
    wait_as_asked(*download->transfer, now);
}

void FeedFollower::finish_snapshot(Time now)
{
    auto const snapshot = snapshot_->reader.finish();
    if (!snapshot) return refuse(snapshot.error(), "the snapshot", now);
    auto const step = position_.take(*snapshot);
    wants_snapshot_ = false;
    if (!step.problem.empty()) return fail(now, std::string{step.problem});
    confirmed_ = 0;  // it may be of another log
    snapshots_ += 1;
    snapshot_.reset();
    begin_at_ = now;
    begin(now);
}

// ---- what is confirmed ----

// One at a time: what is applied meanwhile goes with the next. One that is lost is not repeated before there is another
// stream, for who waited for it has stopped waiting.
void FeedFollower::confirm()
{
    if (confirmation_) look_at_confirmation();
    if (confirmation_ || !stream_ || position_.stream_name().empty() || sequence() <= std::max(told_, confirmed_))
        return;
    told_ = sequence();

    json::Object said;
    said.set("stream", position_.stream_name()).set("seq", static_cast<std::int64_t>(told_));
    auto asked    = request("/ack", "application/json");
    asked.body    = said.text();
    asked.longest = kLongestConfirmation;
    confirmation_ = std::make_unique<Transfer>(transfers_, std::move(asked), [](std::string_view) { return true; });
}

void FeedFollower::look_at_confirmation()
{
    if (!confirmation_->problem()) return;
    if (confirmation_->status() == kNoContent) confirmed_ = told_;
    confirmation_.reset();
}

}  // namespace signet
