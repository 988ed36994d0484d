#include "cli/maintenance.hpp"

#include <pthread.h>

#include "base/log.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto        kTick          = 1s;
constexpr int         kTicksToKeys   = 5;
constexpr int         kTicksToRemove = 60;
constexpr auto        kKeepOver      = 7 * 24h;  // sessions, after they were over
constexpr std::size_t kBatch         = 200;      // rows per transaction, so that nobody waits behind it

}  // namespace

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
        note("following ended sessions", ports_.ended_sessions.follow(ports_.sessions, ports_.clock.now()));
        if (tick % kTicksToKeys == 0) note("maintaining keys", keyring_.maintain());
        if (tick % kTicksToRemove == 0) remove_old_rows(stop);
    }
}

void Maintenance::remove_old_rows(std::stop_token const& stop)
{
    auto const now = ports_.clock.now();
    for (std::size_t removed = kBatch; removed == kBatch && !stop.stop_requested();)
        removed = ports_.sessions.remove_sessions(now - kKeepOver, kBatch).value_or(0);
    for (std::size_t removed = kBatch; removed == kBatch && !stop.stop_requested();)
        removed = ports_.attempts.remove_attempts(now - ports_.settings.throttle.forget_after, kBatch).value_or(0);
}

void Maintenance::note(std::string_view task, core::Result<void> const& outcome)
{
    if (!outcome && !failing_)
        log::error("maintenance fails",
                   {{"task", task}, {"error", core::name(outcome.error().code)}, {"detail", outcome.error().detail}});
    if (outcome && failing_) log::info("maintenance works again", {{"task", task}});
    failing_ = !outcome;
}

}  // namespace signet::cli
