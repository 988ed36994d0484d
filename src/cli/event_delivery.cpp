#include "cli/event_delivery.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>

#include "base/log.hpp"
#include "base/result.hpp"
#include "verifier/key_set_address.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto        kPoll           = 100ms;
constexpr auto        kSecond         = 1s;
constexpr auto        kMinute         = 1min;
constexpr auto        kLongestSending = 10s;          // until the whole answer is there
constexpr std::size_t kLargestAnswer  = 16UL * 1024;  // bytes
constexpr std::size_t kMostAtOnce     = 8;            // to one receiver, while it takes them

// RFC 8935 2.1
constexpr auto kAccept      = "application/json";
constexpr auto kContentType = "application/secevent+jwt";

}  // namespace

EventDelivery::EventDelivery(EventDeliveryNeeds needs)
    : needs_(needs), thread_([this](std::stop_token const& stop) { run(stop); })
{
}

EventDelivery::~EventDelivery()
{
    thread_.request_stop();
    woken_.notify_all();
    thread_.join();
}

void EventDelivery::run(std::stop_token const& stop)
{
    pthread_setname_np(pthread_self(), "signet-events");
    auto next_look = Steady::now();
    auto next_drop = next_look;
    while (!stop.stop_requested()) {
        auto const now = Steady::now();
        if (now >= next_look) {
            following_.attempt([this] { return follow(); });
            next_look = now + kSecond;
        }
        if (now >= next_drop) {
            dropping_.attempt([this] { return drop_old(); });
            next_drop = now + kMinute;
        }
        if (!channels_.empty()) delivering_.attempt([this] { return deliver(); });
        rest(stop);
    }
}

void EventDelivery::rest(std::stop_token const& stop)
{
    if (transfers_ && !channels_.empty()) return transfers_->wait(kPoll);
    std::unique_lock lock{mutex_};
    woken_.wait_for(lock, stop, kSecond, [] { return false; });
}

// ---- who is told ----

core::Result<void> EventDelivery::follow()
{
    TRY(needs_.keyring.maintain());
    auto const all = TRY(ports_.receivers.list_receivers());
    // One of the same name that was added since is another.
    std::erase_if(channels_, [&](auto const& one) {
        auto const& [name, channel] = one;
        auto const same             = std::ranges::find(all, name, &core::Receiver::name);
        bool const is_gone          = same == all.end() || same->created_at != channel.receiver.created_at;
        if (is_gone) channel.meter.pending->store(0);
        return is_gone;
    });
    if (!all.empty() && !needs_.keyring.current()) TRY(needs_.keyring.provide());
    // What is wrong with one of them is no reason to leave out the next.
    core::Result<void> done;
    for (auto const& receiver : all) {
        auto followed = follow(receiver);
        if (!followed) done = std::move(followed);
    }
    return done;
}

core::Result<void> EventDelivery::follow(core::Receiver const& receiver)
{
    if (!channels_.contains(receiver.name)) TRY(add_channel(receiver));
    auto& channel            = channels_.at(receiver.name);
    channel.receiver.pending = receiver.pending;
    channel.meter.pending->store(receiver.pending);
    return {};
}

core::Result<void> EventDelivery::add_channel(core::Receiver const& receiver)
{
    if (!transfers_) transfers_.emplace();
    auto token = TRY(core::open_receiver_token(needs_.master_key, receiver));
    channels_.emplace(receiver.name,
                      Channel{.receiver = receiver, .token = std::move(token), .meter = meter_of(receiver.name)});
    return {};
}

EventDelivery::Meter& EventDelivery::meter_of(std::string const& receiver)
{
    auto const known = meters_.find(receiver);
    if (known != meters_.end()) return known->second;
    auto&        metrics = needs_.metrics;
    Labels const whose{{"receiver", receiver}};
    auto const   pending = std::make_shared<std::atomic<std::uint64_t>>(0);
    metrics.watch(
        "signet_events_pending", "Security events that a receiver is still to be told",
        [pending] { return static_cast<double>(pending->load()); }, whose);
    Meter const meter{
        .delivered = metrics.counter("signet_events_delivered_total", "Security events that a receiver took.", whose),
        .failed    = metrics.counter("signet_events_failed_total", "Tries that failed and are repeated.", whose),
        .dropped   = metrics.counter("signet_events_dropped_total", "Security events a receiver is never told.", whose),
        .pending   = pending};
    return meters_.emplace(receiver, meter).first->second;
}

// ---- what they are told ----

core::Result<void> EventDelivery::deliver()
{
    core::Result<void> done;
    for (auto& [name, channel] : channels_) {
        auto served = settle(channel);
        if (served) served = send_some(channel);
        if (!served) done = std::move(served);
    }
    return done;
}

core::Result<void> EventDelivery::send_some(Channel& channel)
{
    // Whether one that fails works again, one event finds out.
    auto const may_send = [&](bool was_tried) {
        auto const most = channel.schedule.is_failing() ? 1 : kMostAtOnce;
        return channel.sending.size() < most && channel.schedule.may_send(Steady::now(), was_tried);
    };
    if (!may_send(false)) return {};
    // Those that were never tried come first.
    auto const pending =
        TRY(ports_.receivers.list_pending(channel.receiver.name, channel.receiver.created_at, kMostAtOnce));
    for (auto const& event : pending) {
        if (!may_send(event.tries > 0)) return {};
        auto const is_this = [&](Sending const& sent) { return sent.event.number == event.number; };
        if (std::ranges::none_of(channel.sending, is_this)) TRY(send(channel, event));
    }
    return {};
}

core::Result<void> EventDelivery::send(Channel& channel, core::PendingEvent const& event)
{
    auto const& receiver = channel.receiver;
    auto const  address  = key_set_url(receiver.url);
    if (!address) return note_failed(channel, Sending{event}, address.error(), 0s);
    core::EventParties const parties{.issuer = ports_.settings.tokens.issuer, .audience = receiver.audience};
    auto                     text = TRY(core::sign_security_event(event, parties, needs_.keyring));

    auto&      sending = channel.sending.emplace_back(event);
    auto const take    = [&answer = sending.answer](std::string_view bytes) {
        answer += bytes.substr(0, kLargestAnswer - std::min(answer.size(), kLargestAnswer));
        return answer.size() < kLargestAnswer;
    };
    try {
        sending.transfer.emplace(*transfers_,
                                 TransferRequest{.to           = *address,
                                                 .ca_file      = receiver.ca_file,
                                                 .credential   = std::string{channel.token.reveal()},
                                                 .accept       = kAccept,
                                                 .body         = std::move(text),
                                                 .content_type = kContentType,
                                                 .longest      = kLongestSending,
                                                 .any_status   = true},
                                 take);
    } catch (std::runtime_error const& error) {
        // A certificate file that cannot be read is one receiver's trouble.
        channel.sending.pop_back();
        return note_failed(channel, Sending{event}, error.what(), 0s);
    } catch (...) {
        channel.sending.pop_back();
        throw;
    }
    return {};
}

core::Result<void> EventDelivery::settle(Channel& channel)
{
    for (auto sent = channel.sending.begin(); sent != channel.sending.end();) {
        if (!sent->transfer->problem()) {
            ++sent;
            continue;
        }
        TRY(settle(channel, *sent));
        sent = channel.sending.erase(sent);
    }
    return {};
}

// What cannot be noted is settled the next time.
core::Result<void> EventDelivery::settle(Channel& channel, Sending const& sent)
{
    auto const& transfer      = *sent.transfer;
    auto const [verdict, why] = judge({.status      = transfer.status(),
                                       .problem     = *transfer.problem(),
                                       .body        = sent.answer,
                                       .retry_after = transfer.retry_after()});
    if (verdict == Verdict::later) return note_failed(channel, sent, why, transfer.retry_after());
    if (verdict == Verdict::never) {
        TRY(drop(channel, sent.event, why));
    } else {
        TRY(ports_.receivers.note_delivered(channel.receiver.name, sent.event.number, ports_.clock.now()));
        channel.meter.delivered.add();
    }
    // It answers, whatever it thinks of the event.
    if (channel.schedule.is_failing())
        log::info("a receiver takes security events again", {{"receiver", channel.receiver.name}});
    channel.schedule.succeeded();
    return {};
}

core::Result<void> EventDelivery::note_failed(Channel& channel, Sending const& sent, std::string_view why,
                                              std::chrono::seconds retry_after)
{
    auto const& receiver = channel.receiver.name;
    TRY(ports_.receivers.note_failed(receiver, sent.event.number, why, ports_.clock.now()));
    channel.meter.failed.add();
    if (!channel.schedule.is_failing())
        log::warning("a receiver does not take security events; they are kept and sent again",
                     {{"receiver", receiver}, {"error", why}});
    channel.schedule.failed(sent.began, Steady::now(), retry_after, jitter());
    return {};
}

core::Result<void> EventDelivery::drop(Channel& channel, core::PendingEvent const& event, std::string_view why)
{
    auto const& receiver = channel.receiver.name;
    auto const  token_id =
        core::event_token_id(event, {.issuer = ports_.settings.tokens.issuer, .audience = channel.receiver.audience});
    TRY(ports_.receivers.drop_event(
        receiver, event.number, why,
        {.at      = ports_.clock.now(),
         .event   = core::AuditEvent::events_dropped,
         .user    = event.event.user,
         .session = event.event.session,
         .detail  = fmt::format("{} refuses {} {}: {}", receiver, name(event.event.type), token_id, why)}));
    channel.meter.dropped.add();
    log::error("a receiver refuses a security event, which is dropped",
               {{"receiver", receiver}, {"type", name(event.event.type)}, {"jti", token_id}, {"error", why}});
    return {};
}

// ---- what is no longer worth it ----

core::Result<void> EventDelivery::drop_old()
{
    auto const& settings = ports_.settings.events;
    auto const  now      = ports_.clock.now();
    auto const  all      = TRY(ports_.receivers.list_receivers());
    for (auto const& receiver : all) {
        if (receiver.pending == 0) continue;
        auto const gone = TRY(
            ports_.receivers.drop_old(receiver.name, now - settings.keep, settings.most_pending,
                                      {.at     = now,
                                       .event  = core::AuditEvent::events_dropped,
                                       .detail = fmt::format("events for {}, too old or too many", receiver.name)}));
        if (gone == 0) continue;
        meter_of(receiver.name).dropped.add(static_cast<double>(gone));
        log::error("security events are dropped: too old, or too many that the receiver has not taken",
                   {{"receiver", receiver.name}, {"dropped", static_cast<std::int64_t>(gone)}});
    }
    return {};
}

double EventDelivery::jitter()
{
    std::array<std::uint8_t, 4> bytes{};
    ports_.random.fill(bytes);
    std::uint32_t number = 0;
    std::memcpy(&number, bytes.data(), sizeof number);
    return static_cast<double>(number) / 4294967295.0;
}

}  // namespace signet::cli
