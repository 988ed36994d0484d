#include "cli/maintenance.hpp"

#include <pthread.h>

#include <exception>

#include "base/log.hpp"
#include "base/result.hpp"
#include "cli/huge_pages.hpp"

namespace signet::cli {
namespace {

using namespace std::chrono_literals;

constexpr int         kSecondsToCertificate = 5;
constexpr int         kSecondsToRemove      = 60;
constexpr int         kSecondsToHead        = 3600;
constexpr auto        kKeepOver             = 7 * 24h;  // sessions, after they were over
// Entries, after they concern nothing any more: a clock that jumped ahead must not take away what matters again when it
// is put right (CHECKS E26).
constexpr auto        kKeepRevoked          = 24h;
constexpr std::size_t kBatch                = 200;  // rows per transaction, so that nobody waits behind it

// One batch after the other, until there is no whole one left.
template <class Remove>
core::Result<void> remove_all(Chores::Rest const& rest, Remove const& remove)
{
    while (true) {
        auto const began   = std::chrono::steady_clock::now();
        auto const removed = TRY(remove(kBatch));
        if (removed < kBatch || !rest(std::chrono::steady_clock::now() - began)) return {};
    }
}

}  // namespace

void Chores::maintain_keys()
{
    maintaining_keys_.attempt([&]() -> core::Result<void> {
        TRY(needs_.keyring.maintain());
        return needs_.feed_keyring.maintain();
    });
}

bool Chores::remove_old_rows(Rest const& until_enough)
{
    auto const now     = ports_.clock.now();
    bool       is_done = true;
    Rest const rest    = [&](std::chrono::nanoseconds worked) { return until_enough(worked) || (is_done = false); };
    removing_sessions_.attempt([&] {
        return remove_all(rest,
                          [&](std::size_t most) { return ports_.sessions.remove_sessions(now - kKeepOver, most); });
    });
    removing_attempts_.attempt([&] {
        auto const forgotten = now - ports_.settings.throttle.forget_after;
        return remove_all(rest, [&](std::size_t most) { return ports_.attempts.remove_attempts(forgotten, most); });
    });
    removing_audit_.attempt([&] {
        auto const old = now - ports_.settings.audit.keep;
        return remove_all(rest, [&](std::size_t most) { return ports_.audit.remove_entries(old, most); });
    });
    removing_revocations_.attempt([&] {
        return remove_all(
            rest, [&](std::size_t most) { return ports_.revocation_log.remove_revocations(now - kKeepRevoked, most); });
    });
    return is_done;
}

void Chores::follow_verifiers()
{
    following_verifiers_.attempt(needs_.follow_verifiers);
}

void Chores::follow_certificate()
{
    following_certificate_.attempt(needs_.follow_certificate);
}

void Chores::log_audit_head()
{
    logging_head_.attempt([&]() -> core::Result<void> {
        auto const head = TRY(needs_.audit.head());
        log::info("audit head", {{"head", head.text()}});
        return {};
    });
}

Maintenance::Maintenance(MaintenanceNeeds needs, std::chrono::milliseconds second)
    : chores_(std::move(needs)), second_(second), thread_([this](std::stop_token const& stop) { run(stop); })
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
    bool rows_are_left = false;
    for (int second = 1; rest(stop, second_); ++second) {
        chores_.maintain_keys();
        chores_.follow_verifiers();
        give_back_hash_memory();
        if (second % kSecondsToCertificate == 0) chores_.follow_certificate();
        if (second % kSecondsToRemove == 0 || rows_are_left) rows_are_left = !remove_old_rows(stop);
        if (second % kSecondsToHead == 1) chores_.log_audit_head();
    }
}

// For a second at most, so that millions of rows keep nothing above waiting; and with a pause after each batch as long
// as it took: the disk is half of everyone else's at least. Whether none is left.
bool Maintenance::remove_old_rows(std::stop_token const& stop)
{
    auto const until = std::chrono::steady_clock::now() + second_;
    return chores_.remove_old_rows([&](std::chrono::nanoseconds worked) {
        return rest(stop, worked) && std::chrono::steady_clock::now() < until;
    });
}

// False when it is to stop.
bool Maintenance::rest(std::stop_token const& stop, std::chrono::nanoseconds time)
{
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

}  // namespace signet::cli
