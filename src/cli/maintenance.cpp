#include "cli/maintenance.hpp"

#include <pthread.h>

#include <exception>

#include "base/log.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto        kTick          = 1s;
constexpr int         kTicksToKeys   = 5;
constexpr int         kTicksToRemove = 60;
constexpr auto        kKeepOver      = 7 * 24h;  // sessions, after they were over
constexpr std::size_t kBatch         = 200;      // rows per transaction, so that nobody waits behind it

core::Result<void> without_exceptions(Task::Work const& work)
{
    try {
        return work();
    } catch (std::exception const& error) {
        return core::refused(core::Errc::unavailable, error.what());
    }
}

// One batch after the other, until there is no whole one left.
template <class Remove>
core::Result<void> remove_all(std::stop_token const& stop, Remove const& remove)
{
    while (!stop.stop_requested()) {
        auto const removed = TRY(remove(kBatch));
        if (removed < kBatch) return {};
    }
    return {};
}

}  // namespace

bool Task::attempt(Work const& work)
{
    auto const outcome = without_exceptions(work);
    if (!outcome && !failing_)
        log::error("maintenance fails",
                   {{"task", name_}, {"error", core::name(outcome.error().code)}, {"detail", outcome.error().detail}});
    if (outcome && failing_) log::info("maintenance works again", {{"task", name_}});
    failing_ = !outcome;
    return outcome.has_value();
}

Maintenance::Maintenance(core::Ports const& ports, core::Keyring& keyring)
    : ports_(ports), keyring_(keyring), thread_([this](std::stop_token const& stop) { run(stop); })
{
}

Maintenance::~Maintenance()
{
    thread_.request_stop();
    wake_.notify_all();
    thread_.join();
}

void Maintenance::run(std::stop_token const& stop)
{
    pthread_setname_np(pthread_self(), "maintenance");
    for (int tick = 1; !stop.stop_requested(); ++tick) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait_for(lock, stop, kTick, [] { return false; });
        }
        if (stop.stop_requested()) return;
        following_.attempt([&] {
            auto const life = keyring_.current()->longest_token_life;
            return ports_.ended_sessions.follow(ports_.sessions, life, ports_.clock.now());
        });
        if (tick % kTicksToKeys == 0) maintaining_keys_.attempt([&] { return keyring_.maintain(); });
        if (tick % kTicksToRemove == 0) remove_old_rows(stop);
    }
}

void Maintenance::remove_old_rows(std::stop_token const& stop)
{
    auto const now = ports_.clock.now();
    removing_sessions_.attempt([&] {
        return remove_all(stop,
                          [&](std::size_t most) { return ports_.sessions.remove_sessions(now - kKeepOver, most); });
    });
    removing_attempts_.attempt([&] {
        auto const forgotten = now - ports_.settings.throttle.forget_after;
        return remove_all(stop, [&](std::size_t most) { return ports_.attempts.remove_attempts(forgotten, most); });
    });
    removing_audit_.attempt([&] {
        auto const old = now - ports_.settings.audit.keep;
        return remove_all(stop, [&](std::size_t most) { return ports_.audit.remove_entries(old, most); });
    });
}

}  // namespace signet::cli
